"""What every test may ask for; each line is a file of fixtures."""

from collections.abc import Iterator

import pytest
import structlog
from hypothesis import HealthCheck, settings

pytest_plugins = [
    "tests.fixtures.databases",
    "tests.fixtures.interpreter",
    "tests.fixtures.left_open",
    "tests.fixtures.servers",
    "tests.fixtures.synapse",
    "tests.fixtures.toolchain",
]

# A law is judged by what it says, never by how busy the machine is: whole runs have pytest's own limit.
settings.register_profile("threadform", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("threadform")


@pytest.fixture(autouse=True)
def own_log() -> Iterator[None]:
    """A test that sets up the log leaves it as it was: the next one would write to a file that is closed."""
    yield
    structlog.reset_defaults()
