"""The whole product on the fake server, once for the file: what is attacked is what is used."""

import pytest_asyncio

from tests.conformance.chat.on_mattermost import on_mattermost
from tests.integration.mattermost.hostile.attacking import Scene


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(tmp_path_factory, toolchain):
    async with on_mattermost(tmp_path_factory.mktemp("hostile"), toolchain) as driver:
        yield Scene(driver)
