"""The truth about every run: its state, its claim, its attempt. A move is one guarded UPDATE and its audit row."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

from sqlalchemy import Select, insert, select, text, union, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import Lost, Refused
from bot.domain.run import Run, RunState
from bot.ports import Attempt, Outgoing
from bot.store.audit import Entry, record
from bot.store.database import Database, clock
from bot.store.freezes import check_not_frozen
from bot.store.holds import check_templates_free, hold_templates
from bot.store.models import UNDECIDED, UNREPORTED, WORKED_ON, attempts, runs
from bot.store.moving import FREE, RUN_COLUMNS, Moving, check_move, guarded, move, parse_run, run_of
from bot.store.outbox import queue
from bot.store.settled import check_is_current, check_is_settled, is_changing, is_unrecovered, was_tried

ATTEMPT_COLUMNS: Final = tuple(attempts.c[field.name] for field in fields(Attempt))
OPEN: Final = frozenset({RunState.PENDING, RunState.PLANNING, RunState.APPROVED, RunState.APPLYING})
"""The states of ``WORKED_ON``."""
LOOKS: Final = 3
"""How often a stack that was just freed is tried again before the sweeper has to."""
AGE: Final = (runs.c.created_at, runs.c.revision, runs.c.id)


def due_runs(now: float) -> Select[Any]:
    """What ``SqlRuns.due`` asks, the longest waiting first: each part reads an index of what is still to be done."""
    parts = (
        text(WORKED_ON),
        text(UNREPORTED) & was_tried(),
        text(UNDECIDED) & (runs.c.expires_at < now),
        text(UNDECIDED) & (runs.c.remind_at <= now),
    )
    is_due = (runs.c.lease_until < clock()) & (runs.c.due_at <= now)
    found = union(*(select(runs.c.id, runs.c.state, runs.c.updated_at).where(is_due, part) for part in parts))
    due = found.subquery("due")
    return select(due.c.id, due.c.state).order_by(due.c.updated_at, due.c.id)


@dataclass(frozen=True, slots=True)
class SqlRuns:
    """The ``Runs`` port."""

    database: Database

    async def create(self, run: Run, *, actor: str, messages: Sequence[Outgoing] = ()) -> None:
        """Insert a run with its audit row and messages; a run that is there already is left as it is."""
        row = {field.name: getattr(run, field.name) for field in fields(Run)} | {"state": run.state.value}
        statement = self.database.insert(runs).values(row).on_conflict_do_nothing().returning(runs.c.id)
        async with self.database.writing() as connection:
            if (await connection.execute(statement)).first() is None:
                return
            facts = {
                "stack": run.stack_id,
                "revision": run.revision,
                "requester": run.requester,
                "edited_by": run.edited_by,
            }
            await record(connection, Entry(run.id, None, run.state.value, actor, run.created_at, facts))
            await queue(self.database, connection, messages)

    async def get(self, run_id: str) -> Run:
        """The run of that id; ``Refused("run.unknown")`` where there is none."""
        async with self.database.reading() as connection:
            return await run_of(connection, run_id)

    async def of_stack(self, stack_id: str) -> Sequence[Run]:
        """All runs of a stack, oldest first."""
        return await self._list(select(*RUN_COLUMNS).where(runs.c.stack_id == stack_id).order_by(*AGE))

    async def unsettled(self, stack_id: str) -> Sequence[Run]:
        """The runs that are about to change the stack, do so, or broke while doing so and were not looked at yet."""
        chosen = select(*RUN_COLUMNS).where(runs.c.stack_id == stack_id, is_changing() | is_unrecovered())
        return await self._list(chosen.order_by(*AGE))

    async def latest(self, limit: int, *, requester: str | None = None) -> Sequence[Run]:
        """The newest runs, newest first."""
        chosen = select(*RUN_COLUMNS).order_by(*(column.desc() for column in AGE)).limit(limit)
        return await self._list(chosen if requester is None else chosen.where(runs.c.requester == requester))

    async def beginning(self, start: str, limit: int) -> Sequence[Run]:
        """The runs whose ids begin so, newest first."""
        chosen = select(*RUN_COLUMNS).where(runs.c.id.startswith(start, autoescape=True))
        return await self._list(chosen.order_by(*(column.desc() for column in AGE)).limit(limit))

    async def in_states(self, states: Iterable[RunState]) -> Sequence[Run]:
        """Every run that is in one of these states, oldest first: for states that few runs are in at a time."""
        wanted = frozenset(states)
        chosen = select(*RUN_COLUMNS).where(runs.c.state.in_(sorted(state.value for state in wanted)))
        # In the words of the index, which holds what is being worked on and nothing that has ended.
        return await self._list((chosen.where(text(WORKED_ON)) if wanted <= OPEN else chosen).order_by(*AGE))

    async def claim(self, run_id: str, states: Iterable[RunState], owner: str, lease_s: float) -> Run | None:
        """Take a run to work on if it is in one of these states, unclaimed and not closed; raises its fence."""
        free = (runs.c.id == run_id) & (runs.c.lease_until < clock()) & runs.c.closed_at.is_(None)
        taken = {"owner": owner, "lease_until": clock() + lease_s, "fence": runs.c.fence + 1}
        statement = update(runs).where(free, runs.c.state.in_([state.value for state in states])).values(taken)
        async with self.database.writing() as connection:
            row = (await connection.execute(statement.returning(*RUN_COLUMNS))).first()
            return None if row is None else parse_run(row)

    async def renew(self, run: Run, lease_s: float, *, messages: Sequence[Outgoing] = ()) -> None:
        """Keep the claim for ``lease_s`` more seconds and queue the messages; ``Lost`` where it is another's by now."""
        await self._claimed(run, {"lease_until": clock() + lease_s}, messages)

    async def release(self, run: Run, *, due_at: float, messages: Sequence[Outgoing] = ()) -> None:
        """Give the claim back; ``due`` names the run again from ``due_at`` on. ``Lost`` where it is another's."""
        await self._claimed(run, FREE | {"due_at": due_at}, messages)

    async def move(
        self, run: Run, to: RunState, *, actor: str, changes: Mapping[str, Any], messages: Sequence[Outgoing] = ()
    ) -> Run:
        """Compare-and-set on state and fence, the audit row and the messages, in one transaction; ``Lost`` else.

        The claim is kept on the way to a state that the same worker goes on with, and given back on the others.
        ``Refused("run.illegal_move")`` where the table of moves does not allow it.
        """
        check_move(run, to, changes)
        async with self.database.writing() as connection:
            return await move(self.database, connection, run, Moving(to, actor, changes, messages))

    async def due(self, now: float, limit: int) -> Sequence[tuple[str, RunState]]:
        """Runs in a state that a worker must act on, unclaimed and due, the longest waiting first.

        Those to plan, to apply or to follow; the ended ones nobody reported on yet; plans past their time, and
        those of which somebody is to be reminded.
        """
        async with self.database.reading() as connection:
            rows = await connection.execute(due_runs(now).limit(limit))
            return [(row.id, RunState(row.state)) for row in rows]

    async def check_may_start(self, run: Run, templates: Sequence[str]) -> None:
        """What ``start_apply`` would refuse now, looked up without touching anything: cheap enough for who waits."""
        async with self.database.reading() as connection:
            await check_not_frozen(connection)
            await check_templates_free(connection, run.id, templates)
            await _check_is_free(connection, run)

    async def start_apply(
        self, run: Run, token: str, *, actor: str, beat_s: float, templates: Sequence[str] = ()
    ) -> Run:
        """APPROVED -> APPLYING, the attempt row and the hold of its templates in one transaction.

        ``Refused("freeze.on")`` while a freeze holds: one that was acknowledged is never followed by a start.
        ``Refused("lock.held")`` where another run of the same stack is applying, ``Refused("lock.template")`` where
        one clones from the same template; ``Refused("apply.state_moved")`` where the stack's state is no longer the
        one of the plan; ``Lost`` where the run moved.
        """
        check_move(run, RunState.APPLYING, {})
        for _ in range(LOOKS):
            try:
                return await self._start(run, token, actor, beat_s, templates)
            except IntegrityError:
                async with self.database.reading() as connection:
                    await _check_is_free(connection, run)
        raise Lost(run.id)

    async def _start(self, run: Run, token: str, actor: str, beat_s: float, templates: Sequence[str]) -> Run:
        row = {"run_id": run.id, "token": token, "beat_until": clock() + beat_s}
        async with self.database.writing() as connection:
            await check_not_frozen(connection, is_locking=True)
            await check_is_current(connection, run)
            await hold_templates(self.database, connection, run.id, templates)
            started = await move(self.database, connection, run, Moving(RunState.APPLYING, actor, {}))
            await connection.execute(insert(attempts).values(row))
            await check_is_settled(connection, run)
            return started

    async def attempt(self, run_id: str) -> Attempt | None:
        """The attempt row of that run."""
        chosen = select(*ATTEMPT_COLUMNS).where(attempts.c.run_id == run_id)
        async with self.database.reading() as connection:
            row = (await connection.execute(chosen)).first()
            return None if row is None else Attempt(*row)

    async def close(self, run: Run, *, outcome: Mapping[str, Any], at: float, messages: Sequence[Outgoing] = ()) -> Run:
        """The last word on an applied or broken run: its report and messages, in one transaction; ``Lost`` else."""
        closed = FREE | {"outcome": dict(outcome), "closed_at": at, "updated_at": at}
        statement = guarded(run).where(runs.c.closed_at.is_(None)).values(closed)
        async with self.database.writing() as connection:
            row = (await connection.execute(statement.returning(*RUN_COLUMNS))).first()
            if row is None:
                raise Lost(run.id)
            state = run.state.value
            await record(
                connection, Entry(run.id, state, state, "bot:closing", at, {"closed": True, "digest": run.digest})
            )
            await queue(self.database, connection, messages)
            return parse_run(row)

    async def _list(self, chosen: Select[Any]) -> Sequence[Run]:
        async with self.database.reading() as connection:
            return [parse_run(row) for row in await connection.execute(chosen)]

    async def _claimed(self, run: Run, values: Mapping[str, Any], messages: Sequence[Outgoing] = ()) -> None:
        mine = (runs.c.id == run.id) & (runs.c.fence == run.fence) & runs.c.owner.is_not(None)
        async with self.database.writing() as connection:
            statement = update(runs).where(mine).values(values).returning(runs.c.id)
            if (await connection.execute(statement)).first() is None:
                raise Lost(run.id)
            await queue(self.database, connection, messages)


async def _check_is_free(connection: AsyncConnection, run: Run) -> None:
    """Refuse in the name of whoever is changing this stack; an apply that ended since our conflict is nobody."""
    changed = (runs.c.stack_id == run.stack_id) & (runs.c.state == RunState.APPLYING.value)
    row = (await connection.execute(select(runs.c.id, runs.c.decided_by, runs.c.requester).where(changed))).first()
    if row is not None:
        raise Refused("lock.held", holder=row.decided_by or row.requester, run=row.id)
