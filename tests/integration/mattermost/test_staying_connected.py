"""The websocket breaks in every way it can: what was said meanwhile is heard once, in its order."""

from dataclasses import replace

import pytest

from bot.chat.mattermost.faults import Broken, NoStart
from bot.chat.mattermost.line import Pace
from tests.fixtures.mattermost.calls import Fault
from tests.integration.mattermost.conftest import World


async def said(world, *texts):
    for text in texts:
        await world.ann.say(f"@threadform {text}")


async def heard(world, *texts):
    await world.until(lambda: len(world.heard.all) >= len(texts), "what was said")
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
        # What was missed is told before the answer that the connection is there.
        await world.server.until(lambda: chat.line.begun == 2, "the second connection")
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
        await world.until(lambda: not chat.line.is_up.is_set())
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


async def test_a_post_that_we_may_not_read_about_is_passed_over(world):
    no = Fault(403, {"id": "api.context.permissions.app_error", "message": "no", "status_code": 403})
    async with world.running():
        root = await world.bob.say("lunch?")
        world.server.fail("posts.thread", no)
        await world.ann.say("pizza", root_id=root.id)
        await said(world, "after it")
        await heard(world, "after it")


async def test_a_first_word_in_a_new_room_is_not_lost_by_a_death_in_the_middle_of_reading_what_was_missed(world):
    async with world.running():
        await said(world, "one")
        await heard(world, "one")
    direct = world.server.world.direct(world.bob.user, world.bot.user)
    await said(world, "two")
    await world.bob.say("three", channel_id=direct.id)
    await said(world, "four")
    world.heard.refused = "three"
    chat = world.chat()
    chat._heard = world.heard
    with pytest.raises(OSError, match="disk"):
        await chat.listening.resync()
    await chat.listening.keep()
    await chat.close()
    world.heard.refused = ""
    async with world.running():
        await heard(world, "one", "two", "three", "four")


async def test_a_websocket_that_does_not_come_up_ends_the_start_with_its_reason(world):
    world.server.hub.refuses = True
    chat = world.chat(pace=Pace(answer=60.0, start=0.3, pause=0.02, pause_most=0.05))
    with pytest.raises(NoStart) as no:
        await chat.run(world.heard)
    with pytest.raises(Broken) as why:
        await chat.ready()
    await chat.close()
    assert no.value.sentence.key == "mattermost.no_websocket"
    assert "503" in why.value.why


async def test_what_is_no_mattermost_ends_the_start_with_its_reason(world):
    chat = world.chat()
    world.server.fail("system.ping", *(Fault(404, "<html>nothing here</html>") for _ in range(3)))
    with pytest.raises(NoStart) as no:
        await chat.run(world.heard)
    await chat.close()
    assert no.value.sentence.key == "mattermost.not_mattermost"
