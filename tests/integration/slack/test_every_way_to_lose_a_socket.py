"""Slack's socket lost in each way there is: it is open again, nothing said meanwhile is lost, nothing comes twice."""

import asyncio
import contextlib

import pytest
from structlog.testing import capture_logs

from bot.chat.slack.adapter import SlackChat
from bot.chat.slack.calling import Calls
from bot.chat.slack.door import app_of
from bot.chat.slack.link import Link
from iac.errors import Broken
from tests.fixtures.slack.fake import ALICE, OPS
from tests.fixtures.slack.workspace import APP_TOKEN, BOT_TOKEN

PATIENCE_S = 0.6
"""Seconds of a goodbye without a hello; in the product ten."""


class Ear:
    """Keeps each event once, by the key that the product keeps it by: a slow machine is asked again."""

    def __init__(self):
        self.said = {}

    async def hear(self, body):
        self.said[body["event"]["ts"]] = body["event"]["text"]
        return {}


@contextlib.asynccontextmanager
async def linked(slack, ear, patience_s=PATIENCE_S):
    """A link with a quick pulse, watched."""
    calls = Calls(BOT_TOKEN, slack.api)
    app = app_of(calls.client, ear.hear)
    link = Link(app, APP_TOKEN, slack.api, ping_s=1.0, patience_s=patience_s, tick_s=0.1, connect_s=60)
    await link.open()
    staying = asyncio.create_task(link.stay())
    try:
        await slack.connected()
        yield link
    finally:
        staying.cancel()
        await asyncio.gather(staying, return_exceptions=True)
        await link.close()
        await calls.close()


@pytest.fixture
def quick(slack):
    slack.sockets.hurries, slack.carrier.again_s, slack.tells_own = [0.5] * 5, (0.0, 0.5, 1.0, 2.0, 8.0, 30.0), False
    return slack


@pytest.mark.parametrize("how", ["disconnect", "close_links", "cut", "freeze", "down"])
async def test_after_each_kind_of_break_what_was_said_meanwhile_is_heard_once(quick, how):
    ear = Ear()
    async with linked(quick, ear):
        first = quick.sockets.links[-1]
        broken = getattr(quick, how)()
        if broken is not None:
            await broken
        said = await quick.say(ALICE, OPS, "are you there?", mention=False)
        if how == "down":
            await quick.up()
        await quick.until(
            lambda: [each for each in quick.sockets.links if each is not first and each.is_open], "a link"
        )
        await said.acked()
    assert list(ear.said.values()) == ["are you there?"]


async def test_a_goodbye_without_a_new_socket_is_noticed_although_the_old_one_answers(quick):
    async with linked(quick, Ear()) as link:
        quick.faults.always("apps.connections.open", status=500)
        await quick.disconnect(closes=False)
        await quick.until(lambda: "goodbye" in _fault(link), "the goodbye is heard")
        tried = quick.count("apps.connections.open")
        await quick.until(lambda: quick.count("apps.connections.open") >= tried + 2, "the watchdog tries")
        quick.faults.heal()
        await quick.connected()
        await quick.until(lambda: not _fault(link), "the link is well")
        await (await quick.say(ALICE, OPS, "here?", mention=False)).acked()


async def test_the_watchdog_is_quiet_where_the_client_comes_back_by_itself(quick):
    with capture_logs() as logged:
        await _goodbye(quick)
    assert "slack.reconnecting" not in [each["event"] for each in logged]


async def _goodbye(quick):
    async with linked(quick, Ear(), patience_s=60) as link:  # a busy machine is no reason to watch
        first = quick.sockets.links[-1]
        await quick.disconnect()
        await quick.until(
            lambda: [each for each in quick.sockets.links if each is not first and each.is_open], "a link"
        )
        await quick.until(lambda: not _fault(link), "the link is well")
        assert not link._watch.is_stuck(0.0)


def _fault(link: Link) -> str:
    """Why nothing is heard, in its own words; empty where people are heard."""
    try:
        link.check()
    except Broken as fault:
        return str(fault)
    return ""


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        ({"app": "xapp-of-somebody-else"}, "invalid_auth.*copy it again.*APP_TOKEN"),
        ({"app": BOT_TOKEN}, "not_allowed_token_type.*mixed up.*APP_TOKEN"),
        ({"bot": "xoxb-of-somebody-else"}, "invalid_auth.*copy it again.*BOT_TOKEN"),
    ],
    ids=["a wrong app token", "tokens mixed up", "a wrong bot token"],
)
async def test_a_bad_token_ends_the_start_with_its_reason_and_not_in_a_loop(room, keys, why):
    chat: SlackChat = room.again(**keys)
    with pytest.raises(Broken, match=why):
        await chat.run(room.heard)
    await chat.close()
    assert room.slack.count("apps.connections.open") <= 1


async def test_a_socket_that_never_opens_ends_the_start_with_its_reason(quick):
    quick.faults.always("link", status=500)
    calls = Calls(BOT_TOKEN, quick.api)
    link = Link(app_of(calls.client, Ear().hear), APP_TOKEN, quick.api, ping_s=0.2, connect_s=0.5)
    with pytest.raises(Broken, match="no hello within"):
        await link.open()
    await link.close()
    await calls.close()
