"""The scenario on the web page."""

import pytest_asyncio

from tests.conformance.chat.on_web import on_web
from tests.conformance.chat.scenario import Scenario


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def driver(tmp_path_factory, toolchain):
    async with on_web(tmp_path_factory.mktemp("web"), toolchain) as ready:
        yield ready


class TestOnTheWebPage(Scenario):
    """All of it."""
