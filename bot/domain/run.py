"""A run: one attempt at a proposal through plan and apply. Its states and its legal moves, in one table."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class RunState(StrEnum):
    """Where a run stands."""

    DRAFT = "draft"
    PENDING = "pending"
    PLANNING = "planning"
    PLANNED = "planned"
    APPROVED = "approved"
    APPLYING = "applying"
    APPLIED = "applied"
    NO_CHANGES = "no_changes"
    DISCARDED = "discarded"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    ERRORED = "errored"
    REFUSED = "refused"


S = RunState

MOVES: Mapping[RunState, frozenset[RunState]] = {
    S.DRAFT: frozenset({S.PENDING, S.DISCARDED, S.SUPERSEDED, S.EXPIRED, S.REFUSED, S.ERRORED}),
    S.PENDING: frozenset({S.PLANNING, S.DISCARDED, S.SUPERSEDED, S.EXPIRED, S.REFUSED, S.ERRORED}),
    S.PLANNING: frozenset({S.PLANNED, S.NO_CHANGES, S.DISCARDED, S.SUPERSEDED, S.REFUSED, S.ERRORED}),
    S.PLANNED: frozenset({S.APPROVED, S.DISCARDED, S.SUPERSEDED, S.EXPIRED, S.REFUSED, S.ERRORED}),
    S.APPROVED: frozenset({S.APPLYING, S.DISCARDED, S.SUPERSEDED, S.EXPIRED, S.REFUSED, S.ERRORED}),
    S.APPLYING: frozenset({S.APPLIED, S.REFUSED, S.ERRORED}),
    S.APPLIED: frozenset(),
    S.NO_CHANGES: frozenset(),
    S.DISCARDED: frozenset(),
    S.SUPERSEDED: frozenset(),
    S.EXPIRED: frozenset(),
    S.ERRORED: frozenset(),
    S.REFUSED: frozenset(),
}

TERMINAL: frozenset[RunState] = frozenset(state for state, moves in MOVES.items() if not moves)


BETWEEN = "\n"
"""Between two ids of ``edited_by``: no platform has it in one."""

UNTOUCHED = 75
"""The exit code of a runner that refused before terraform began (EX_TEMPFAIL of sysexits.h): nothing was changed."""


def end_of(exit_code: int) -> RunState:
    """Where an apply leads that ended with this exit code."""
    return {0: S.APPLIED, UNTOUCHED: S.REFUSED}.get(exit_code, S.ERRORED)


def is_legal(old: RunState, new: RunState) -> bool:
    """Whether the table allows the move."""
    return new in MOVES[old]


@dataclass(frozen=True, slots=True)
class Run:
    """One run as stored. ``fence`` rises with every claim; times are seconds since the epoch (UTC).

    ``proposal`` is the crew's proposal as JSON. ``outcome`` is what the stages found out, as JSON: the plan's
    changes and cost after planning, the report after closing. ``digest`` is the SHA-256 of the saved plan file.
    ``edited_by`` names those who made the wish bigger than the requester did: they may not approve it either.
    ``remind_at`` is when those who may decide are reminded next.
    """

    id: str
    stack_id: str
    conversation: str
    revision: int
    state: RunState
    requester: str
    language: str
    proposal: Mapping[str, Any]
    outcome: Mapping[str, Any]
    created_at: float
    updated_at: float
    digest: str | None = None
    state_serial: int | None = None
    decided_by: str | None = None
    decided_at: float | None = None
    expires_at: float | None = None
    fence: int = 0
    edited_by: str | None = None
    remind_at: float | None = None

    @property
    def editors(self) -> tuple[str, ...]:
        """The ids of those who made the wish bigger, the first first."""
        return tuple(self.edited_by.split(BETWEEN)) if self.edited_by else ()

    @property
    def is_over(self) -> bool:
        """Whether it has reached a state that never moves."""
        return self.state in TERMINAL
