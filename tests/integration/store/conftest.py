import secrets
import shutil
from pathlib import Path

import psycopg
import pytest

from bot.store.attempts import Attempts
from bot.store.audit import Audit
from bot.store.database import open_database
from bot.store.inbox import SqlInbox
from bot.store.outbox import SqlOutbox
from bot.store.reservations import SqlReservations
from bot.store.runs import SqlRuns
from bot.store.stacks import SqlStacks, Vault
from bot.store.upgrading import upgrade
from bot.store.weblog import SqlWebLog

BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("template") / "threadform.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_url) -> str:
    name = f"template_{secrets.token_hex(4)}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    upgrade(postgres_url.replace("/postgres?", f"/{name}?"))
    return name


def _new_postgres(url: str, template: str) -> str:
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return url.replace("/postgres?", f"/{name}?")


@pytest.fixture(params=BOTH)
def database_url(request, tmp_path) -> str:
    """A database of this test's own, at the newest revision."""
    if request.param == "postgresql":
        return _new_postgres(request.getfixturevalue("postgres_url"), request.getfixturevalue("postgres_template"))
    path = tmp_path / "threadform.db"
    shutil.copy(request.getfixturevalue("sqlite_template"), path)
    return f"sqlite:///{path}"


@pytest.fixture
async def database(database_url):
    opened = open_database(database_url)
    yield opened
    await opened.close()


@pytest.fixture
def runs(database):
    return SqlRuns(database)


@pytest.fixture
def attempts(database):
    return Attempts(database)


@pytest.fixture
def audit(database):
    return Audit(database)


@pytest.fixture
def inbox(database):
    return SqlInbox(database)


@pytest.fixture
def outbox(database):
    return SqlOutbox(database)


@pytest.fixture
def reservations(database):
    return SqlReservations(database)


@pytest.fixture
def stacks(database):
    return SqlStacks(database, Vault(b"k" * 32))


@pytest.fixture
def weblog(database):
    return SqlWebLog(database)


@pytest.fixture
async def stack(stacks, thread):
    return await stacks.of(thread, environment="staging", language="fr", title="api01", at=1.0)


@pytest.fixture
def thread():
    from tests.integration.store.making import a_conversation

    return a_conversation()
