"""The judge that Slack publishes itself; the tests that need it say so where it is not installed."""

import pytest

from tests.conformance.slack.published import read_published
from tests.fixtures.npm import NotInstalled


@pytest.fixture(scope="session")
def published():
    try:
        return read_published()
    except NotInstalled as why:
        pytest.skip(str(why))
