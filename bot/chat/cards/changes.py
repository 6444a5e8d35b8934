"""What a plan would do, in plain words, destroys first."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.chat.cards.guests import MB_PER_GB, answering, placed, sizes
from bot.chat.cards.view import View
from bot.chat.port import Diff, Text
from bot.domain.run import RunState
from iac.plan import Action, Change, Plan

ORDER: tuple[Action, ...] = ("delete", "replace", "update", "create", "import")
SIZES: Sequence[tuple[str, tuple[str, str], int]] = (
    ("card.change.cores", ("cpu", "cores"), 1),
    ("card.change.memory", ("memory", "dedicated"), MB_PER_GB),
    ("card.change.disk", ("disk", "size"), 1),
)


def counts_text(view: View, plan: Plan) -> str:
    """How much a plan touches: "1 to destroy, 2 to create"."""
    counts = plan.counts
    known = [view.say(f"card.count.{action}", count=counts[action]) for action in ORDER if action in counts]
    return ", ".join(known)


def diff_part(view: View, plan: Plan) -> Diff:
    """The whole diff, folded under its counts."""
    return Diff(view.say("card.diff", counts=counts_text(view, plan)), plan.diff, f"{view.run.id}.diff")


def change_parts(view: View, plan: Plan) -> list[Text]:
    """One list for each thing that would happen, or has happened."""
    lines: Sequence[tuple[Action, Callable[[View, Change], str]]] = (
        ("delete", _lost),
        ("replace", _lost),
        ("update", _updated),
        ("create", _created),
    )
    when = "did" if view.run.state is RunState.APPLIED else "will"
    found = (
        view.items(
            view.say(f"card.{when}_{action}"),
            dict.fromkeys(line(view, change) for change in plan.changes if change.action == action),
        )
        for action, line in lines
    )
    return [part for part in found if part]


def _lost(view: View, change: Change) -> str:
    """What goes, so that nobody takes it for another: its number, where it is and how large; else its address."""
    before = change.before
    cores, memory_mb, disk_gb = (_number(before, path) for _, path, _ in SIZES)
    vmid, node = before.get("vm_id"), before.get("node_name")
    if cores is None or memory_mb is None or disk_gb is None or not vmid or not node:
        return f"**{change.name}** ({view.say('card.other_resource', address=change.address)})"
    size = sizes(view, cores, memory_mb, disk_gb)
    return view.say("card.lost", name=change.name, vmid=vmid, node=node, size=size)


def _created(view: View, change: Change) -> str:
    guest = next((g for g in view.outcome.guests if g.spec.name == change.name), None)
    if guest is None:
        return view.say("card.other_resource", address=change.address)
    return answering(view, guest.spec, placed(view, guest))


def _updated(view: View, change: Change) -> str:
    changed = [
        view.say(key, before=before / unit, after=after / unit)
        for key, path, unit in SIZES
        if (before := _number(change.before, path)) is not None
        and (after := _number(change.after, path)) is not None
        and before != after
    ]
    if not changed:
        return view.say("card.change.unnamed", name=change.name)
    line = view.say("card.change.guest", name=change.name, changes=", ".join(changed))
    # What waits for a restart is never restarted along: that is an act of its own, and needs its own right.
    return f"{line}. {view.say('card.change.waits', name=change.name)}" if change.needs_restart else line


def _number(values: Mapping[str, Any], path: tuple[str, str]) -> float | None:
    """A number inside the first block of that name; terraform writes blocks as lists."""
    blocks = values.get(path[0])
    first = blocks[0] if isinstance(blocks, list | tuple) and blocks else None
    value = first.get(path[1]) if isinstance(first, Mapping) else None
    return float(value) if isinstance(value, int | float) else None
