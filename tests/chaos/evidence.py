"""What is kept of a world after it is gone: everything that was said in it, and the rows that tell how it went."""

from pathlib import Path

from sqlalchemy import Table, select

from bot.store.database import Database
from bot.store.models import attempts, inbox, outbox, runs
from tests.chaos.platform import Platform
from tests.chaos.victims import Death
from tests.fixtures.recorder import text_of

KEPT: tuple[Table, ...] = (inbox, runs, attempts, outbox)
LONG = frozenset({"event", "proposal", "outcome", "card", "conversation", "who", "message"})
"""Columns of JSON: what they say is in the chat."""


async def write_down(directory: Path, database: Database, chat: Platform, deaths: list[Death]) -> None:
    """``chat.txt``, ``rows.txt`` and ``deaths.txt`` beside the logs."""
    said = [
        f"--- {form.at:.3f} {chat.threads[key]} {key} <- {form.key}\n{text_of(form.card)}"
        for key, forms in chat.messages.items()
        for form in forms
    ]
    (directory / "chat.txt").write_text("\n".join(said) + "\n")
    died = [f"{death.at:.3f} {death.victim:10s} {death.how:6s} {death.place}" for death in deaths]
    (directory / "deaths.txt").write_text("\n".join(died) + "\n")
    with (directory / "rows.txt").open("w") as file:
        for table in KEPT:
            columns = [column for column in table.c if column.name not in LONG]
            file.write(f"--- {table.name}: {', '.join(column.name for column in columns)}\n")
            async with database.reading() as connection:
                file.writelines(f"{tuple(row)}\n" for row in await connection.execute(select(*columns)))
