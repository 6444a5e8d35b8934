"""Servers that a test may stop and start again, and the product that stands on them."""

import pytest

from tests.fixtures.house import open_house, settings_for
from tests.fixtures.recorder import Recorder
from tests.fixtures.servers import Postgres

SAMPLE = "1c/1g ubuntu 24.04, 10 GB, call it {name}"


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
