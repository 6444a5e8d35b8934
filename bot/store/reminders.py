"""Reminders: when the next one is due stands in the run's row; what was said stands in the outbox, once a key."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import update

from bot.domain.run import Run, RunState
from bot.ports import Outgoing
from bot.store.database import Database
from bot.store.models import runs
from bot.store.outbox import queue


@dataclass(frozen=True, slots=True)
class SqlReminders:
    """The ``Reminders`` port."""

    database: Database

    async def remind(self, run: Run, next_at: float | None, messages: Sequence[Outgoing]) -> bool:
        """Say it and set the next time, in one transaction; False where it was decided, or somebody else said it."""
        seen = (runs.c.id == run.id) & (runs.c.state == RunState.PLANNED.value) & (runs.c.remind_at == run.remind_at)
        statement = update(runs).where(seen).values(remind_at=next_at).returning(runs.c.id)
        async with self.database.writing() as connection:
            if (await connection.execute(statement)).first() is None:
                return False
            await queue(self.database, connection, messages)
            return True
