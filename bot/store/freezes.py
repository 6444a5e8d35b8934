"""The freeze: one row that every start of an apply looks at in its own transaction."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import Refused
from bot.ports import Freeze
from bot.store.audit import Entry, record
from bot.store.database import Database
from bot.store.models import freezes
from iac.errors import Broken

EVERYTHING: Final = "all"
SUBJECT: Final = "freeze"
"""What the audit trail calls it, where moves name their run."""


@dataclass(frozen=True, slots=True)
class SqlFreezes:
    """The ``Freezes`` port."""

    database: Database

    async def current(self) -> Freeze | None:
        """The freeze that holds now, or None."""
        async with self.database.reading() as connection:
            return await _read(connection)

    async def freeze(self, by: str, reason: str, at: float) -> Freeze:
        """Switch it on, with its audit row; one that holds already is left as it is and answered.

        Once this has returned, no apply starts: each start holds the row until it is committed.
        """
        values = {"is_on": True, "by": by, "reason": reason, "at": at}
        is_off = (freezes.c.scope == EVERYTHING) & freezes.c.is_on.is_(False)
        async with self.database.writing() as connection:
            switched = update(freezes).where(is_off).values(values).returning(freezes.c.scope)
            if (await connection.execute(switched)).first() is None:
                return await _read(connection) or _missing()
            await record(connection, Entry(SUBJECT, "off", "on", by, at, {"reason": reason}))
            return Freeze(by, reason, at)

    async def unfreeze(self, by: str, at: float) -> Freeze | None:
        """Switch it off, with its audit row; the freeze that held, or None."""
        async with self.database.writing() as connection:
            held = await _read(connection, is_locking=True)
            if held is None:
                return None
            await connection.execute(update(freezes).where(freezes.c.scope == EVERYTHING).values(is_on=False))
            facts = {"frozen_by": held.by, "frozen_at": held.at}
            await record(connection, Entry(SUBJECT, "on", "off", by, at, facts))
            return held


async def check_not_frozen(connection: AsyncConnection, *, is_locking: bool = False) -> None:
    """Refuse while a freeze holds; with ``is_locking``, none is acknowledged before this transaction ends."""
    held = await _read(connection, is_sharing=is_locking)
    if held is not None:
        raise Refused("freeze.on", holder=held.by, why=held.why)


async def _read(connection: AsyncConnection, *, is_locking: bool = False, is_sharing: bool = False) -> Freeze | None:
    chosen = select(freezes).where(freezes.c.scope == EVERYTHING)
    if is_locking or is_sharing:
        chosen = chosen.with_for_update(read=is_sharing)
    row: Any = (await connection.execute(chosen)).first() or _missing()
    return Freeze(row.by or "", row.reason or "", row.at or 0.0) if row.is_on else None


def _missing() -> Any:
    """Without the row nobody can say that nothing is frozen: in doubt, nothing starts."""
    raise Broken("reading whether changes are frozen", "the row is missing")
