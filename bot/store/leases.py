"""Leases: one row a guest, changed by compare-and-set with the audit row and what is said about it."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Final

from sqlalchemy import Column, Double, ForeignKey, Index, Integer, Table, Text, delete, select, update

from bot.domain.lease import Lease
from bot.ports import Noted, Outgoing
from bot.store.audit import note
from bot.store.database import Database
from bot.store.models import metadata
from bot.store.outbox import queue

leases = Table(
    "leases",
    metadata,
    Column("stack_id", Text, ForeignKey("stacks.id"), primary_key=True),
    Column("guest", Text, primary_key=True),
    Column("run_id", Text, ForeignKey("runs.id"), nullable=False),
    Column("vmid", Integer, nullable=False),
    Column("owner", Text, nullable=False),
    Column("environment", Text, nullable=False),
    Column("ends_at", Double, nullable=False),
    Column("due_at", Double, nullable=False),
    Column("stage", Text, nullable=False),
    Column("extended", Integer, nullable=False, server_default="0"),
    Index("leases_due", "due_at"),
)

COLUMNS: Final = tuple(leases.c[column.name] for column in fields(Lease))
KEY: Final = ("stack_id", "guest")


@dataclass(frozen=True, slots=True)
class SqlLeases:
    """The ``Leases`` port."""

    database: Database

    async def begin(self, begun: Iterable[Lease]) -> None:
        """Keep them; a guest that has one gets this one in its place."""
        async with self.database.writing() as connection:
            for lease in begun:
                row = asdict(lease)
                again = {name: value for name, value in row.items() if name not in KEY}
                kept = self.database.insert(leases).values(row)
                await connection.execute(kept.on_conflict_do_update(index_elements=KEY, set_=again))

    async def forget(self, stack_id: str, guests: Iterable[str]) -> None:
        """These guests of the stack are gone."""
        gone = (leases.c.stack_id == stack_id) & leases.c.guest.in_(list(guests))
        async with self.database.writing() as connection:
            await connection.execute(delete(leases).where(gone))

    async def get(self, stack_id: str, guest: str) -> Lease | None:
        """The lease of that guest, if it has one."""
        wanted = (leases.c.stack_id == stack_id) & (leases.c.guest == guest)
        async with self.database.reading() as connection:
            row = (await connection.execute(select(*COLUMNS).where(wanted))).one_or_none()
        return Lease(*row) if row else None

    async def all(self) -> Sequence[Lease]:
        """Every lease, the soonest to end first."""
        async with self.database.reading() as connection:
            rows = await connection.execute(select(*COLUMNS).order_by(leases.c.ends_at, leases.c.guest))
            return [Lease(*row) for row in rows]

    async def due(self, now: float, limit: int) -> Sequence[Lease]:
        """Those about which something is due, the longest waiting first."""
        chosen = select(*COLUMNS).where(leases.c.due_at <= now).order_by(leases.c.due_at, leases.c.guest).limit(limit)
        async with self.database.reading() as connection:
            return [Lease(*row) for row in await connection.execute(chosen)]

    async def change(self, old: Lease, new: Lease, noted: Noted, messages: Sequence[Outgoing] = ()) -> bool:
        """Compare-and-set with its audit row and messages, in one transaction; False where it changed meanwhile."""
        seen = [leases.c[name] == value for name, value in asdict(old).items()]
        changed = update(leases).where(*seen).values(asdict(new)).returning(leases.c.guest)
        async with self.database.writing() as connection:
            if (await connection.execute(changed)).first() is None:
                return False
            await note(connection, noted)
            await queue(self.database, connection, messages)
            return True
