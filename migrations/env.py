"""How Alembic reaches the database: over the connection that ``bot.store.upgrading`` holds, or a URL of its own."""

import os

from alembic import context
from sqlalchemy import Connection, create_engine

import bot.store.holds
import bot.store.joined
import bot.store.leases
import bot.store.links
import bot.store.notes
import bot.store.second
import bot.store.usage  # noqa: F401 - they have tables of their own  # noqa: F401 - it has a table of its own
from bot.store.database import parse_url
from bot.store.models import metadata


def _run(connection: Connection) -> None:
    # No batch mode: it would rebuild tables on SQLite behind our back.
    context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
    with context.begin_transaction():
        context.run_migrations()


def _own_connection() -> None:
    """``alembic revision --autogenerate`` for those who write migrations."""
    url = parse_url(os.environ["THREADFORM_DATABASE_URL"])
    engine = create_engine(url.set(drivername=url.drivername.replace("+aiosqlite", "")))
    with engine.begin() as connection:
        _run(connection)


given = context.config.attributes.get("connection")
if given is not None:
    _run(given)
else:
    _own_connection()
