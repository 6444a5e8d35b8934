"""What every test may ask for; each line is a file of fixtures."""

from collections.abc import Iterator

import pytest
import structlog
from hypothesis import HealthCheck, settings
from structlog.dev import ConsoleRenderer, plain_traceback

from iac import redaction

PLAIN = structlog.get_config()["processors"][:-1]
"""What the log does by default to a line before it is written."""

pytest_plugins = [
    "tests.fixtures.databases",
    "tests.fixtures.interpreter",
    "tests.fixtures.left_open",
    "tests.fixtures.servers",
    "tests.fixtures.signals",
    "tests.fixtures.synapse",
    "tests.fixtures.toolchain",
]

# A law is judged by what it says, never by how busy the machine is: whole runs have pytest's own limit.
settings.register_profile("threadform", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("threadform")


@pytest.fixture(autouse=True)
def own_secrets() -> Iterator[None]:
    """What a test has hidden from now on is a word like another in the next test."""
    told = set(redaction._told)
    yield
    redaction._told.clear()
    redaction._told.update(told)


@pytest.fixture(autouse=True)
def own_log() -> Iterator[None]:
    """A test that sets up the log leaves it as it was: the next one would write to a file that is closed.

    A fault is logged with its lines alone: with all locals of every frame, which is the default, one fault of a whole
    product is a hundred thousand lines and minutes of work.
    """
    structlog.configure(processors=[*PLAIN, ConsoleRenderer(colors=False, exception_formatter=plain_traceback)])
    yield
    structlog.reset_defaults()
