"""A fake Mattermost for each test; what it says is judged by clients that others wrote."""

import pytest

from tests.fixtures.mattermost.server import open_mattermost


@pytest.fixture
async def server():
    async with open_mattermost() as opened:
        yield opened
