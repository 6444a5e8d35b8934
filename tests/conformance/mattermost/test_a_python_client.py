"""A maintained Python client works with the fake: for an admin, for a bot, and in what it reads of a refusal."""

from importlib.util import find_spec
from urllib.parse import urlsplit

import pytest

from tests.fixtures.mattermost.calls import stored_then_502, too_many

if find_spec("mattermostautodriver") is None:
    pytest.skip("mattermostautodriver is not installed: `make setup` does it", allow_module_level=True)

from mattermostautodriver import AsyncTypedDriver
from mattermostautodriver.exceptions import FeatureDisabled, InvalidMattermostError, NotEnoughPermissions


@pytest.fixture
async def signed_in(server):
    """Makes a client for a token; every one is closed at the end."""
    drivers = []

    async def enter(**who):
        place = urlsplit(server.url)
        options = {"url": place.hostname, "port": place.port, "scheme": "http", **who}
        drivers.append(AsyncTypedDriver(options))
        await drivers[-1].login()
        return drivers[-1]

    yield enter
    for driver in drivers:
        await driver.client.close()


async def test_an_admin_makes_a_bot_its_token_and_a_command(server, signed_in):
    admin = await signed_in(login_id="admin", password="admin")
    bot = await admin.bots.create_bot(username="threadform", display_name="Threadform")
    await admin.teams.add_team_member(server.team.id, user_id=bot["user_id"])
    await admin.channels.add_channel_member(server.channel.id, user_id=bot["user_id"])
    token = (await admin.users.create_user_access_token(bot["user_id"], description="threadform"))["token"]
    url = "http://127.0.0.1:1/command"
    await admin.commands.create_command(team_id=server.team.id, method="P", trigger="threadform", url=url)
    assert [row["trigger"] for row in await admin.commands.list_commands(team_id=server.team.id)] == ["threadform"]
    robot = await signed_in(token=token)
    assert (await robot.users.get_user("me"))["username"] == "threadform"
    post = await robot.posts.create_post(channel_id=server.channel.id, message="hello")
    await robot.posts.patch_post(post["id"], message="better")
    assert (await robot.posts.get_post_thread(post["id"]))["posts"][post["id"]]["message"] == "better"


async def test_it_waits_where_it_is_told_to_and_asks_again(server, signed_in):
    bot = server.add("robot", is_bot=True)
    robot = await signed_in(token=bot.token)
    server.fail("posts.create", too_many(0))
    await robot.posts.create_post(channel_id=server.channel.id, message="hello")
    assert server.calls("posts.create") == [429, 201]


async def test_it_reads_refusals_as_those_of_a_server(server, signed_in):
    bot = server.add("robot", is_bot=True)
    robot = await signed_in(token=bot.token)
    server.world.settings["EnableUserAccessTokens"] = False
    server.fail("posts.create", stored_then_502())
    with pytest.raises(NotEnoughPermissions):
        await robot.posts.create_post_ephemeral(user_id=server.admin.id, post={"channel_id": server.channel.id})
    with pytest.raises(InvalidMattermostError):
        await robot.posts.create_post(channel_id=server.channel.id, message="hello")
    admin = await signed_in(login_id="admin", password="admin")
    with pytest.raises(FeatureDisabled):
        await admin.users.create_user_access_token("me", description="mine")


async def test_it_finds_the_groups_of_a_person(server, signed_in):
    ann = server.person("ann")
    driver = await signed_in(token=ann.token)
    teams = await driver.teams.get_teams_for_user(ann.id)
    members = await driver.channels.get_channel_members(server.channel.id)
    assert [team["name"] for team in teams] == ["lab"]
    assert ann.id in [member["user_id"] for member in members]
