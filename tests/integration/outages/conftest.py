"""Servers that a test may stop and start again, and the product that stands on them."""

import pytest

from bot import log
from tests.fixtures.house import open_house, settings_for
from tests.fixtures.recorder import Recorder
from tests.fixtures.servers import Postgres


@pytest.fixture(autouse=True)
def _plain_log():
    """As the product sets it up: drawing every traceback with all its values takes longer than the outage."""
    log.configure("json", "warning")


@pytest.fixture
def postgres():
    server = Postgres.made()
    server.start()
    yield server
    server.remove()


@pytest.fixture
def open_with(tmp_path, toolchain):
    """The product with these settings, spoken to by this chat."""

    def opened(chat=None, **more):
        return open_house(settings_for(tmp_path, toolchain, **more), chat or Recorder())

    return opened
