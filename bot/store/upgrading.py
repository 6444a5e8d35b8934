"""Bring a database to the newest revision of ``migrations``; quick where it is there already, safe where two start."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.exc import OperationalError

from bot.store.database import parse_url, prepare_sqlite
from iac.errors import Broken

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
LOCK = 0x7468726561646672
"""PostgreSQL advisory lock of whoever upgrades: "threadfr" as a number."""


def upgrade(url: str) -> bool:
    """Run the migrations that are missing; whether there were any. ``Broken`` where the database does not answer."""
    parsed = parse_url(url)
    is_sqlite = parsed.get_backend_name() == "sqlite"
    if is_sqlite and parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = create_engine(parsed.set(drivername="sqlite") if is_sqlite else parsed)
    if is_sqlite:
        event.listen(engine, "connect", prepare_sqlite)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        with engine.begin() as connection:
            return _upgrade(connection)
    except OperationalError as error:
        raise Broken(
            "upgrading the database", str(error.orig), key="run.store_silent", is_worth_retrying=True
        ) from error
    finally:
        engine.dispose()


def _upgrade(connection: Connection) -> bool:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
    config = alembic_config()
    have = MigrationContext.configure(connection).get_current_heads()
    if set(have) == set(ScriptDirectory.from_config(config).get_heads()):
        return False
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    return True


def alembic_config() -> Config:
    """Alembic's configuration, built here: there is no alembic.ini."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config
