"""How a proposal came about: when its card offers to tell it. Pure."""

from bot.domain.run import RunState

TRACE = "trace"
"""The action of the button."""

TELLING = frozenset({RunState.PLANNED, RunState.APPLIED, RunState.NO_CHANGES, RunState.ERRORED, RunState.REFUSED})
"""While something runs its card changes under the reader; one that was laid aside is read by nobody."""
