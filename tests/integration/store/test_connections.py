"""A connection costs as little as it may: no try-out of one in use a moment ago, no transaction around a look."""

import psycopg
import pytest

from bot.store.database import open_database
from iac.errors import Broken

PID = "SELECT pg_backend_pid()"
pytestmark = pytest.mark.postgres


@pytest.fixture
def postgres(request):
    return request.getfixturevalue("postgres_url")


async def _pid(database) -> int:
    async with database.reading() as connection:
        return (await connection.exec_driver_sql(PID)).scalar_one()


def _server(url: str, statement: str, *values: object) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(statement, values).fetchone()
        return row[0] if row else None


@pytest.fixture
async def rested(postgres):
    """A database whose connections are tried before every use."""
    opened = open_database(postgres, rest_s=0.0)
    yield opened
    await opened.close()


async def test_a_connection_that_the_server_dropped_while_it_rested_is_replaced(postgres, rested):
    dropped = await _pid(rested)
    assert _server(postgres, "SELECT pg_terminate_backend(%s, 5000)", dropped)
    assert await _pid(rested) != dropped


async def test_a_connection_in_use_a_moment_ago_is_not_tried_first(postgres):
    opened = open_database(postgres, rest_s=60.0)
    dropped = await _pid(opened)
    _server(postgres, "SELECT pg_terminate_backend(%s, 5000)", dropped)
    with pytest.raises(Broken) as away:
        await _pid(opened)
    assert away.value.is_worth_retrying
    assert await _pid(opened) != dropped
    await opened.close()


async def test_a_look_opens_no_transaction_and_a_change_does(postgres, rested):
    async with rested.reading() as connection:
        pid = (await connection.exec_driver_sql(PID)).scalar_one()
        assert _state(postgres, pid) == "idle"
    async with rested.writing() as connection:
        pid = (await connection.exec_driver_sql(PID)).scalar_one()
        assert _state(postgres, pid) == "idle in transaction"


def _state(url: str, pid: int) -> object:
    return _server(url, "SELECT state FROM pg_stat_activity WHERE pid = %s", pid)
