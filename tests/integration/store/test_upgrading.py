import asyncio
import secrets
import subprocess
import sys

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect

import bot.store.holds
import bot.store.joined
import bot.store.leases
import bot.store.links
import bot.store.notes
import bot.store.second
import bot.store.usage  # noqa: F401 - they have tables of their own  # noqa: F401 - it has a table of its own
from bot.store.database import open_database, parse_url
from bot.store.models import metadata
from bot.store.runs import SqlRuns
from bot.store.upgrading import upgrade
from iac.errors import Broken
from tests.fixtures.databases import BOTH


@pytest.fixture(params=BOTH)
def empty_url(request, tmp_path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'deep' / 'threadform.db'}"
    url, name = request.getfixturevalue("postgres_url"), f"empty_{secrets.token_hex(4)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return url.replace("/postgres?", f"/{name}?")


def _engine(url):
    parsed = parse_url(url)
    return create_engine(parsed.set(drivername=parsed.drivername.replace("+aiosqlite", "")))


def test_an_empty_database_gets_every_table_and_a_current_one_is_left_alone(empty_url):
    assert upgrade(empty_url)
    assert not upgrade(empty_url)
    engine = _engine(empty_url)
    assert set(metadata.tables) < set(inspect(engine).get_table_names())
    engine.dispose()


def test_the_migrations_make_exactly_the_tables_that_the_code_uses(empty_url):
    upgrade(empty_url)
    engine = _engine(empty_url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_six_processes_that_upgrade_at_once_all_succeed(empty_url):
    source = "import sys; from bot.store.upgrading import upgrade; print(upgrade(sys.argv[1]))"
    started = [
        subprocess.Popen([sys.executable, "-c", source, empty_url], stdout=subprocess.PIPE, text=True) for _ in range(6)
    ]
    said = sorted(process.communicate(timeout=240)[0].strip() for process in started)
    assert said == ["False"] * 5 + ["True"]


def test_a_database_that_is_away_is_named_as_such():
    with pytest.raises(Broken) as broken:
        upgrade("postgresql://nobody@127.0.0.1:1/none")
    assert broken.value.sentence.key == "run.store_silent"
    assert broken.value.is_worth_retrying


async def test_a_database_that_goes_away_later_is_named_as_such_too():
    database = open_database("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(Broken) as broken:
        await SqlRuns(database).get("x")
    assert broken.value.is_worth_retrying
    await database.close()


def test_other_databases_are_refused():
    with pytest.raises(Broken, match="mysql"):
        open_database("mysql://x/y")


async def test_a_file_of_sqlite_is_durable_and_locks_before_it_reads(tmp_path):
    url = f"sqlite:///{tmp_path / 'threadform.db'}"
    await asyncio.to_thread(upgrade, url)
    database = open_database(url)
    async with database.reading() as connection:
        pragmas = {
            name: (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "busy_timeout": 30000, "foreign_keys": 1}
    await database.close()
