"""Everything heard, stored before it is acknowledged."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import structlog
from sqlalchemy import Text, select, type_coerce, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.chat.port import Event
from bot.log import redact
from bot.store.codec import dump_event, parse_event
from bot.store.database import Database, clock
from bot.store.models import inbox

log = structlog.get_logger()

READS: Final = 5
"""A newer version may have stored it and be about to take it: an event is laid aside after so many tries."""
REASON_MOST: Final = 500
PAUSE_MAX_S: Final = 15.0
"""The longest pause before an event whose try failed is tried again."""


@dataclass(frozen=True, slots=True)
class SqlInbox:
    """The ``Inbox`` port."""

    database: Database

    async def store(self, event: Event, at: float) -> bool:
        """Keep the event under its key; False where that key is there already."""
        row = {"key": event.dedupe, "event": dump_event(event), "at": at}
        statement = self.database.insert(inbox).values(row).on_conflict_do_nothing().returning(inbox.c.key)
        async with self.database.writing() as connection:
            return (await connection.execute(statement)).first() is not None

    async def has(self, key: str) -> bool:
        """Whether an event came under that key."""
        async with self.database.reading() as connection:
            return (await connection.execute(select(inbox.c.key).where(inbox.c.key == key))).first() is not None

    async def claim(self, key: str, owner: str, lease_s: float) -> Event | None:
        """Take one event to work on for ``lease_s`` seconds; None where it is done, unknown or another worker's."""
        is_free = (inbox.c.key == key) & inbox.c.done_at.is_(None) & (inbox.c.lease_until < clock())
        async with self.database.writing() as connection:
            tries = (await connection.execute(select(inbox.c.tries).where(is_free).with_for_update())).scalar()
            if tries is None:
                return None
            taken = {"owner": owner, "lease_until": clock() + lease_s, "tries": tries + 1}
            # As text: a row that is no JSON must not break the reading of it.
            event = type_coerce(inbox.c.event, Text).label("event")
            stored = await connection.execute(update(inbox).where(is_free).values(taken).returning(event))
            row = stored.first()
            return None if row is None else await _read(connection, key, row.event, tries + 1)

    async def renew(self, key: str, owner: str, lease_s: float) -> None:
        """Keep our claim for ``lease_s`` more seconds; nothing where it is another's by now."""
        until = clock() + lease_s
        mine = (
            (inbox.c.key == key) & (inbox.c.owner == owner) & inbox.c.done_at.is_(None) & (inbox.c.lease_until < until)
        )
        async with self.database.writing() as connection:
            await connection.execute(update(inbox).where(inbox.c.key == key, mine).values(lease_until=until))

    async def give_back(self, key: str, owner: str) -> None:
        """After a try that failed: due again in a second, then two, then four, at most ``PAUSE_MAX_S``.

        What is away for a minute is a matter of seconds when it is back, and what keeps failing keeps nobody busy.
        """
        mine = (inbox.c.key == key) & (inbox.c.owner == owner) & inbox.c.done_at.is_(None)
        async with self.database.writing() as connection:
            tries = (await connection.execute(select(inbox.c.tries).where(mine).with_for_update())).scalar()
            if tries is not None:
                due = clock() + min(PAUSE_MAX_S, 2.0 ** min(tries - 1, 9))
                await connection.execute(update(inbox).where(mine).values(owner=None, lease_until=due))

    async def done(self, key: str) -> None:
        """The event has had its whole effect."""
        async with self.database.writing() as connection:
            await connection.execute(update(inbox).where(inbox.c.key == key).values(done_at=clock(), owner=None))

    async def laid_aside(self, limit: int = 100) -> Sequence[tuple[str, str]]:
        """Key and reason of events that nobody could read, newest first: for the doctor."""
        chosen = select(inbox.c.key, inbox.c.reason).where(inbox.c.reason.is_not(None))
        async with self.database.reading() as connection:
            rows = await connection.execute(chosen.order_by(inbox.c.at.desc()).limit(limit))
            return [(row.key, row.reason) for row in rows]

    async def waiting(self, limit: int) -> Sequence[str]:
        """Keys that are neither done nor claimed, oldest first."""
        is_free = inbox.c.done_at.is_(None) & (inbox.c.lease_until < clock())
        chosen = select(inbox.c.key).where(is_free).order_by(inbox.c.at, inbox.c.key).limit(limit)
        async with self.database.reading() as connection:
            return list((await connection.execute(chosen)).scalars())


async def _read(connection: AsyncConnection, key: str, stored: Any, tries: int) -> Event | None:
    """The event of a row; one that nobody can read keeps its lease, and is laid aside in the end, with its reason."""
    try:
        return parse_event(json.loads(stored) if isinstance(stored, str) else stored)
    except (ValueError, TypeError, LookupError, AttributeError) as fault:
        reason = redact(f"{type(fault).__name__}: {fault}")[:REASON_MOST]
    log.error("event.unreadable", key=key, tries=tries, why=reason)
    if tries >= READS:
        aside = {"done_at": clock(), "owner": None, "reason": reason}
        await connection.execute(update(inbox).where(inbox.c.key == key).values(aside))
    return None
