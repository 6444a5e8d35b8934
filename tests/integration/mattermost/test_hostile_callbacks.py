"""Callbacks that the server never sent: whatever is forged, replayed or taken elsewhere, none is accepted."""

import base64
import json
import time
from dataclasses import dataclass

import pytest

from bot.chat.port import Button, Buttons, Card
from tests.fixtures.mattermost.signing import Signing
from tests.integration.mattermost.conftest import FORM, WAITING

OTHER = Card("db01", (Buttons((Button("approve", "Approve", "9999:ffffff", "danger"),)),), "db01", "waiting")


class Unsigned(Signing):
    """A server that shows no key: nothing is left but what the bot can ask itself."""

    public = ""


@pytest.fixture(params=["signing", "unsigned"])
def world(request, world):
    if request.param == "unsigned":
        world.server.world.signing = Unsigned()
    return world


async def genuine(world, chat, who, shown=WAITING, key="run:4f2a"):
    """One genuine callback, as somebody on the wire between server and bot would have it; the bot heard it."""
    root = await world.ann.say("@threadform a vm")
    message = await chat.post(world.thread(root.id), shown, key=key)
    post = world.posted(message)
    await who.press(post, post.actions()[0]["name"])
    world.heard.events.clear()
    return world.server.outgoing.sent[-1].body, message


@dataclass
class Said:
    """What our door answered."""

    status_code: int
    text: str

    def json(self):
        return json.loads(self.text)


async def call(world, url, **more):
    async with world.server.session.post(url, **more) as answer:
        return Said(answer.status, await answer.text())


async def send(world, chat, body, door="press"):
    return await call(world, chat.saying.press_url.replace("/press", f"/{door}"), json=body)


async def test_a_forged_context_is_refused(world):
    async with world.running() as chat:
        body, _ = await genuine(world, chat, world.ann)
        token = body["context"]["token"]
        head, _, mac = token.partition(".")
        richer = base64.urlsafe_b64encode(base64.urlsafe_b64decode(head).replace(b"4f2a", b"9999")).decode()
        for forged in (f"{richer}.{mac}", f"{head}.{mac[:-4]}AAA=", head, "", "x" * 300_000, None, 7, [token]):
            answer = await send(world, chat, body | {"context": {"token": forged}})
            assert answer.status_code == 403
        for context in ({}, [], None, "x"):
            assert (await send(world, chat, body | {"context": context})).status_code in (400, 403)
    assert not world.heard.all


async def test_a_genuine_context_with_another_persons_id_approves_nothing(world):
    async with world.running() as chat:
        body, _ = await genuine(world, chat, world.ann)
        for trigger in (body["trigger_id"], "made-up", world.server.world.signing.trigger("x", world.ann.id, now())):
            await send(world, chat, body | {"user_id": world.bob.id, "user_name": "bob", "trigger_id": trigger})
    assert not world.heard.all


async def test_a_replayed_press_counts_no_second_time(world):
    async with world.running() as chat:
        body, _ = await genuine(world, chat, world.bob)
        world.heard.events["before"] = "it was heard"
        for _ in range(3):
            await send(world, chat, body)
        fresh = world.server.world.signing.trigger("fresh", world.bob.id, now())
        await send(world, chat, body | {"trigger_id": fresh})
        counted = {key for key in world.heard.events if key != "before"}
    # The very same callback again has the very same key: the inbox knows it, as it would a redelivery.
    assert counted <= {f"mattermost:press:{world.memory.used[0]}"}


async def test_a_trigger_of_one_card_cannot_press_another(world):
    async with world.running() as chat:
        mine, _ = await genuine(world, chat, world.bob)
        theirs, message = await genuine(world, chat, world.ann, shown=OTHER, key="run:9999")
        await chat.edit(message, OTHER, key="again")
        world.heard.events.clear()
        stolen = theirs | {"user_id": world.bob.id, "trigger_id": mine["trigger_id"]}
        await send(world, chat, stolen)
    assert not world.heard.all


async def test_a_button_cannot_be_taken_to_another_post_or_channel(world):
    async with world.running() as chat:
        body, _ = await genuine(world, chat, world.ann)
        other, message = await genuine(world, chat, world.ann, shown=OTHER, key="run:9999")
        await chat.edit(message, OTHER, key="again")
        somebodys = await world.ann.say("not ours")
        elsewhere = world.server.add_channel("elsewhere", "O", world.bob.user, world.bot.user)
        for post in (other["post_id"], somebodys.id):
            assert (await send(world, chat, body | {"post_id": post})).status_code == 403
        assert (await send(world, chat, other | {"channel_id": elsewhere.id})).status_code == 403
    assert not world.heard.all


async def test_a_stale_nonce_and_a_deleted_post_press_nothing(world):
    async with world.running() as chat:
        body, message = await genuine(world, chat, world.ann)
        await chat.edit(message, WAITING, key="newer")
        fresh = {"trigger_id": world.server.world.signing.trigger("fresh", world.ann.id, now())}
        assert "not on its card" in (await send(world, chat, body | fresh)).json()["ephemeral_text"]
        await world.server.person("admin").delete(world.posted(message))
        await send(world, chat, body | fresh)
    assert not world.heard.all


async def test_who_is_not_there_presses_nothing(world):
    stranger = world.server.person("mallory")
    robot = world.server.person("robot", is_bot=True)
    gone = world.server.person("gone")
    async with world.running() as chat:
        body, message = await genuine(world, chat, world.ann)
        await chat.edit(message, WAITING, key="newer")
        body = body | {"context": context_of(world, message)}
        world.server.channel.members.discard(stranger.id)
        gone.user.delete_at = 1
        for who in (stranger.id, robot.id, gone.id, "nobody", "../users/me", ""):
            trigger = world.server.world.signing.trigger("fresh", who, now())
            answer = await send(world, chat, body | {"user_id": who, "trigger_id": trigger})
            assert answer.status_code in (400, 403), who
    assert not world.heard.all


async def test_an_old_trigger_or_one_of_another_server_is_refused_where_the_server_signs(world):
    if isinstance(world.server.world.signing, Unsigned):
        return
    async with world.running() as chat:
        body, message = await genuine(world, chat, world.ann)
        await chat.edit(message, WAITING, key="newer")
        body = body | {"context": context_of(world, message)}
        signing = world.server.world.signing
        for trigger in (
            signing.trigger("old", world.ann.id, now() - 3_600_000),
            signing.trigger("early", world.ann.id, now() + 3_600_000),
            Signing().trigger("other", world.ann.id, now()),
            "bm90aGluZw==",
        ):
            assert (await send(world, chat, body | {"trigger_id": trigger})).status_code == 403
        good = signing.trigger("good", world.ann.id, now())
        assert (await send(world, chat, body | {"trigger_id": good})).status_code == 200
    assert len(world.heard.all) == 1


async def test_a_dialog_of_one_person_cannot_be_sent_by_another_nor_made_up(world):
    async with world.running() as chat:
        body, _ = await genuine(world, chat, world.ann, Card("a question", (FORM,)), "q")
        opened = await world.ann.dialog()
        state = opened["dialog"]["state"]
        sent = {"state": state, "channel_id": body["channel_id"], "submission": {"cores": "8"}}
        assert (await send(world, chat, sent | {"user_id": world.bob.id}, "dialog")).status_code == 403
        for forged in (state[:-3] + "AAA", "", body["context"]["token"]):
            answer = await send(world, chat, sent | {"user_id": world.ann.id, "state": forged}, "dialog")
            assert answer.status_code == 403
        assert not world.heard.all
        for _ in range(3):
            await send(world, chat, sent | {"user_id": world.ann.id}, "dialog")
    assert len(world.heard.all) == 1


async def test_a_token_of_a_dialog_is_no_button(world):
    async with world.running() as chat:
        body, _ = await genuine(world, chat, world.ann, Card("a question", (FORM,)), "q")
        opened = await world.ann.dialog()
        answer = await send(world, chat, body | {"context": {"token": opened["dialog"]["state"]}})
    assert answer.status_code == 403
    assert not world.heard.all


async def test_a_command_needs_its_token_and_its_person(world):
    command = {
        "user_id": world.bob.id,
        "channel_id": world.server.channel.id,
        "command": "/threadform",
        "text": "approve 4f2a",
        "trigger_id": world.server.world.signing.trigger("c", world.bob.id, now()),
    }
    async with world.running() as chat:
        url = chat.saying.press_url.replace("/press", "/command")
        for token in ("", "command-tokeN", "x"):
            assert (await call(world, url, data=command | {"token": token})).status_code == 403
        outside = command | {"token": "command-token", "channel_id": "nowhere"}
        assert (await call(world, url, data=outside)).status_code in (403, 200)
    assert not world.heard.all


async def test_nobody_finds_the_door_by_guessing(world):
    async with world.running() as chat:
        body, _ = await genuine(world, chat, world.ann)
        for path in ("x", "0" * 40, "%00", "é"):
            url = f"http://127.0.0.1:{world.port}/mattermost/{path}/press"
            assert (await call(world, url, json=body)).status_code == 404
    assert not world.heard.all


async def test_a_body_that_is_no_callback_is_turned_away(world):
    async with world.running() as chat:
        for content in (b"", b"{", b"[]", b"7", b"\xff", b"{}", b"x" * 900_000):
            assert (await call(world, chat.saying.press_url, data=content)).status_code == 400
    assert not world.heard.all


async def test_in_doubt_nothing_is_accepted(world):
    from tests.fixtures.mattermost.calls import Fault

    async with world.running() as chat:
        body, message = await genuine(world, chat, world.ann)
        await chat.edit(message, WAITING, key="newer")
        fresh = world.server.world.signing.trigger("fresh", world.ann.id, now())
        body = body | {"context": context_of(world, message), "trigger_id": fresh}
        for route in ("posts.get", "users.get", "channels.member"):
            world.server.fail(route, Fault(503))
            assert "could not make sure" in (await send(world, chat, body)).json()["ephemeral_text"]
        assert not world.heard.all
        assert (await send(world, chat, body)).json() == {}
    assert len(world.heard.all) == 1


def context_of(world, message):
    """What the server would send for the button that stands on a card now."""
    (action,) = world.posted(message).actions()
    return action["integration"]["context"]


def now():
    return int(time.time() * 1000)
