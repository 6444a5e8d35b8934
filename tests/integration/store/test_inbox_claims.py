"""A claim of an event is kept alive by its owner, and by nobody else."""

from sqlalchemy import select, update

from bot.store.database import clock
from bot.store.models import inbox as events
from tests.integration.store.making import words


async def test_a_claim_that_is_renewed_stays_its_owners(inbox, thread):
    await inbox.store(words(thread, "e1"), 1.0)
    assert await inbox.claim("e1", "w1", -1.0) is not None
    await inbox.renew("e1", "w1", 60)
    assert await inbox.claim("e1", "w2", 60) is None
    assert await inbox.waiting(9) == []


async def test_another_owner_renews_nothing(inbox, thread):
    await inbox.store(words(thread, "e1"), 1.0)
    await inbox.claim("e1", "w1", -1.0)
    await inbox.renew("e1", "w2", 60)
    assert await inbox.claim("e1", "w2", 60) is not None


async def test_an_event_whose_try_failed_is_due_again_within_seconds(inbox, thread, database):
    await inbox.store(words(thread, "e1"), 1.0)
    pauses = []
    for _ in range(7):
        assert await inbox.claim("e1", "w1", 30) is not None
        await inbox.give_back("e1", "w1")
        pauses.append(round(await _due_in(database)))
        await _come_due(database)
    assert pauses == [1, 2, 4, 8, 15, 15, 15]


async def test_a_worker_that_dies_after_many_tries_is_waited_for_no_longer_than_the_first(inbox, thread, database):
    await inbox.store(words(thread, "e1"), 1.0)
    for _ in range(4):
        await inbox.claim("e1", "dead", 30)
        assert 25 < await _due_in(database) <= 30
        await _come_due(database)


async def test_only_its_owner_gives_an_event_back(inbox, thread):
    await inbox.store(words(thread, "e1"), 1.0)
    await inbox.claim("e1", "w1", 60)
    await inbox.give_back("e1", "w2")
    await inbox.give_back("nothing", "w1")
    assert await inbox.claim("e1", "w2", 60) is None


async def test_an_event_that_is_done_is_not_given_back(inbox, thread):
    await inbox.store(words(thread, "e1"), 1.0)
    await inbox.claim("e1", "w1", -1.0)
    await inbox.done("e1")
    await inbox.give_back("e1", "w1")
    assert await inbox.waiting(9) == []


async def _due_in(database):
    async with database.reading() as connection:
        return (await connection.execute(select(events.c.lease_until - clock()))).scalar()


async def _come_due(database):
    async with database.writing() as connection:
        await connection.execute(update(events).values(lease_until=0.0))
