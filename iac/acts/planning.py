"""From deeds to steps: each verb with its one call, what it costs, and how its end is seen. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from iac.acts import moving, power, snapshots
from iac.acts.goals import is_reached
from iac.acts.making import Asked, Made
from iac.acts.reading import Seen
from iac.acts.values import ActPlan, Deed, Step, Verb
from iac.acts.written import digest_of_acts, written
from iac.errors import Refused, Sentence, say
from iac.inventory import Inventory

MAKERS: Mapping[Verb, Callable[[Asked], Made]] = {
    "start": power.start,
    "shutdown": power.shutdown,
    "stop": power.stop,
    "reboot": power.reboot,
    "reset": power.reset,
    "snapshot_create": snapshots.create,
    "snapshot_rollback": snapshots.rollback,
    "snapshot_delete": snapshots.delete,
    "backup": snapshots.backup,
    "migrate": moving.migrate,
    "ha_on": moving.ha_on,
    "ha_off": moving.ha_off,
    "protect": moving.protect,
    "unprotect": moving.unprotect,
}


@dataclass(frozen=True, slots=True)
class Around:
    """The cluster, the mark that is ours, and the guests seen closely, as the steps so far leave them."""

    inventory: Inventory
    seen: dict[int, Seen]
    mark: str


def plan_acts(deeds: Sequence[Deed], inventory: Inventory, seen: Mapping[int, Seen], mark: str) -> ActPlan:
    """The steps that these deeds take now. ``deeds`` name guests by number; ``mark`` names the run.

    What is as wanted already takes no step and is said. ``Refused`` where a deed cannot be done. The same deeds in
    the same world always make the same plan, to the byte: that is how a world that moved is noticed.
    """
    around = Around(inventory, dict(seen), mark)
    steps, already = [], []
    for deed in deeds:
        step = _step(deed, around)
        if is_reached(step.goal, around.seen[step.vmid]):
            already.append(_so(step))
        else:
            steps.append(step)
            around.seen[step.vmid] = _after(step, around.seen[step.vmid])
    return ActPlan(digest_of_acts(written(steps)), tuple(steps), tuple(already))


def _step(deed: Deed, around: Around) -> Step:
    seen = around.seen.get(int(deed.guest))
    if seen is None:
        raise Refused("acts.gone", vmid=deed.guest)
    _check_can_be_touched(seen, around.inventory)
    made = MAKERS[deed.verb](Asked(deed, seen, around.inventory, around.mark))
    guest = seen.guest
    tags = tuple(sorted({*guest.tags, *([guest.pool] if guest.pool else [])}))
    return Step(
        made.deed or deed, guest.vmid, guest.name, guest.node, guest.status, tags, made.call, made.costs, made.goal
    )


def _after(step: Step, seen: Seen) -> Seen:
    """The guest as this step leaves it: what is asked next is asked of that."""
    kind, value = (step.goal.kind, step.goal.value) if step.goal else ("", "")
    if kind == "on_node":
        return replace(seen, guest=replace(seen.guest, node=value))
    return replace(seen, guest=replace(seen.guest, status=kind)) if kind in ("running", "stopped") else seen


def _check_can_be_touched(seen: Seen, inventory: Inventory) -> None:
    guest = seen.guest
    if guest.is_template:
        raise Refused("acts.template", guest=guest.name)
    node = inventory.node(guest.node)
    if node is None or not node.is_online:
        raise Refused("acts.node_away", guest=guest.name, node=guest.node)


def _so(step: Step) -> Sentence:
    goal = step.goal
    return say(f"acts.already.{goal.kind if goal else ''}", guest=step.name, value=goal.value if goal else "")
