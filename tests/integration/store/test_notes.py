"""What adapters must still know after a restart: named notes, changed one at a time."""

import asyncio

import pytest

from bot.store.notes import SqlNotes


@pytest.fixture
def notes(database):
    return SqlNotes(database)


async def test_a_note_is_what_was_written_last(notes):
    assert await notes.get("a") is None
    await notes.put("a", "1")
    await notes.put("a", "2")
    assert await notes.get("a") == "2"


async def test_a_swap_writes_only_what_nobody_changed_meanwhile(notes):
    assert await notes.swap("a", None, "1")
    assert not await notes.swap("a", None, "2")
    assert not await notes.swap("a", "other", "2")
    assert await notes.swap("a", "1", "2")
    assert await notes.get("a") == "2"


async def test_of_many_that_swap_at_once_each_adds_its_own(notes):
    async def count():
        while True:
            before = await notes.get("n")
            if await notes.swap("n", before, str(int(before or 0) + 1)):
                return

    await asyncio.gather(*(count() for _ in range(8)))
    assert await notes.get("n") == "8"
