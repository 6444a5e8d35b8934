"""Callbacks are not signed: whoever can reach the listener may send any. Of what they send, nothing counts."""

import io

import pytest

from bot.domain.run import RunState
from tests.conformance.chat.house import run_of
from tests.conformance.chat.scenario import discard, planned
from tests.conformance.chat.waiting import until
from tests.fixtures.mattermost.signing import Signing
from tests.integration.mattermost.hostile.attacking import REFUSED

pytestmark = [pytest.mark.terraform, pytest.mark.asyncio(loop_scope="module")]


def signed(scene, user_id, at=None):
    """A trigger as only the server can make it: it went by when that person did something."""
    world = scene.server.world
    return world.signing.trigger("a" * 26, user_id, world.now() if at is None else at)


async def refused(scene, target, url, body):
    """Nothing is stored, nothing is decided, and the sender learns no reason."""
    before = await scene.stored()
    answer = await scene.send(url, body)
    assert answer.status in REFUSED, answer
    assert answer.said in ({}, "", "Not Found")
    assert await scene.stored() == before
    assert await target.is_untouched()


async def test_an_address_that_somebody_guesses_leads_nowhere(scene):
    target, bob = await scene.standing(), scene.person("bob")
    head, _, tail = target.url.rpartition("/")
    root, _, path = head.rpartition("/")
    for guess in ("0" * len(path), path[:-1], "", ".."):
        await refused(scene, target, f"{root}/{guess}/{tail}", target.body(bob.id, signed(scene, bob.id)))


async def test_a_context_that_was_made_up_or_changed_counts_nothing(scene):
    target, bob = await scene.standing(), scene.person("bob")
    token = target.button()["integration"]["context"]["token"]
    discard = target.button("discard")["integration"]["context"]["token"]
    body, _, mac = token.partition(".")
    made_up = [{}, {"token": ""}, {"token": 7}, {"token": f"{body}.AAAA"}, {"token": mac}, {"token": token[:-4]},
               {"token": f"{discard.partition('.')[0]}.{mac}"}, {"action": "approve", "value": "x"}]  # fmt: skip
    for context in made_up:
        await refused(scene, target, target.url, target.body(bob.id, signed(scene, bob.id), context=context))


async def test_a_real_context_with_another_persons_id_counts_nothing(scene):
    target, bob, alice = await scene.standing(), scene.person("bob"), scene.person("alice")
    others_key = Signing().trigger("a" * 26, bob.id, scene.server.world.now())
    old = signed(scene, bob.id, scene.server.world.now() - 3_600_000)
    for trigger in (signed(scene, alice.id), others_key, old, "made up", "YTpiOmM6ZA=="):
        await refused(scene, target, target.url, target.body(bob.id, trigger))


async def test_a_press_that_went_by_is_replayed_for_nobody_else(scene):
    target, bob, carol = await scene.card(), scene.person("bob"), scene.person("carol")
    await scene.person("alice").press(target.post, target.button()["id"])
    seen = scene.last_sent()
    for user_id in (bob.id, carol.id):
        await refused(scene, target, seen.url, seen.body | {"user_id": user_id})


async def test_a_press_that_went_by_counts_once_however_often_it_is_replayed(scene):
    target = await scene.card("bob")
    await scene.person("bob").press(target.post, target.button()["id"])
    seen = scene.last_sent()
    told = await until(lambda: scene.driver.whispers("bob"), "a private word to bob")
    before = await scene.stored()
    for _ in range(5):
        await scene.send(seen.url, seen.body)
    assert await scene.stored() == before
    assert await target.is_untouched()
    assert len(await scene.driver.whispers("bob")) == len(told)


async def test_a_button_of_one_card_presses_nothing_on_another(scene):
    one, other, bob = await scene.standing(), await scene.card(), scene.person("bob")
    room = scene.server.channel.id
    for more in ({"post_id": other.post.id}, {"post_id": other.post.id, "channel_id": other.post.channel_id},
                 {"channel_id": room}, {"post_id": one.post.root_id}):  # fmt: skip
        await refused(scene, one, one.url, one.body(bob.id, signed(scene, bob.id), **more))
    assert await other.is_untouched()


async def test_a_button_that_was_replaced_counts_nothing_any_more(scene):
    target, bob, alice = await scene.card(), scene.person("bob"), scene.person("alice")
    stale = target.body(bob.id, signed(scene, bob.id))
    first = target.button()["id"]
    await alice.press(target.post, first)
    await until(lambda: _replaced(target, first), "new buttons")
    before = await scene.stored()
    await scene.send(target.url, stale)
    assert await scene.stored() == before
    assert await target.is_untouched()


async def _replaced(target, old):
    return target.button()["id"] != old


async def test_a_trigger_that_was_used_lets_nobody_press_again(scene):
    target, other, bob = await scene.standing(), await scene.card("bob"), scene.person("bob")
    await bob.press(other.post, other.button()["id"])
    used = scene.last_sent().body["trigger_id"]
    before = await scene.stored()
    await scene.send(target.url, target.body(bob.id, used))
    assert await scene.stored() == before
    assert await target.is_untouched()


async def test_the_trigger_of_a_command_or_of_a_dialog_presses_nothing(scene):
    target, other, bob = await scene.standing(), await scene.card(), scene.person("bob")
    await scene.driver.command("bob", "help")
    of_command = scene.last_sent().body["trigger_id"]
    await bob.press(other.post, other.button("discard")["id"])
    await bob.dialog()
    of_dialog = scene.last_sent().body["trigger_id"]
    for trigger in (of_command, of_dialog):
        await refused(scene, target, target.url, target.body(bob.id, trigger))


async def test_nobody_presses_who_is_not_there(scene):
    target, world = await scene.standing(), scene.server.world
    mallory = scene.server.person("mallory")
    closed = scene.server.person("closed")
    robot = scene.server.person("other-bot", is_bot=True)
    channel = world.channels[target.post.channel_id]
    channel.members |= {closed.id, robot.id}
    channel.members -= {mallory.id}
    closed.user.delete_at = world.now()
    for who in (mallory.id, closed.id, robot.id, scene.driver.bot.id, "nobody", "../users/me"):
        await refused(scene, target, target.url, target.body(who, signed(scene, who)))


async def test_a_second_click_is_one_decision(scene):
    target, bob = await scene.card(), scene.person("bob")
    button = target.button()["id"]
    first, second = await bob.press(target.post, button), await bob.press(target.post, button)
    assert first.is_ok
    before = [each for each in scene.server.outgoing.sent if each.body.get("post_id") == target.post.id]
    assert len(before) == (2 if second.is_ok else 1)
    await until(lambda: _is_applied(scene, target), "the apply")
    history = await scene.driver.app.runs.latest(100)
    assert len([run for run in history if run.proposal["guests"][0]["name"] == target.name]) == 1


async def _is_applied(scene, target):
    return (await run_of(scene.driver.app, target.name)).state is RunState.APPLIED


async def test_a_callback_for_a_card_that_was_deleted_counts_nothing(scene):
    target, bob, admin = await scene.card(), scene.person("bob"), scene.server.person("admin")
    body, url = target.body(bob.id, signed(scene, bob.id)), target.url
    assert (await admin.delete(target.post)).is_ok
    before = await scene.stored()
    await scene.send(url, body)
    assert await scene.stored() == before
    assert await target.is_untouched()


async def test_a_dialog_is_sent_only_by_whom_it_was_opened_for(scene):
    target, bob = await scene.card(), scene.person("bob")
    alice = scene.person("alice")
    await alice.press(target.post, target.button("edit")["id"])
    opened = await alice.dialog()
    values = {each["name"]: each["default"] for each in opened["dialog"]["elements"]}
    state, before = opened["dialog"]["state"], await scene.stored()
    channel = target.post.channel_id
    sent = {"callback_id": opened["dialog"]["callback_id"], "channel_id": channel, "submission": values}
    sent |= {"user_id": alice.id, "state": state}
    made_up = [{"user_id": bob.id}, {"state": state[:-4]}, {"state": ""}, {"user_id": "../me"}]
    for more in made_up:
        answer = await scene.send(opened["url"], sent | more)
        assert answer.status in REFUSED, more
    assert await scene.stored() == before


async def test_a_command_without_its_token_is_nobodys(scene):
    bob, url = scene.person("bob"), next(iter(scene.server.world.commands.values()))["url"]
    fields = {"user_id": bob.id, "channel_id": scene.server.channel.id, "command": "/threadform", "text": "help"}
    before = await scene.stored()
    for token in ("", "wrong", "x" * 5_000):
        body = fields | {"trigger_id": signed(scene, bob.id), "token": token}
        async with scene.server.session.post(url, data=body) as answer:
            assert answer.status in REFUSED
    assert await scene.stored() == before


async def test_what_is_no_callback_at_all_breaks_nothing(scene):
    target = await scene.standing()
    for body in (b"", b"[]", b"{", b"\xff" * 100, b"{" * 100_000, b"x" * 2_000_000):
        async with scene.server.session.post(target.url, data=io.BytesIO(body)) as answer:
            assert answer.status in REFUSED
    async with scene.server.session.get(target.url) as answer:
        assert answer.status in (404, 405)
    assert await target.is_untouched()


async def test_after_all_that_a_person_still_decides(scene):
    target = await scene.card()
    thread = target.post.root_id
    await discard(scene.driver, "bob", thread, await planned(scene.driver, thread))
    assert (await run_of(scene.driver.app, target.name)).state is RunState.DISCARDED
