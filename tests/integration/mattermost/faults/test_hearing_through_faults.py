"""Whatever happens to the connection, each word is heard once and in order: the server's queue, its REST, or ours."""

import pytest

from bot.chat.mattermost.faults import NoStart
from bot.chat.port import Said
from tests.fixtures.mattermost.calls import Fault, too_many
from tests.integration.mattermost.faults.standing import WATCHFUL, living


async def cut_off(bot):
    """The bot is away, and cannot come back yet."""
    bot.server.hub.refuses = True
    bot.server.hub.cut(bot.id)
    await bot.server.until(lambda: not bot.chat.line.is_up.is_set(), "the cut")


def resyncs(bot):
    return len(bot.server.calls("posts.of_channel"))


async def test_three_words_missed_in_a_cut_come_from_the_servers_queue(bot, ann):
    root = await ann.say("@threadform one")
    await bot.heard("one")
    before = resyncs(bot)
    await cut_off(bot)
    for word in ("two", "three", "four"):
        await ann.say(word, root_id=root.id)
    bot.server.hub.refuses = False
    await bot.heard("one", "two", "three", "four")
    assert resyncs(bot) == before
    assert set(bot.inbox.delivered.values()) == {1}


async def test_what_the_server_forgot_is_read_from_its_channels(bot, ann):
    root = await ann.say("@threadform one")
    await bot.heard("one")
    await cut_off(bot)
    for word in ("two", "three", "four"):
        await ann.say(word, root_id=root.id)
    bot.server.hub.forget(bot.id)
    bot.server.hub.refuses = False
    await bot.heard("one", "two", "three", "four")


async def test_a_server_that_restarts_is_found_again_and_nothing_is_missed(bot, ann):
    root = await ann.say("@threadform one")
    await bot.heard("one")
    await bot.server.stop()
    await bot.server.start()
    bot.server.hub.refuses = True
    await ann.say("two", root_id=root.id)
    bot.server.hub.refuses = False
    await bot.heard("one", "two")
    await bot.connected()
    await ann.say("three", root_id=root.id)
    await bot.heard("one", "two", "three")


async def test_a_frozen_server_is_noticed_and_what_it_kept_back_is_heard(server, account, database, ann):
    async with living(server, account, database, WATCHFUL) as bot:
        root = await ann.say("@threadform one")
        await bot.heard("one")
        server.hub.freeze(bot.id)
        await ann.say("two", root_id=root.id)
        await bot.heard("one", "two")


async def test_a_hole_in_the_numbers_is_asked_for(bot, ann):
    root = await ann.say("@threadform one")
    await bot.heard("one")
    await bot.server.hub.skip(bot.id)
    await ann.say("two", root_id=root.id)
    await bot.heard("one", "two")
    asked = [query.get("sequence_number") for query in bot.server.hub.opened]
    assert len(asked) == 2
    assert int(asked[1]) > 0


async def test_an_orderly_end_is_followed_by_another_connection(bot, ann):
    await bot.server.hub.close(bot.id, 1001)
    await bot.server.until(lambda: len(bot.server.hub.opened) == 2, "another connection")
    await ann.say("@threadform one")
    await bot.heard("one")


async def test_words_of_one_millisecond_are_all_heard(bot, ann):
    root = await ann.say("@threadform one")
    await bot.heard("one")
    bot.server.world.stopped_at = bot.server.world.now()
    await ann.say("two", root_id=root.id)
    await bot.heard("one", "two")
    await cut_off(bot)
    bot.server.hub.forget(bot.id)
    await ann.say("three", root_id=root.id)
    bot.server.hub.refuses = False
    await bot.heard("one", "two", "three")


async def test_our_own_restart_hears_what_was_said_meanwhile_and_nothing_twice(server, account, database, ann):
    async with living(server, account, database) as before:
        root = await ann.say("@threadform one")
        await before.heard("one")
    direct = server.world.direct(account.user, ann.user)
    await ann.say("two", root_id=root.id)
    await ann.say("three", channel_id=direct.id)
    await ann.say("not for it")
    async with living(server, account, database) as after:
        await server.until(lambda: len({*before.inbox.said, *after.inbox.said}) == 3)
        assert after.inbox.said[-2:] == ["two", "three"]
        assert {**before.inbox.events, **after.inbox.events}.keys() == {
            f"mattermost:post:{post.id}"
            for post in server.world.posts.values()
            if post.user_id == ann.id and post.message != "not for it"
        }


async def test_a_first_start_leaves_what_was_said_before_alone(server, account, database, ann):
    await ann.say("@threadform an old wish")
    async with living(server, account, database) as bot:
        await ann.say("@threadform a new one")
        await bot.heard("a new one")


async def test_a_channel_that_it_was_invited_to_while_away_is_heard_from_the_invitation_on(
    server, account, database, ann
):
    async with living(server, account, database):
        pass
    closed = server.add_channel("closed", "P", ann.user, account.user)
    await ann.say("@threadform one", channel_id=closed.id)
    async with living(server, account, database) as after:
        await after.heard("one")


async def test_an_edit_a_deletion_and_a_reaction_in_a_gap_say_nothing(bot, ann):
    bob = bot.server.person("bob")
    root, gone = await ann.say("@threadform one"), await ann.say("@threadform two")
    await bot.heard("one", "two")
    await cut_off(bot)
    bot.server.hub.forget(bot.id)
    bot.server.world.offset_ms += 1_000
    await ann.call("PUT", f"/posts/{root.id}/patch", {"message": "@threadform one, but larger"})
    await ann.delete(gone)
    await bob.react(root, "eyes")
    removed = await ann.say("@threadform never mind")
    await ann.delete(removed)
    await bob.say("three", root_id=root.id)
    bot.server.hub.refuses = False
    await bot.heard("one", "two", "three")


async def test_it_is_silent_where_it_takes_no_part(bot, ann):
    await ann.say("hello everybody, and threadform too")
    other = await ann.say("a thread of our own")
    await ann.say("in it", root_id=other.id)
    await ann.say("@threadform now", root_id=other.id)
    await ann.say("and on", root_id=other.id)
    await bot.heard("now", "and on")
    assert {event.conversation.thread for event in bot.inbox.events.values()} == {other.id}


async def test_other_bots_are_not_answered(bot, ann):
    robot = bot.server.person("robot", is_bot=True)
    await robot.say("@threadform do as I say")
    await ann.say("@threadform one")
    await bot.heard("one")


async def test_a_word_that_could_not_be_stored_is_heard_again(bot, ann):
    bot.inbox.faults = [ConnectionError("the database is away")] * 2
    await ann.say("@threadform one")
    await bot.heard("one")
    await ann.say("@threadform two")
    await bot.heard("one", "two")


async def test_a_resync_that_is_slowed_or_fails_is_done_again(bot, ann):
    root = await ann.say("@threadform one")
    await bot.heard("one")
    await cut_off(bot)
    bot.server.hub.forget(bot.id)
    await ann.say("two", root_id=root.id)
    bot.server.fail("posts.of_channel", too_many(0), Fault())
    bot.server.hub.refuses = False
    await bot.heard("one", "two")


async def test_a_token_that_is_nobodys_ends_the_start_with_its_reason(server, account, database):
    server.world.tokens[account.token]["is_active"] = False
    with pytest.raises(NoStart) as why:
        async with living(server, account, database):
            pass
    assert why.value.sentence.key == "mattermost.bad_token"


async def test_who_says_a_thing_and_where_is_known_by_id(bot, ann):
    post = await ann.say("@threadform one")
    await bot.heard("one")
    (event,) = bot.inbox.events.values()
    assert isinstance(event, Said)
    assert (event.who.key, event.who.name) == (f"mattermost:{ann.id}", "Ann")
    assert event.conversation.key == f"mattermost:{bot.server.team.id}:{bot.server.channel.id}:{post.id}"
    assert event.message is not None
    assert event.message.id == post.id
