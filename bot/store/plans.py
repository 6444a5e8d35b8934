"""The saved plans that wait for a decision: encrypted, bound to their run and digest, gone when the run is over."""

from dataclasses import dataclass

from sqlalchemy import select

from bot.domain.errors import Lost
from bot.store.database import Database, clock
from bot.store.models import plans
from bot.store.moving import run_of
from bot.store.stacks import Vault


@dataclass(frozen=True, slots=True)
class SqlPlans:
    """The ``Plans`` port."""

    database: Database
    vault: Vault

    async def keep(self, run_id: str, digest: str, files: bytes) -> None:
        """Keep the files of a run's plan in place of earlier ones; ``Lost`` where the run is over."""
        sealed = self.vault.lock(files, _label(run_id, digest))
        values = {"digest": digest, "key_id": self.vault.key_id, "body": sealed, "at": clock()}
        statement = self.database.insert(plans).values({"run_id": run_id} | values)
        async with self.database.writing() as connection:
            if (await run_of(connection, run_id, is_locking=True)).is_over:
                raise Lost(run_id)
            await connection.execute(statement.on_conflict_do_update(index_elements=["run_id"], set_=values))

    async def load(self, run_id: str, digest: str) -> bytes | None:
        """The files of exactly that plan, or None; ``Broken`` where they cannot be opened with our keys."""
        chosen = select(plans).where(plans.c.run_id == run_id, plans.c.digest == digest)
        async with self.database.reading() as connection:
            row = (await connection.execute(chosen)).first()
        return None if row is None else self.vault.open(row.key_id, row.body, _label(run_id, digest))


def _label(run_id: str, digest: str) -> str:
    return f"plan:{run_id}:{digest}"
