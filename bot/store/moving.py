"""One move of one run: checked by the table of moves, guarded by state and fence, never without its audit row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final

from sqlalchemy import Update, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import Lost, Refused
from bot.domain.run import TERMINAL, Run, RunState, is_legal
from bot.ports import Outgoing
from bot.store.audit import Entry, record
from bot.store.claims import give_back_claims
from bot.store.database import Database, clock
from bot.store.models import plans, runs
from bot.store.outbox import queue
from bot.store.reservations import give_back

RUN_COLUMNS: Final = tuple(runs.c[column.name] for column in fields(Run))
CHANGEABLE: Final = frozenset(
    {"outcome", "digest", "state_serial", "decided_by", "decided_at", "expires_at", "remind_at", "updated_at"}
)
KEEPS_CLAIM: Final = frozenset({RunState.PLANNING, RunState.APPLYING})
ENDS_UNTOUCHED: Final = frozenset({RunState.REFUSED})
"""Ends of an apply in which nothing was changed."""
FREE: Final[dict[str, Any]] = {"owner": None, "lease_until": 0.0, "due_at": 0.0}
TOLD: Final = ("digest", "state_serial", "decided_by", "expires_at")
"""What an audit row keeps of the run as it stands after the move."""


@dataclass(frozen=True, slots=True)
class Moving:
    """A move to be made: where to, by whom, with which columns and messages, and what else the audit row tells."""

    to: RunState
    actor: str
    changes: Mapping[str, Any]
    messages: Sequence[Outgoing] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)


def check_move(run: Run, to: RunState, changes: Mapping[str, Any]) -> None:
    """Refuse a move that the table does not have, and a column that no move may touch, before any SQL."""
    if not is_legal(run.state, to):
        raise Refused("run.illegal_move", run=run.id, state=run.state.value, to=to.value)
    unknown = sorted(set(changes) - CHANGEABLE)
    if unknown:
        raise TypeError(f"a move may not change {', '.join(unknown)}")


def guarded(run: Run) -> Update:
    """The compare of compare-and-set: the row as it was read, or no row."""
    seen = (runs.c.id == run.id) & (runs.c.state == run.state.value) & (runs.c.fence == run.fence)
    return update(runs).where(seen)


async def move(database: Database, connection: AsyncConnection, run: Run, moving: Moving) -> Run:
    """Move a run inside the caller's transaction; ``Lost`` where it is no longer as it was read."""
    values = {"updated_at": clock(), **moving.changes, "state": moving.to.value}
    if moving.to not in KEEPS_CLAIM:
        values |= FREE
    if moving.to in TERMINAL and run.state is not RunState.APPLYING:
        # No apply, so nothing is left to report: it is closed by the move that ends it.
        values["closed_at"] = clock()
    row = (await connection.execute(guarded(run).values(values).returning(*RUN_COLUMNS))).first()
    if row is None:
        raise Lost(run.id)
    moved = parse_run(row)
    facts = {name: getattr(moved, name) for name in TOLD} | dict(moving.facts)
    entry = Entry(run.id, run.state.value, moving.to.value, moving.actor, moved.updated_at, facts)
    await record(connection, entry)
    if moving.to in ENDS_UNTOUCHED or (run.state is not RunState.APPLYING and moving.to in TERMINAL):
        await give_back(connection, run.id)
        await give_back_claims(connection, run.id)
    if moving.to in TERMINAL:
        # Nobody applies its plan any more.
        await connection.execute(delete(plans).where(plans.c.run_id == run.id))
    await queue(database, connection, moving.messages)
    return moved


async def run_of(connection: AsyncConnection, run_id: str, *, is_locking: bool = False) -> Run:
    """The run of that id, locked for this transaction if asked; ``Refused("run.unknown")`` where there is none."""
    chosen = select(*RUN_COLUMNS).where(runs.c.id == run_id)
    row = (await connection.execute(chosen.with_for_update() if is_locking else chosen)).first()
    if row is None:
        raise Refused("run.unknown", run=run_id)
    return parse_run(row)


def parse_run(row: Sequence[Any]) -> Run:
    """A row of ``RUN_COLUMNS`` as the value that the rules take."""
    run = Run(*row)
    return replace(run, state=RunState(run.state))
