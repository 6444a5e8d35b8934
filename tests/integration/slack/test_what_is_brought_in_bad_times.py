"""Events on Slack while something is broken: what was acknowledged is stored, once, and what was not comes again."""

import asyncio
import time

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.chat.port import Card, Commanded, Filled, Form, Input, Pressed, Said
from bot.store import turns
from bot.store.inbox import SqlInbox
from bot.wiring.sink import StoreFirst
from iac.errors import Broken
from tests.fixtures.slack.fake import ALICE, BOB, OPS
from tests.fixtures.slack.payloads import message_event
from tests.fixtures.slack.workspace import BOT_TOKEN, TRIGGER_S, buttons_of, read
from tests.integration.slack.conftest import place

FORM = Form("f1", "One question", (Input("why", "Why?"),))
BUTTON = {"type": "button", "text": {"type": "plain_text", "text": "Approve"}, "action_id": "approve#0", "value": "r:d"}
ROW = [{"type": "actions", "elements": [BUTTON]}]
BROKEN = [
    {"status": 500},
    {"status": 429, "headers": {"Retry-After": "30"}},
    {"error": "token_revoked"},
]


class SlowToJoin:
    """The threads of the database, where joining one takes until the gate opens."""

    def __init__(self, joined, gate):
        self.joined, self.gate = joined, gate

    async def join(self, conversation, at):
        await self.gate.wait()
        await self.joined.join(conversation, at)

    def __getattr__(self, name):
        return getattr(self.joined, name)


@pytest.fixture
async def client(slack):
    return AsyncWebClient(token=BOT_TOKEN, base_url=slack.api)


@pytest.mark.parametrize("fault", BROKEN, ids=["500", "429", "token_revoked"])
async def test_what_comes_while_authorization_fails_is_stored_and_acknowledged(room, client, fault):
    slack = room.slack
    async with room.hearing():
        await client.chat_postMessage(channel=OPS, text="a card", blocks=ROW)
        card = await slack.message(OPS, buttons_of)
        slack.faults.always("*", **fault)
        said = await (await slack.say(ALICE, OPS, "call it api01")).acked()
        pressed = await slack.press(BOB, card, "approve")
        commanded = await slack.command(ALICE, OPS, "/threadform", "help")
    assert [each.tries for each in (*said.deliveries, pressed, commanded)] == [1, 1, 1, 1]
    assert pressed.is_acked
    assert commanded.is_acked
    assert [type(event) for event in room.heard.events.values()] == [Said, Pressed, Commanded]


async def test_all_that_comes_again_is_stored_once(room, client):
    slack = room.slack
    async with room.hearing():
        await client.chat_postMessage(channel=OPS, text="a card", blocks=ROW)
        card = await slack.message(OPS, buttons_of)
        said = await (await slack.say(ALICE, OPS, "call it api01")).acked()
        deliveries = [*said.deliveries, await slack.press(BOB, card, "approve")]
        deliveries.append(await slack.command(ALICE, OPS, "/threadform", "help"))
        for delivery in deliveries:
            await slack.redeliver(delivery)
            await slack.redeliver(delivery)
    assert {delivery.tries for delivery in deliveries} == {3}
    assert all(delivery.is_acked for delivery in deliveries)
    assert [type(event) for event in room.heard.events.values()] == [Said, Pressed, Commanded]


@pytest.mark.parametrize("order", [("app_mention", "message"), ("message", "app_mention")], ids=" first, then ".join)
async def test_a_mention_told_in_either_order_is_one_event_to_us(room, order):
    room.slack.mention_kinds = order
    async with room.hearing():
        one = await (await room.slack.say(ALICE, OPS, "one")).acked()
        two = await (await room.slack.say(BOB, OPS, "two")).acked()
        await room.slack.redeliver(one.deliveries[1])
        assert len({delivery.payload["event_id"] for delivery in (*one.deliveries, *two.deliveries)}) == 4
    assert [(event.text, event.is_to_bot) for event in room.heard.of(Said)] == [("one", True), ("two", True)]


async def test_a_reply_on_the_heels_of_a_mention_that_is_still_being_written_down_is_heard(room):
    slack, gate = room.slack, asyncio.Event()
    room.chat.joined = SlowToJoin(room.joined, gate)
    async with room.hearing():
        said = await slack.say(ALICE, OPS, "call it api01")
        reply = await slack.say(ALICE, OPS, "with 8 GB", thread=said.ts)
        await reply.acked()
        gate.set()
        await said.acked()
    assert sorted(event.text for event in room.heard.of(Said)) == ["call it api01", "with 8 GB"]


async def test_a_reply_that_came_long_before_its_mention_is_read_when_that_comes(room):
    slack = room.slack
    ago = f"{time.time() - 60:.6f}"
    async with room.hearing():
        slack.mention_kinds = ()
        said = await slack.say(ALICE, OPS, "call it api01", ts=ago)
        await (await slack.say(BOB, OPS, "with 8 GB", thread=ago)).acked()
        assert room.heard.of(Said) == []
        slack.event(message_event(slack.workspace.channels[OPS], said.message, "app_mention"))
        await slack.until(lambda: len(room.heard.of(Said)) == 2, "both are heard")
    assert [event.text for event in room.heard.of(Said)] == ["call it api01", "with 8 GB"]
    assert all(event.is_to_bot for event in room.heard.of(Said))


async def test_a_form_sent_again_after_its_error_is_taken_under_the_same_view(room):
    slack = room.slack
    wrong = {"why": "a reason, please"}
    room.heard.errors = lambda event: wrong if isinstance(event, Filled) and event.values["why"] == "x" else None
    async with room.hearing():
        to = place((await (await slack.say(ALICE, OPS, "a machine")).acked()).ts)
        message = await room.chat.post(to, Card("One question", (FORM,)), key="k")
        card = await slack.message(OPS, lambda each: each["ts"] == message.id)
        await slack.press(ALICE, card, "ask")
        view = await slack.view(ALICE)
        assert await slack.fill(view, {"why": "x"}) == {"why": "a reason, please"}
        assert room.heard.of(Filled) == []
        assert await slack.fill(view, {"why": "too big"}) == {}
        await slack.redeliver(slack.carrier.deliveries[-1])
    [filled] = room.heard.of(Filled)
    assert (filled.form, filled.values) == ("f1", {"why": "too big"})
    assert filled.conversation == to


async def test_what_cannot_be_stored_is_not_acknowledged_and_comes_again(room):
    slack = room.slack
    slack.sockets.hurries, slack.carrier.again_s, slack.mention_kinds = [0.3], (0.0,), ("app_mention",)
    async with room.hearing():
        room.heard.faults = [RuntimeError("the database is away")]
        said = await (await slack.say(ALICE, OPS, "call it api01")).acked()
        room.heard.faults, slack.sockets.hurries = [RuntimeError("the database is away")], [0.3]
        lost = await slack.command(ALICE, OPS, "/threadform", "help")
        after = await slack.command(ALICE, OPS, "/threadform", "quota")
    assert [delivery.tries for delivery in said.deliveries] == [2]
    assert not lost.is_acked
    assert after.is_acked
    assert [event.text for event in room.heard.events.values()] == ["call it api01", "quota"]


class _Deaf:
    """Jobs whose queue is away, until it is not."""

    is_away = True

    async def send(self, _job: str, _key: str) -> None:
        if self.is_away:
            raise Broken("ringing", "the queue is away", is_worth_retrying=True)


async def test_what_slack_waits_for_is_written_before_what_can_wait(room):
    seen = []
    room.heard.errors = lambda _event: seen.append(turns._is_hurried.get())
    async with room.hearing():
        await (await room.slack.say(ALICE, OPS, "call it api01")).acked()
        await room.slack.command(ALICE, OPS, "/threadform", "help")
    assert seen == [True, True, True]
    assert turns._is_hurried.get() is False


async def test_a_death_between_storing_and_ringing_leaves_one_event_that_the_sweeper_finds(room):
    slack, inbox, jobs = room.slack, SqlInbox(room.joined.database), _Deaf()
    slack.sockets.hurries, slack.carrier.again_s, slack.mention_kinds = [0.3, 0.3], (0.0,), ("message",)
    room.heard = StoreFirst(inbox, jobs, asking=None, checking=None, links=None, now=lambda: 0.0)
    async with room.hearing():
        said = await slack.say(ALICE, OPS, "<@U0BOT> call it api01", mention=False)
        await said.deliveries[0].over.wait()
        jobs.is_away = False
        await slack.redeliver(said.deliveries[0])
        assert said.deliveries[0].is_acked
    assert await inbox.waiting(10) == [f"slack:T0TEAM:{OPS}:{said.ts}"]


async def test_a_trigger_that_is_too_old_falls_back_to_the_thread_and_loses_nothing(room):
    slack = room.slack
    async with room.hearing():
        to = place((await (await slack.say(ALICE, OPS, "a machine")).acked()).ts)
        message = await room.chat.post(to, Card("One question", (FORM,)), key="k")
        card = await slack.message(OPS, lambda each: each["ts"] == message.id)
        slack.workspace.trigger_s = 0
        await slack.press(ALICE, card, "ask")
        note = await slack.whisper(ALICE, buttons_of)
        assert "Why?" in read(note)
        assert not slack.workspace.open_views(ALICE)
        slack.workspace.trigger_s = TRIGGER_S
        await slack.press(ALICE, note, "ask")
        assert await slack.fill(await slack.view(ALICE), {"why": "too big"}) == {}
    [filled] = room.heard.of(Filled)
    assert filled.conversation == to
    assert slack.whispers(BOB) == []
