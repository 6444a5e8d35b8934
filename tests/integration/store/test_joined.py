"""Which threads a chat takes part in, and how far it was read, is known after a restart, on both databases."""

import pytest

from bot.chat.port import Conversation
from bot.ports import Joined
from bot.store.joined import SqlJoinedThreads


@pytest.fixture
def joined(database):
    return SqlJoinedThreads(database)


def _thread(thread, platform="slack", channel="C1"):
    return Conversation(platform, "T1", channel, thread)


async def test_a_thread_is_known_once_it_is_joined_and_no_other_one_is(joined):
    await joined.join(_thread("100.1"), 100.1)
    assert await joined.has(_thread("100.1"))
    assert not await joined.has(_thread("100.2"))
    assert not await joined.has(_thread("100.1", channel="C2"))
    assert not await joined.has(_thread("100.1", platform="mattermost"))


async def test_joining_again_keeps_the_beginning_and_the_latest_word(joined):
    for at in (200.0, 300.0, 250.0, 190.0):
        await joined.join(_thread("a"), at)
    assert await joined.recent("slack", 300.0, 10) == [Joined(_thread("a").key, 190.0)]
    assert await joined.recent("slack", 300.5, 10) == []


async def test_recent_threads_come_newest_first_and_only_those_of_the_platform(joined):
    await joined.join(_thread("old"), 100)
    await joined.join(_thread("new"), 300)
    await joined.join(_thread("middle"), 200)
    await joined.join(_thread("other", platform="matrix"), 400)
    found = await joined.recent("slack", 150, 10)
    assert [each.thread for each in found] == [_thread("new").key, _thread("middle").key]
    assert [each.thread for each in await joined.recent("slack", 0, 1)] == [_thread("new").key]


async def test_a_mark_is_the_last_one_that_was_set(joined):
    assert await joined.marked("matrix:since") == ""
    await joined.mark("matrix:since", "s1")
    await joined.mark("matrix:since", "s2")
    await joined.mark("slack:alive", "1.0")
    assert await joined.marked("matrix:since") == "s2"
