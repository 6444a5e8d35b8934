from dataclasses import replace

import pytest
from sqlalchemy import insert, text, update

from bot.chat.port import Actor, Commanded, Filled, Pressed
from bot.store.inbox import READS
from bot.store.models import inbox as rows
from tests.integration.store.making import words

BOB = Actor("web", "bob", "Bob")


async def test_what_was_said_is_kept_once_and_read_back_whole(inbox, thread):
    event = words(thread, "m1")
    assert await inbox.store(event, 1.0)
    assert not await inbox.store(replace(event, text="something else"), 2.0)
    assert await inbox.claim("m1", "me", 60) == event


@pytest.mark.parametrize("kind", [Pressed, Commanded, Filled])
async def test_every_kind_of_event_comes_back_as_itself(inbox, thread, kind):
    event = kind("k", thread, BOB)
    await inbox.store(event, 1.0)
    assert await inbox.claim("k", "me", 60) == event


async def test_the_adapters_surface_is_not_stored(inbox, thread):
    await inbox.store(Pressed("k", thread, BOB, "approve", "v", None, surface=object()), 1.0)
    assert (await inbox.claim("k", "me", 60)).surface is None


async def test_an_event_waits_until_it_is_claimed_and_again_when_the_claim_ran_out(inbox, thread):
    for age in (2, 1, 3):
        await inbox.store(words(thread, f"m{age}"), float(age))
    assert await inbox.waiting(2) == ["m1", "m2"]
    await inbox.claim("m1", "me", 60)
    await inbox.claim("m2", "me", -1)
    assert await inbox.waiting(9) == ["m2", "m3"]


async def test_an_event_that_had_its_effect_never_comes_back(inbox, thread):
    await inbox.store(words(thread, "m1"), 1.0)
    await inbox.claim("m1", "me", -1)
    await inbox.done("m1")
    assert await inbox.waiting(9) == []
    assert await inbox.claim("m1", "me", 60) is None
    assert not await inbox.store(words(thread, "m1"), 1.0)


async def test_nobody_can_claim_what_was_never_heard(inbox):
    assert await inbox.claim("nothing", "me", 60) is None


async def _store_raw(database, key, event):
    async with database.writing() as connection:
        await connection.execute(insert(rows).values(key=key, event=event, at=0.0))


async def _claimed_until_aside(inbox, key):
    for _ in range(READS):
        assert await inbox.claim(key, "me", 0) is None


@pytest.mark.parametrize("stored", [{"kind": "Dreamt", "text": "x"}, {"kind": "Said"}, [], "words", 7])
async def test_what_nobody_can_read_is_laid_aside_with_its_reason_and_blocks_nobody(inbox, database, thread, stored):
    await _store_raw(database, "bad", stored)
    await inbox.store(words(thread, "good"), 1.0)
    assert await inbox.claim("bad", "me", 60) is None
    assert await inbox.waiting(1) == ["good"]
    assert await inbox.laid_aside() == []  # a newer version may still read it
    async with database.writing() as connection:
        await connection.execute(update(rows).values(lease_until=0.0))
    await _claimed_until_aside(inbox, "bad")
    ((key, reason),) = await inbox.laid_aside()
    assert key == "bad"
    assert reason
    assert await inbox.waiting(5) == ["good"]


async def test_a_row_that_is_no_json_is_laid_aside_too(inbox, database):
    if not database.is_sqlite:
        pytest.skip("PostgreSQL takes nothing but JSON into that column")
    async with database.writing() as connection:
        await connection.execute(text("INSERT INTO inbox (key, event, at) VALUES ('torn', '{\"kind\": \"Sa', 0)"))
    await _claimed_until_aside(inbox, "torn")
    assert [key for key, _ in await inbox.laid_aside()] == ["torn"]
