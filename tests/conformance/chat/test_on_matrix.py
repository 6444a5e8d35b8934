"""The scenario on a real Matrix server: numbers for buttons, questions for forms, direct rooms for private words."""

import pytest_asyncio

from tests.conformance.chat.on_matrix import on_matrix
from tests.conformance.chat.scenario import Scenario


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def driver(tmp_path_factory, toolchain, synapse):
    async with on_matrix(tmp_path_factory.mktemp("matrix"), toolchain, synapse) as ready:
        yield ready


class TestOnMatrix(Scenario):
    """All of it."""
