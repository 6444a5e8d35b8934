"""Signs of life: every worker writes now and then that it is there; whoever asks reads who was."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, func, select

from bot.store.database import Database, clock
from bot.store.models import workers

WORKER: Final = "worker"
PROBE: Final = "probe"
SIGN_EVERY_S: Final = 5.0
SEEN_S: Final = 15.0
"""Three signs missed: nobody works there any more, or the database is slower than work can be."""
FORGET_S: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Signs:
    """Who works here, by the database's own clock; ``owner`` is this process."""

    database: Database
    owner: str

    async def give(self) -> None:
        """Say that we are there and work."""
        await self._write(self.owner, WORKER)

    async def probe(self) -> None:
        """Write something that means nothing: a database that can only be read is no database."""
        await self._write(f"{self.owner}/{PROBE}", PROBE)

    async def workers(self) -> int:
        """How many workers gave a sign a moment ago."""
        fresh = (workers.c.kind == WORKER) & (workers.c.seen_at > clock() - SEEN_S)
        async with self.database.reading() as connection:
            return int((await connection.execute(select(func.count()).where(fresh))).scalar_one())

    async def _write(self, owner: str, kind: str) -> None:
        seen = {"kind": kind, "seen_at": clock()}
        statement = self.database.insert(workers).values(id=owner, **seen)
        async with self.database.writing() as connection:
            await connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=seen))
            await connection.execute(delete(workers).where(workers.c.seen_at < clock() - FORGET_S))
