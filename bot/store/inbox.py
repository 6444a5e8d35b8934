"""Everything heard, stored before it is acknowledged."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, update

from bot.chat.port import Event
from bot.store.codec import dump_event, parse_event
from bot.store.database import Database, clock
from bot.store.models import inbox


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

    async def claim(self, key: str, owner: str, lease_s: float) -> Event | None:
        """Take one event to work on; None where it is done, unknown or another worker's.

        A claim holds for ``lease_s`` seconds; each further try holds twice as long as the one before, at most
        sixteen times as long, so that an event that keeps failing does not keep a worker busy.
        """
        is_free = (inbox.c.key == key) & inbox.c.done_at.is_(None) & (inbox.c.lease_until < clock())
        async with self.database.writing() as connection:
            tries = (await connection.execute(select(inbox.c.tries).where(is_free).with_for_update())).scalar()
            if tries is None:
                return None
            taken = {"owner": owner, "lease_until": clock() + lease_s * 2 ** min(tries, 4), "tries": tries + 1}
            event = inbox.c.event
            stored = await connection.execute(update(inbox).where(is_free).values(taken).returning(event))
            row = stored.first()
            return None if row is None else parse_event(row.event)

    async def renew(self, key: str, owner: str, lease_s: float) -> None:
        """Keep our claim for ``lease_s`` more seconds; nothing where it is another's by now."""
        until = clock() + lease_s
        mine = (
            (inbox.c.key == key) & (inbox.c.owner == owner) & inbox.c.done_at.is_(None) & (inbox.c.lease_until < until)
        )
        async with self.database.writing() as connection:
            await connection.execute(update(inbox).where(inbox.c.key == key, mine).values(lease_until=until))

    async def done(self, key: str) -> None:
        """The event has had its whole effect."""
        async with self.database.writing() as connection:
            await connection.execute(update(inbox).where(inbox.c.key == key).values(done_at=clock(), owner=None))

    async def waiting(self, limit: int) -> Sequence[str]:
        """Keys that are neither done nor claimed, oldest first."""
        is_free = inbox.c.done_at.is_(None) & (inbox.c.lease_until < clock())
        chosen = select(inbox.c.key).where(is_free).order_by(inbox.c.at, inbox.c.key).limit(limit)
        async with self.database.reading() as connection:
            return list((await connection.execute(chosen)).scalars())
