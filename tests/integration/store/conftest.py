import pytest

from bot.store.attempts import Attempts
from bot.store.audit import Audit
from bot.store.database import open_database
from bot.store.inbox import SqlInbox
from bot.store.outbox import SqlOutbox
from bot.store.reservations import SqlReservations
from bot.store.runs import SqlRuns
from bot.store.stacks import SqlStacks, Vault
from bot.store.weblog import SqlWebLog


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
