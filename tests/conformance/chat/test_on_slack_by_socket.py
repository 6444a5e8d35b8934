"""The scenario on Slack, by Socket Mode."""

import pytest_asyncio

from tests.conformance.chat.on_slack import on_slack
from tests.conformance.chat.scenario import Scenario


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def driver(tmp_path_factory, toolchain):
    async with on_slack(tmp_path_factory.mktemp("slack"), toolchain, "socket") as ready:
        yield ready


class TestOnSlackBySocket(Scenario):
    """All of it."""
