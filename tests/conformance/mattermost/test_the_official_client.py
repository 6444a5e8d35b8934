"""Mattermost's own client works with the fake as with a server: what it cannot read, ours must not be tested with."""

import json
from pathlib import Path

import pytest

from tests.conformance.mattermost.official import Said, official
from tests.fixtures.npm import NotInstalled, check_lock


@pytest.fixture
async def robot(server):
    return server.add("robot", is_bot=True)


@pytest.fixture
async def client(server, robot):
    try:
        async with official(server.url, robot.token) as judge:
            yield judge
    except NotInstalled as why:
        pytest.skip(str(why))


def test_the_client_is_pinned_and_the_lock_names_no_registry():
    check_lock(Path(__file__).parent)


async def test_it_knows_who_it_is_and_where(server, robot, client):
    assert (await client.api("getMe"))["id"] == robot.id
    assert (await client.api("getUserByUsername", "admin"))["id"] == server.admin.id
    assert [team["name"] for team in await client.api("getMyTeams")] == ["lab"]
    assert (await client.api("getChannelByName", server.team.id, "ops"))["id"] == server.channel.id
    assert (await client.api("getChannelMember", server.channel.id, robot.id))["user_id"] == robot.id
    assert (await client.api("getClientConfig"))["Version"] == server.world.version
    assert (await client.api("ping", False))["status"] == "OK"


async def test_it_posts_reads_and_changes(server, robot, client):
    root = await client.api("createPost", {"channel_id": server.channel.id, "message": "root", "props": {"key": "k"}})
    there = {"channel_id": server.channel.id, "root_id": root["id"]}
    reply = await client.api("createPost", {**there, "message": "reply", "pending_post_id": f"{robot.id}:1"})
    again = await client.api("createPost", {**there, "message": "reply", "pending_post_id": f"{robot.id}:1"})
    assert again["id"] == reply["id"]
    thread = await client.api("getPostThread", root["id"])
    assert thread["order"] == [root["id"], reply["id"]]
    await client.api("patchPost", {"id": reply["id"], "message": "better"})
    assert (await client.api("getPost", reply["id"]))["message"] == "better"
    since = await client.api("getPostsSince", server.channel.id, root["create_at"] - 1)
    assert {root["id"], reply["id"]} <= set(since["posts"])
    await client.api("deletePost", root["id"])
    with pytest.raises(Said) as said:
        await client.api("getPost", reply["id"])
    assert (said.value.error["status"], said.value.error["id"]) == (404, "app.post.get.app_error")


async def test_it_uploads_a_file_and_reads_what_it_is(server, client):
    row = (await client.api("", server.channel.id, "plan.diff", "+ vm", kind="upload"))["file_infos"][0]
    post = {"channel_id": server.channel.id, "message": "see", "file_ids": [row["id"]]}
    made = await client.api("createPost", post)
    assert [each["name"] for each in await client.api("getFileInfosForPost", made["id"])] == ["plan.diff"]
    assert server.files_of(server.world.posts[made["id"]]) == {"plan.diff": b"+ vm"}


async def test_it_reads_a_refusal(server, client):
    with pytest.raises(Said) as said:
        await client.api("createPost", {"channel_id": server.channel.id, "message": "x" * 16_384})
    assert said.value.error["id"] == "model.post.is_valid.message_length.app_error"
    with pytest.raises(Said) as said:
        await client.api("getPost", "nowhere")
    assert said.value.error["status"] == 404


async def test_its_websocket_counts_as_the_fake_does(server, client):
    await client.socket("open", False)
    hello = await client.event()
    post = await server.person("ann").say("hi @robot")
    posted = await client.event()
    assert (hello["event"]["event"], hello["next"]) == ("hello", 1)
    assert (json.loads(posted["event"]["data"]["post"])["id"], posted["next"]) == (post.id, 2)
    assert (await client.socket("ping"))["data"]["text"] == "pong"
    await client.socket("typing", server.channel.id, post.id)
    assert await server.until(lambda: [row[1:] for row in server.world.typing]) == [(server.channel.id, post.id)]


async def test_with_the_token_in_the_upgrade_it_resumes_and_misses_nothing(server, robot, client):
    ann = server.person("ann")
    await client.socket("open", True)
    hello = await client.event()
    server.hub.refuses = True
    server.hub.cut(robot.id)
    said = [(await ann.say(f"missed {n}")).id for n in range(3)]
    server.hub.refuses = False
    heard = [told for told in [await client.event() for _ in range(4)] if "event" in told]
    assert [json.loads(told["event"]["data"]["post"])["id"] for told in heard] == said
    assert heard[-1]["connection"] == hello["connection"]
    assert heard[-1]["next"] == 4


async def test_after_a_restart_it_knows_that_it_missed_something(server, client):
    await client.socket("open", True)
    first = (await client.event())["connection"]
    await server.stop()
    await server.start()
    told = [await client.event() for _ in range(3)]
    assert [set(each) & {"missed", "reconnected", "event"} for each in told] == [{"reconnected"}, {"missed"}, {"event"}]
    assert (told[-1]["event"]["event"], told[-1]["next"]) == ("hello", 1)
    assert told[-1]["connection"] != first


async def test_a_hole_makes_it_ask_again(server, robot, client):
    await client.socket("open", True)
    await client.event()
    await server.hub.skip(robot.id)
    await server.person("ann").say("after")
    told = [await client.event() for _ in range(3)]
    events = [each["event"]["event"] for each in told if "event" in each]
    assert events == ["status_change", "posted"]
    assert [asked.get("sequence_number") for asked in server.hub.opened] == ["0", "1"]
