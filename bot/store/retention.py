"""What has served its time goes, in small batches, one worker at a time. The audit trail is never touched."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import structlog
from sqlalchemy import Column, ColumnElement, Select, Table, delete, func, or_, select

from bot.domain.run import TERMINAL
from bot.store.database import Database, clock
from bot.store.models import inbox, outbox, paces, runs, web_log, workers
from bot.store.notes import chat_notes
from bot.store.second import second_ways
from bot.store.weblog import EDIT

log = structlog.get_logger()

LOOK_EVERY_S: Final = 600.0
EVERY_S: Final = 3_600.0
"""From one pass to the next, in the whole installation."""
BATCH: Final = 500
PAUSE_S: Final = 0.02
"""Between two batches: whoever waits to write goes first."""
DAY_S: Final = 86_400.0
EDITS_KEPT: Final = 1_000
"""Newest rows of the page's log that are left alone: readers are in the middle of them."""
NAME: Final = "retention"


@dataclass(frozen=True, slots=True)
class _Old:
    """Rows of one table that may go."""

    table: Table
    key: Column[Any]
    which: ColumnElement[bool]

    def batch(self, most: int) -> Select[Any]:
        return select(self.key).where(self.which).order_by(self.key).limit(most)


@dataclass(frozen=True, slots=True)
class Retention:
    """Keeps what was heard and said for ``days``, and what is superseded for one."""

    database: Database
    days: float
    batch: int = BATCH
    pause_s: float = PAUSE_S

    async def keep(self) -> int:
        """One pass, where none was made by any worker within the hour; how many rows went."""
        return await self.clean() if await self._is_due() else 0

    async def clean(self) -> int:
        """One pass."""
        gone = {old.table.name: 0 for old in self._old()}
        for old in self._old():
            gone[old.table.name] += await self._delete(old)
        if any(gone.values()):
            log.info("retention.done", **gone)
        return sum(gone.values())

    async def _is_due(self) -> bool:
        """Take the turn of this hour; the database decides who of several workers has it."""
        turn = {"kind": NAME, "seen_at": clock()}
        statement = (
            self.database.insert(workers)
            .values(id=NAME, **turn)
            .on_conflict_do_update(index_elements=["id"], set_=turn, where=workers.c.seen_at < clock() - EVERY_S)
        )
        async with self.database.writing() as connection:
            return (await connection.execute(statement.returning(workers.c.id))).first() is not None

    async def _delete(self, old: _Old) -> int:
        gone = 0
        while True:
            async with self.database.reading() as connection:
                keys = (await connection.execute(old.batch(self.batch))).scalars().all()
            if keys:
                # By their keys: the writer's lock is held for the deleting alone, not for the looking.
                async with self.database.writing() as connection:
                    await connection.execute(delete(old.table).where(old.key.in_(keys), old.which))
            gone += len(keys)
            if len(keys) < self.batch:
                return gone
            await asyncio.sleep(self.pause_s)

    def _old(self) -> Sequence[_Old]:
        long_ago = clock() - self.days * DAY_S
        return (
            _Old(outbox, outbox.c.seq, _is_superseded(clock() - DAY_S)),
            _Old(outbox, outbox.c.seq, _is_said(long_ago)),
            # The key of an event is kept as long as the event: it is by the key that it is known when it comes again.
            _Old(inbox, inbox.c.key, (inbox.c.done_at < long_ago) & (inbox.c.at < long_ago)),
            _Old(web_log, web_log.c.seq, _is_edited_again()),
            _Old(paces, paces.c.channel, paces.c.free_at < clock() - DAY_S),
            _Old(second_ways, second_ways.c.key, second_ways.c.at < long_ago),
            # A thread in which nothing was posted for so long offers nothing, and no button of then is there to press.
            _Old(chat_notes, chat_notes.c.name, _is_passing() & (chat_notes.c.at < long_ago)),
        )


def _is_passing() -> ColumnElement[bool]:
    """Notes about one card; others say where an adapter is, and stay."""
    return or_(*(chat_notes.c.name.contains(kind) for kind in (":place:", ":used:", ":trigger:")))


def _is_superseded(before: ColumnElement[float]) -> ColumnElement[bool]:
    return (outbox.c.reason == "superseded") & (outbox.c.sent_at < before)


def _is_said(before: ColumnElement[float]) -> ColumnElement[bool]:
    """Settled long ago; a post stays while its card may be edited: the edits need to know what message it became."""
    later = outbox.alias("later")
    is_edited = (
        select(later.c.seq).where(later.c.of == outbox.c.key, or_(later.c.at > before, _is_open(later))).exists()
    )
    of_run = (runs.c.id == func.substr(outbox.c.key, 5)) & outbox.c.key.startswith("run:")
    over = [state.value for state in TERMINAL]
    is_going_on = select(runs.c.id).where(of_run, or_(runs.c.updated_at > before, runs.c.state.not_in(over))).exists()
    settled = func.coalesce(outbox.c.sent_at, outbox.c.failed_at)
    return (settled < before) & ~is_edited & ~is_going_on


def _is_open(table: Any) -> ColumnElement[bool]:
    found: ColumnElement[bool] = table.c.sent_at.is_(None) & table.c.failed_at.is_(None)
    return found


def _is_edited_again() -> ColumnElement[bool]:
    """An edit that a later one replaced: the page folds them, and only the last one shows."""
    later = web_log.alias("later")
    newest = select(func.coalesce(func.max(web_log.c.seq), 0)).scalar_subquery()
    is_replaced = select(later.c.seq).where(later.c.ref == web_log.c.ref, later.c.seq > web_log.c.seq).exists()
    return (web_log.c.kind == EDIT) & is_replaced & (web_log.c.seq <= newest - EDITS_KEPT)
