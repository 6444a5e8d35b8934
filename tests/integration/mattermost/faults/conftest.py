"""A fake Mattermost, a bot's account on it, and a database of the test's own."""

import pytest

from bot.store.database import open_database
from tests.fixtures.mattermost.server import open_mattermost
from tests.integration.mattermost.faults.standing import living


@pytest.fixture
async def server():
    async with open_mattermost() as opened:
        yield opened


@pytest.fixture
def account(server):
    return server.add("threadform", is_bot=True)


@pytest.fixture
async def database(tmp_path, sqlite_template):
    path = tmp_path / "threadform.db"
    path.write_bytes(sqlite_template.read_bytes())
    opened = open_database(f"sqlite:///{path}")
    yield opened
    await opened.close()


@pytest.fixture
async def bot(server, account, database):
    async with living(server, account, database) as alive:
        yield alive


@pytest.fixture
def ann(server):
    return server.person("ann")
