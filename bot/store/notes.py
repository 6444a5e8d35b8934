"""What adapters must still know after a restart: named notes, changed one at a time."""

from dataclasses import dataclass

from sqlalchemy import Column, Double, Index, Table, Text, select, update

from bot.store.database import Database, clock
from bot.store.models import metadata

chat_notes = Table(
    "chat_notes",
    metadata,
    Column("name", Text, primary_key=True),
    Column("body", Text, nullable=False),
    Column("at", Double, nullable=False),
    Index("chat_notes_oldest", "at"),
)


@dataclass(frozen=True, slots=True)
class SqlNotes:
    """The ``Notes`` port."""

    database: Database

    async def get(self, name: str) -> str | None:
        """The note of that name; None where there is none."""
        async with self.database.reading() as connection:
            return (await connection.execute(select(chat_notes.c.body).where(chat_notes.c.name == name))).scalar()

    async def put(self, name: str, text: str) -> None:
        """Write it, whatever it was before."""
        written = {"body": text, "at": clock()}
        statement = self.database.insert(chat_notes).values(name=name, **written)
        async with self.database.writing() as connection:
            await connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=written))

    async def swap(self, name: str, before: str | None, after: str) -> bool:
        """Write it where it still is ``before`` (None: where there is none); False, and nothing written, else."""
        written = {"body": after, "at": clock()}
        fresh = self.database.insert(chat_notes).values(name=name, **written).on_conflict_do_nothing()
        is_same = (chat_notes.c.name == name) & (chat_notes.c.body == before)
        later = update(chat_notes).where(is_same).values(**written)
        statement = fresh if before is None else later
        async with self.database.writing() as connection:
            return (await connection.execute(statement.returning(chat_notes.c.name))).first() is not None
