"""Whether what an act wants is so already: asked before it is done, and again after somebody died over it. Pure."""

from collections.abc import Callable, Mapping

from iac.acts.reading import Seen
from iac.acts.values import Goal, GoalKind

_HELD: Mapping[GoalKind, Callable[[Goal, Seen], bool]] = {
    "running": lambda _, seen: seen.is_running,
    "stopped": lambda _, seen: seen.guest.status == "stopped",
    "on_node": lambda goal, seen: seen.guest.node == goal.value,
    "snapshot": lambda goal, seen: (kept := seen.kept(goal.value)) is not None and goal.mark in kept.description,
    "no_snapshot": lambda goal, seen: seen.kept(goal.value) is None,
    "protected": lambda _, seen: seen.is_protected,
    "unprotected": lambda _, seen: not seen.is_protected,
    "in_ha": lambda _, seen: seen.is_in_ha,
    "not_in_ha": lambda _, seen: not seen.is_in_ha,
}


def is_reached(goal: Goal | None, seen: Seen) -> bool:
    """Whether the guest is as the act wants it, and nobody works on it; never where nothing would show it."""
    return goal is not None and not seen.guest.lock and _HELD[goal.kind](goal, seen)
