"""Everything to be said: rows written with the move that causes them, sent by ``bot.store.sender``."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.chat.port import Card, Message
from bot.domain.errors import Refused
from bot.log import without_secrets
from bot.ports import Outgoing
from bot.store.codec import dump_actor, dump_card, dump_conversation, parse_card, parse_message
from bot.store.database import Database, clock
from bot.store.models import outbox


@dataclass(frozen=True, slots=True)
class Late:
    """Messages that wait for longer than they should: how many, the oldest for how many seconds, and why."""

    count: int
    seconds: float
    why: str


@dataclass(frozen=True, slots=True)
class SqlOutbox:
    """The ``Outbox`` port."""

    database: Database

    async def add(self, messages: Iterable[Outgoing]) -> None:
        """Queue messages that no move causes; a key that is there already is left as it is."""
        rows = list(messages)
        if not rows:
            return
        async with self.database.writing() as connection:
            await queue(self.database, connection, rows)

    async def message(self, key: str) -> Message | None:
        """The message that was posted under that key; None where it is not out yet.

        ``Refused("request.not_taken")`` where it never will be.
        """
        chosen = select(outbox.c.message, outbox.c.failed_at).where(outbox.c.key == key)
        async with self.database.reading() as connection:
            row = (await connection.execute(chosen)).first()
        if row is not None and row.failed_at is not None:
            raise Refused("request.not_taken")
        return parse_message(row.message) if row is not None and row.message else None

    async def card(self, key: str) -> Card | None:
        """What is, or was, said under that key; None where nothing was, or it is forgotten."""
        async with self.database.reading() as connection:
            stored = (await connection.execute(select(outbox.c.card).where(outbox.c.key == key))).scalar()
        return None if stored is None else parse_card(stored)

    async def late(self, seconds: float) -> Late | None:
        """What should have been said ``seconds`` ago and is not; None where nothing waits so long."""
        is_open = outbox.c.sent_at.is_(None) & outbox.c.failed_at.is_(None)
        waits = clock() - outbox.c.at
        found = select(func.count(), func.max(waits), func.max(outbox.c.reason)).where(is_open, waits > seconds)
        async with self.database.reading() as connection:
            count, oldest, why = (await connection.execute(found)).one()
        return Late(count, oldest, why or "nobody sends") if count else None

    async def failed(self, limit: int = 100) -> list[tuple[str, str]]:
        """Key and reason of messages that could not be said for good, newest first: for the doctor."""
        chosen = select(outbox.c.key, outbox.c.reason).where(outbox.c.failed_at.is_not(None))
        async with self.database.reading() as connection:
            rows = await connection.execute(chosen.order_by(outbox.c.seq.desc()).limit(limit))
            return [(row.key, row.reason) for row in rows]


async def queue(database: Database, connection: AsyncConnection, messages: Iterable[Outgoing]) -> None:
    """Write messages inside the caller's transaction, in the order given."""
    for message in messages:
        await connection.execute(database.insert(outbox).values(_row(message)).on_conflict_do_nothing())


def _row(message: Outgoing) -> dict[str, Any]:
    return {
        "key": message.key,
        "thread": message.conversation.key,
        "conversation": dump_conversation(message.conversation),
        "kind": message.kind,
        "of": message.of,
        "who": dump_actor(message.who) if message.who else None,
        "card": without_secrets(dump_card(message.card)),
        "at": clock(),
        "severity": message.severity,
    }
