"""A task that is cancelled inside a transaction leaves nothing locked, however long its traceback is kept."""

import asyncio
import random
import sqlite3

import psycopg
import pytest
from sqlalchemy import text

from bot.store.database import open_database, parse_url
from bot.store.sqlite import LettingGo, come_true

ROUNDS = 40
AT_ONCE_MS = 10_000


@pytest.fixture
async def counted(database):
    async with database.writing() as connection:
        await connection.execute(text("CREATE TABLE counted (pair INTEGER, half INTEGER)"))
        await connection.execute(text("CREATE TABLE held (id INTEGER)"))
        await connection.execute(text("INSERT INTO held VALUES (1)"))
    return database


async def _write(database, pair):
    async with database.writing() as connection:
        await connection.execute(text("UPDATE held SET id = 1"))
        await connection.execute(text("INSERT INTO counted VALUES (:pair, 1) RETURNING pair"), {"pair": pair})
        await connection.execute(text("SELECT count(*) FROM counted"))
        await connection.execute(text("INSERT INTO counted VALUES (:pair, 2)"), {"pair": pair})


async def _read(database, _pair):
    async with database.reading() as connection:
        await connection.execute(text("SELECT * FROM counted"))
        await connection.execute(text("SELECT count(*) FROM counted"))


async def _some_cancelled(database, chance, pair, kept):
    """Reads and writes at once, some of them cancelled in the middle, some twice; what became of each is kept."""
    acts = [chance.choice([_write, _write, _read]) for _ in range(chance.randint(1, 12))]
    tasks = [asyncio.create_task(act(database, pair + n)) for n, act in enumerate(acts)]
    for task in tasks:
        await asyncio.sleep(chance.random() * 0.003)
        if chance.random() < 0.6:
            task.cancel()
            await asyncio.sleep(0)
            if chance.random() < 0.3:
                task.cancel()
    kept += tasks
    return await asyncio.gather(*tasks, return_exceptions=True)


async def _all_given_back(database):
    """No connection is out, although the tracebacks of all cancellations are kept."""
    pool = database.engine.sync_engine.pool
    await come_true(lambda: pool.checkedout() == 0)
    assert pool.checkedout() == 0


def _others_can_write(database_url):
    """A connection that is none of the product's gets the lock at once; else it says what it was told."""
    url = parse_url(database_url)
    if url.get_backend_name() == "sqlite":
        other = sqlite3.connect(url.database, timeout=AT_ONCE_MS / 1000, isolation_level=None)
        try:
            other.execute("BEGIN IMMEDIATE")
        finally:
            other.close()
        return
    with psycopg.connect(database_url) as other_server:
        other_server.execute(f"SET lock_timeout = {AT_ONCE_MS}")
        other_server.execute("UPDATE held SET id = 1")


@pytest.mark.parametrize("seed", [1, 2])
async def test_after_any_cancellation_another_process_can_write_at_once(counted, database_url, seed):
    chance, kept = random.Random(seed), []
    for number in range(ROUNDS):
        ends = await _some_cancelled(counted, chance, number * 100, kept)
        await asyncio.to_thread(_others_can_write, database_url)
        assert [end for end in ends if end is not None and not isinstance(end, asyncio.CancelledError)] == []
    async with counted.reading() as connection:
        halves = text("SELECT pair FROM counted GROUP BY pair HAVING count(*) <> 2")
        assert (await connection.execute(halves)).all() == []
    await _all_given_back(counted)


async def test_a_connection_is_closed_once_and_lets_go_although_a_cursor_of_it_is_kept(tmp_path):
    path = tmp_path / "x.db"
    connection = await LettingGo(path, isolation_level=None)
    await connection.execute("CREATE TABLE t (n INTEGER)")
    await connection.execute("BEGIN IMMEDIATE")
    kept = await connection.execute("INSERT INTO t VALUES (1), (2) RETURNING n")
    await connection.close()
    await connection.close()
    _others_can_write(f"sqlite:///{path}")
    assert kept is not None


async def _look(database):
    async with database.writing() as connection:
        await connection.execute(text("SELECT 1"))
        await connection.execute(text("SELECT 2"))


@pytest.mark.parametrize("turns", range(12))
async def test_a_database_that_is_closed_waits_for_what_cancelled_tasks_still_give_back(database_url, turns):
    database = open_database(database_url)
    pool = database.engine.sync_engine.pool
    tasks = [asyncio.create_task(_look(database)) for _ in range(5)]
    for _ in range(turns * 5):
        await asyncio.sleep(0)
    for _ in range(3):  # the second word finds a task that is giving its connection back
        for task in tasks:
            task.cancel()
        await asyncio.sleep(0)
    await asyncio.gather(*tasks, return_exceptions=True)
    await database.close()
    assert pool.checkedout() == 0
