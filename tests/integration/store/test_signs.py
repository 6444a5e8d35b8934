"""Who works here is read from signs that every worker gives; what cannot be said is counted."""

import pytest
from sqlalchemy import text, update

from bot.store.models import outbox as rows
from bot.store.models import workers
from bot.store.signs import FORGET_S, SEEN_S, Signs
from tests.integration.store.making import a_post


@pytest.fixture
def signs(database):
    return Signs(database, "host:1:aa")


async def _later(database, seconds):
    async with database.writing() as connection:
        await connection.execute(update(workers).values(seen_at=workers.c.seen_at - seconds))


async def test_a_worker_that_gave_a_sign_is_there_and_counts_once(signs, database):
    assert await signs.workers() == 0
    await signs.give()
    await signs.give()
    await Signs(database, "host:2:bb").give()
    assert await signs.workers() == 2


async def test_a_worker_that_is_silent_is_not_counted_any_more(signs, database):
    await signs.give()
    await _later(database, SEEN_S + 1)
    assert await signs.workers() == 0


async def test_a_process_that_only_asks_is_no_worker(signs):
    await signs.probe()
    assert await signs.workers() == 0


async def test_processes_that_are_long_gone_are_forgotten(signs, database):
    await signs.give()
    await _later(database, FORGET_S + 1)
    await Signs(database, "host:2:bb").give()
    async with database.reading() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM workers"))).scalar() == 1


async def test_what_waits_for_too_long_to_be_said_is_counted_with_its_reason(outbox, database, thread):
    await outbox.add([a_post(thread, "k1"), a_post(thread, "k2")])
    assert await outbox.late(60) is None
    async with database.writing() as connection:
        await connection.execute(update(rows).values(at=rows.c.at - 100))
        await connection.execute(update(rows).where(rows.c.key == "k1").values(reason="ConnectionError: away"))
    late = await outbox.late(60)
    assert (late.count, late.why) == (2, "ConnectionError: away")
    assert 100 <= late.seconds < 200
