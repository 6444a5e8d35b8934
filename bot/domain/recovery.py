"""After an apply that broke: what the cluster holds that the state does not know, and what that means. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.domain.outcome import Left, Outcome, parse_outcome
from bot.domain.run import Run, RunState
from iac.errors import Sentence, say
from iac.inventory import Guest, Inventory
from iac.spec import FoundGuest, PlacedGuest


@dataclass(frozen=True, slots=True)
class Finding:
    """``take``: can be taken into the state. ``waiting``: cannot yet. ``left``: is not ours to take."""

    take: tuple[FoundGuest, ...] = ()
    waiting: tuple[Left, ...] = ()
    left: tuple[Left, ...] = ()


def look_for(run: Run, outcome: Outcome, inventory: Inventory, known: Collection[str]) -> Finding:
    """Find the guests of a broken run in a reading of the cluster; ``known`` are the names that the state has."""
    take, waiting, left = [], [], []
    vmids = {guest.vmid for guest in outcome.guests}
    for placed in outcome.guests:
        other = _at(inventory, placed.vmid)
        if other is None or placed.spec.name in known:
            continue
        if other.is_template or other.kind != "qemu" or (other.name and other.name != placed.spec.name):
            left.append(_left(other, say("recover.other_guest", name=placed.spec.name)))
        elif (why := _hindrance(other, inventory)) is not None:
            waiting.append(_left(other, why, placed.spec.name))
        else:
            take.append(_found(placed, other))
    strays = (g for g in inventory.machines if f"run-{run.id}" in g.tags and g.vmid not in vmids)
    left += [_left(other, say("recover.stray", run=run.id)) for other in strays if other.name not in known]
    return Finding(tuple(take), tuple(waiting), tuple(left))


def standing_guests(runs: Sequence[Run]) -> tuple[PlacedGuest, ...]:
    """The guests of a stack as its runs have left them, oldest run first.

    A broken run counts with what the state knew after it was looked at; what stood before it stays as it was.
    """
    standing: dict[str, PlacedGuest] = {}
    for run in runs:
        outcome = parse_outcome(run.outcome)
        if outcome.acts is not None:  # acts build nothing and take nothing away
            continue
        guests = {guest.spec.name: guest for guest in outcome.guests}
        if run.state is RunState.APPLIED:
            standing = guests
        elif run.state is RunState.ERRORED and outcome.standing is not None:
            standing = {name: guest for name, guest in (guests | standing).items() if name in outcome.standing}
    return tuple(standing.values())


def last_change(runs: Sequence[Run]) -> Run | None:
    """The last of these runs, oldest first, that changed the stack, if only in part."""
    return next((run for run in reversed(runs) if _has_changed(run)), None)


def _has_changed(run: Run) -> bool:
    outcome = parse_outcome(run.outcome)
    is_recovered = run.state is RunState.ERRORED and bool(outcome.standing)
    return outcome.acts is None and (run.state is RunState.APPLIED or is_recovered)


def created_by(outcome: Outcome) -> tuple[PlacedGuest, ...]:
    """The guests that a run's plan makes, or finishes making."""
    new = {c.name for c in outcome.plan.changes if c.is_creation} if outcome.plan else set()
    return tuple(guest for guest in outcome.guests if guest.spec.name in new)


def left_half_made(outcome: Outcome, inventory: Inventory, known: Collection[str]) -> tuple[str, ...]:
    """The guests that a broken run was to finish, that the state knows, and that stand still: they are half-made yet.

    The state that terraform began with says so no more. One that the run was to make is not among them: where that
    broke, the state says so by itself, and a guest that was up once may since have been stopped on purpose.
    """
    off = {(guest.vmid, guest.name) for guest in inventory.machines if guest.status == "stopped"}
    finished = {c.name for c in outcome.plan.changes if c.is_completion} if outcome.plan else set()
    ours = (guest for guest in outcome.guests if guest.spec.name in finished & {*known})
    return tuple(guest.spec.name for guest in ours if (guest.vmid, guest.spec.name) in off)


def _at(inventory: Inventory, vmid: int) -> Guest | None:
    return next((guest for guest in inventory.guests if guest.vmid == vmid), None)


def _hindrance(other: Guest, inventory: Inventory) -> Sentence | None:
    """Why it cannot be taken in now, though it may be later."""
    if other.lock:
        return say("recover.locked", lock=other.lock)
    if not other.name:
        return say("recover.nameless")
    node = inventory.node(other.node)
    if node is None or not node.is_online:
        return say("recover.node_offline", node=other.node)
    return None


def _left(other: Guest, why: Sentence, name: str = "") -> Left:
    return Left(other.name or name, other.vmid, other.node, why)


def _found(placed: PlacedGuest, other: Guest) -> FoundGuest:
    return FoundGuest(placed, other.node, is_running=other.status == "running", is_in_ha=other.ha_state is not None)
