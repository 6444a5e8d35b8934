"""The scenario on Mattermost: the fake server between people and the product."""

import pytest_asyncio

from tests.conformance.chat.on_mattermost import on_mattermost
from tests.conformance.chat.scenario import Scenario


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def driver(tmp_path_factory, toolchain):
    async with on_mattermost(tmp_path_factory.mktemp("mattermost"), toolchain) as ready:
        yield ready


class TestOnMattermost(Scenario):
    """All of it."""
