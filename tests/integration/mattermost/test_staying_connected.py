"""The websocket breaks in every way it can: what was said meanwhile is heard once, in its order."""

from dataclasses import replace

import pytest

from bot.chat.mattermost.faults import Broken
from tests.integration.mattermost.conftest import World


async def said(world, *texts):
    for text in texts:
        await world.ann.say(f"@threadform {text}")


async def heard(world, *texts):
    await world.server.until(lambda: len(world.heard.all) >= len(texts), "what was said")
    assert world.heard.texts == list(texts)


async def test_a_cut_line_goes_on_where_it_was(world):
    async with world.running() as chat:
        await said(world, "one")
        await heard(world, "one")
        world.server.hub.refuses = True
        world.server.hub.cut(world.bot.id)
        await said(world, "two", "three", "four")
        world.server.hub.refuses = False
        await heard(world, "one", "two", "three", "four")
        assert chat.line.begun == 2
    resumed = world.server.hub.opened[-1]
    assert resumed["connection_id"]
    assert int(resumed["sequence_number"]) > 1


async def test_a_server_that_forgot_us_is_read_anew(world):
    async with world.running():
        await said(world, "one")
        await heard(world, "one")
        world.server.hub.refuses = True
        world.server.hub.cut(world.bot.id)
        world.server.hub.forget(world.bot.id)
        await said(world, "two", "three")
        world.server.hub.refuses = False
        await heard(world, "one", "two", "three")


async def test_a_frozen_server_is_noticed(world):
    world.pace = replace(world.pace, pong=0.5)
    async with world.running():
        await said(world, "one")
        await heard(world, "one")
        world.server.hub.freeze(world.bot.id)
        await said(world, "two")
        await heard(world, "one", "two")


async def test_a_hole_in_the_numbers_is_asked_for_again(world):
    async with world.running():
        await said(world, "one")
        await heard(world, "one")
        await world.server.hub.skip(world.bot.id)
        await said(world, "two", "three")
        await heard(world, "one", "two", "three")


async def test_a_restart_of_the_server_loses_nothing_and_doubles_nothing(world):
    async with world.running():
        await said(world, "one")
        await heard(world, "one")
        await world.server.stop()
        await world.server.start()
        await said(world, "two")
        await heard(world, "one", "two")


async def test_what_was_said_while_we_were_down_is_heard_at_the_start(world):
    async with world.running():
        await said(world, "one")
        await heard(world, "one")
    await said(world, "two")
    direct = world.server.world.direct(world.bob.user, world.bot.user)
    await world.bob.say("three", channel_id=direct.id)
    await world.bob.say("pizza?")
    async with world.running():
        await heard(world, "one", "two", "three")


async def test_what_was_said_before_the_first_start_is_history(world):
    await said(world, "long ago")
    async with world.running():
        await said(world, "now")
        await heard(world, "now")


async def test_what_could_not_be_stored_is_heard_again_before_anything_later(world):
    async with world.running():
        world.heard.breaks = 2
        await said(world, "one", "two")
        await heard(world, "one", "two")


async def test_it_says_whether_it_is_connected(world):
    async with world.running() as chat:
        assert await chat.ready() is None
        world.server.hub.refuses = True
        world.server.hub.cut(world.bot.id)
        await world.server.until(lambda: not chat.line.is_up.is_set())
        with pytest.raises(Broken):
            await chat.ready()


async def test_only_the_teams_that_are_named_are_heard(world: World):
    other = world.server.add_channel("ops2")
    world.server.world.channels[other.id].team_id = "elsewhere"
    other.members |= {world.ann.id, world.bot.id}
    async with world.running() as chat:
        chat.listening.teams = frozenset({world.server.team.id})
        await world.ann.say("@threadform not here", channel_id=other.id)
        await said(world, "here")
        await heard(world, "here")
