"""The guarded apply as its runner sees it: the one door in, the heartbeat, the end. The token is the authority."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import Lost
from bot.domain.run import Run, end_of
from bot.ports import Attempt, Noted, Outgoing
from bot.store.audit import note
from bot.store.database import Database, clock
from bot.store.fencing import of_token
from bot.store.holds import release_templates
from bot.store.models import attempts, runs
from bot.store.moving import Moving, move, run_of
from bot.store.runs import ATTEMPT_COLUMNS

ACTOR = "bot:runner"


def overdue_attempts(by_s: float) -> Select[Any]:
    """What ``Attempts.overdue`` asks: it reads an index of the attempts that have not ended."""
    silent = attempts.c.finished_at.is_(None) & (attempts.c.beat_until < clock() - by_s)
    return select(*ATTEMPT_COLUMNS).where(silent).order_by(attempts.c.beat_until)


@dataclass(frozen=True, slots=True)
class Attempts:
    """The attempts of all runs. Times are the database's own."""

    database: Database

    async def begin(self, run_id: str, token: str, beat_s: float) -> bool:
        """Pass the only door to an apply, once; False: not ours, or somebody passed already. Then touch nothing."""
        is_closed = (attempts.c.started_at.is_(None), attempts.c.finished_at.is_(None))
        values = {"started_at": clock(), "beat_until": clock() + beat_s}
        return await self._changed(of_token(run_id, token), *is_closed, values=values)

    async def beat(self, run_id: str, token: str, beat_s: float) -> bool:
        """Say that we are alive for ``beat_s`` more seconds; False: the token is no longer ours, stop terraform."""
        is_open = attempts.c.finished_at.is_(None)
        return await self._changed(of_token(run_id, token), is_open, values={"beat_until": clock() + beat_s})

    async def stop(self, run_id: str, by: str) -> Attempt | None:
        """Record the first wish to stop, with its audit row; the attempt as it then is. None where it has ended."""
        is_open = (attempts.c.run_id == run_id) & attempts.c.finished_at.is_(None)
        asked = update(attempts).where(is_open, attempts.c.stop_by.is_(None)).values(stop_by=by, stop_at=clock())
        async with self.database.writing() as connection:
            row = (await connection.execute(asked.returning(*ATTEMPT_COLUMNS))).first()
            if row is not None:
                run = await run_of(connection, run_id)
                at = Attempt(*row).stop_at or 0.0
                await note(connection, Noted("apply.stopped", by, at, "asked", run_id, run.digest))
            else:
                row = (await connection.execute(select(*ATTEMPT_COLUMNS).where(is_open))).first()
            return None if row is None else Attempt(*row)

    async def finish(
        self, run_id: str, token: str, exit_code: int, *, outcome: Mapping[str, Any], messages: Sequence[Outgoing] = ()
    ) -> Run:
        """End the attempt, move the run to where its exit code leads, and say so, in one transaction.

        Saying it twice with the same token changes nothing more. ``Lost`` where the token is no longer ours.
        """
        moving = Moving(end_of(exit_code), ACTOR, {"outcome": dict(outcome)}, messages, {"exit_code": exit_code})
        async with self.database.writing() as connection:
            run = await run_of(connection, run_id, is_locking=True)
            if not await _end(connection, run_id, token, exit_code):
                return run
            await release_templates(connection, run_id)
            fenced = await _raise_fence(connection, run)
            return await move(self.database, connection, fenced, moving)

    async def overdue(self, by_s: float = 0.0) -> Sequence[Attempt]:
        """Attempts that have not ended and whose heartbeat is over by ``by_s`` seconds, the longest silent first."""
        async with self.database.reading() as connection:
            return [Attempt(*row) for row in await connection.execute(overdue_attempts(by_s))]

    async def take_over(self, run_id: str, old: str, new: str, beat_s: float) -> Attempt | None:
        """Replace the token of an overdue attempt, which shuts its runner out; None where it beat or ended meanwhile.

        ``started_at`` of the answer decides what to do: None, a new runner may begin with ``new``; else the apply
        went silent half-way and must never be run again: look at what exists, then ``finish`` with ``new``.
        """
        silent = attempts.c.finished_at.is_(None) & (attempts.c.beat_until < clock())
        statement = update(attempts).where(of_token(run_id, old), silent).values(token=new, beat_until=clock() + beat_s)
        async with self.database.writing() as connection:
            row = (await connection.execute(statement.returning(*ATTEMPT_COLUMNS))).first()
            return None if row is None else Attempt(*row)

    async def _changed(self, *conditions: ColumnElement[bool], values: Mapping[str, Any]) -> bool:
        statement = update(attempts).where(*conditions).values(values).returning(attempts.c.run_id)
        async with self.database.writing() as connection:
            return (await connection.execute(statement)).first() is not None


async def _end(connection: AsyncConnection, run_id: str, token: str, exit_code: int) -> bool:
    """False where this very token ended it before; ``Lost`` where another token stands there."""
    is_open = attempts.c.finished_at.is_(None)
    values = {"finished_at": clock(), "exit_code": exit_code}
    ended = update(attempts).where(of_token(run_id, token), is_open).values(values).returning(attempts.c.run_id)
    if (await connection.execute(ended)).first() is not None:
        return True
    if (await connection.execute(select(attempts.c.run_id).where(of_token(run_id, token)))).first() is None:
        raise Lost(run_id)
    return False


async def _raise_fence(connection: AsyncConnection, run: Run) -> Run:
    """The worker that followed may have claimed anew meanwhile: its fence does not matter here, and ends here."""
    await connection.execute(update(runs).where(runs.c.id == run.id).values(fence=run.fence + 1))
    return replace(run, fence=run.fence + 1)
