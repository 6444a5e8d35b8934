"""The fake's websocket: numbers without holes, a history that can be resumed, and every way of losing it."""

import json

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed


def opened(server, token, **asked):
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    address = f"{server.url.replace('http', 'ws')}/api/v4/websocket?{query}"
    return connect(address, additional_headers=headers, close_timeout=1)


async def heard(socket):
    return json.loads(await socket.recv())


async def test_events_are_numbered_from_the_hello_and_answers_are_not(server):
    bot, ann = server.add("robot", is_bot=True), server.person("ann")
    async with opened(server, bot.token) as socket:
        hello = await heard(socket)
        assert (hello["event"], hello["seq"], len(hello["data"]["connection_id"])) == ("hello", 0, 26)
        await socket.send(json.dumps({"seq": 1, "action": "ping"}))
        assert (await heard(socket))["seq_reply"] == 1
        post = await ann.say("hi @robot.")
        event = await heard(socket)
    assert (event["event"], event["seq"], event["broadcast"]["channel_id"]) == ("posted", 1, server.channel.id)
    assert json.loads(event["data"]["post"])["id"] == post.id
    assert (event["data"]["sender_name"], json.loads(event["data"]["mentions"])) == ("@ann", [bot.id])


async def test_a_challenge_lets_in_who_brought_no_token_and_a_bad_one_ends_it(server):
    bot = server.add("robot", is_bot=True)
    challenge = {"seq": 1, "action": "authentication_challenge"}
    async with opened(server, "") as socket:
        await socket.send(json.dumps({**challenge, "data": {"token": bot.token}}))
        assert [(await heard(socket)).get("event"), (await heard(socket)).get("seq_reply")] == ["hello", 1]
    async with opened(server, "") as socket:
        await socket.send(json.dumps({**challenge, "data": {"token": "wrong"}}))
        with pytest.raises(ConnectionClosed):
            await socket.recv()


async def test_a_cut_connection_resumes_without_a_hello_and_hears_what_it_missed(server):
    bot, ann = server.add("robot", is_bot=True), server.person("ann")
    async with opened(server, bot.token) as socket:
        first = await heard(socket)
        server.hub.cut(bot.id)
        with pytest.raises(ConnectionClosed):
            await socket.recv()
    said = [await ann.say(f"missed {n}") for n in range(3)]
    at = {"connection_id": first["data"]["connection_id"], "sequence_number": 1}
    async with opened(server, bot.token, **at) as socket:
        events = [await heard(socket) for _ in range(3)]
    assert [event["seq"] for event in events] == [1, 2, 3]
    assert [json.loads(event["data"]["post"])["id"] for event in events] == [post.id for post in said]


async def cut_and_forgotten(server, bot):
    server.hub.cut(bot.id)
    server.hub.forget(bot.id)


async def frozen(server, bot):
    server.hub.freeze(bot.id)


async def restarted(server, bot):
    await server.stop()
    await server.start()


@pytest.mark.parametrize("lost", [cut_and_forgotten, frozen, restarted])
async def test_a_lost_history_greets_with_another_id(server, lost):
    bot, ann = server.add("robot", is_bot=True), server.person("ann")
    async with opened(server, bot.token) as socket:
        first = (await heard(socket))["data"]["connection_id"]
        await lost(server, bot)
        await ann.say("missed")
        socket.transport.abort()
        async with opened(server, bot.token, connection_id=first, sequence_number=1) as other:
            hello = await heard(other)
    assert (hello["event"], hello["seq"]) == ("hello", 0)
    assert hello["data"]["connection_id"] != first


async def test_a_frozen_peer_answers_no_ping(server):
    bot = server.add("robot", is_bot=True)
    async with opened(server, bot.token) as socket:
        await heard(socket)
        await (await socket.ping())
        server.hub.freeze(bot.id)
        answered = await socket.ping()
        await server.person("ann").say("anything")
        assert not answered.done()
        socket.transport.abort()


async def test_only_members_hear_a_channel(server):
    bot, ann = server.add("robot", is_bot=True), server.person("ann")
    closed = server.add_channel("closed", "P", ann.user)
    async with opened(server, bot.token) as socket:
        await heard(socket)
        await ann.say("secret", channel_id=closed.id)
        await ann.say("open")
        event = await heard(socket)
    assert json.loads(event["data"]["post"])["message"] == "open"
    assert event["seq"] == 1


async def test_a_hole_in_the_numbers_can_be_asked_for(server):
    bot, ann = server.add("robot", is_bot=True), server.person("ann")
    async with opened(server, bot.token) as socket:
        await heard(socket)
        await server.hub.skip(bot.id)
        await ann.say("after")
        assert (await heard(socket))["seq"] == 2
