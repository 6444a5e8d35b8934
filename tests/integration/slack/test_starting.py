"""A start on Slack works in good time, or says why it does not and what to do about it."""

import asyncio
import socket

import pytest

from bot.chat.slack.adapter import Keys, SlackChat
from bot.chat.slack.calling import Calls, proxy_for
from bot.chat.slack.manifest import SCOPES
from bot.chat.slack.starting import Places, begin
from bot.chat.words import Words
from iac.errors import Broken
from tests.fixtures.slack.fake import OPS
from tests.fixtures.slack.workspace import APP_TOKEN, BOT_TOKEN
from tests.integration.slack.conftest import CARD, Heard, place


async def _fails(chat) -> Broken:
    """Why a start ended."""
    with pytest.raises(Broken) as fault:
        await chat.run(Heard())
    await chat.close()
    return fault.value


async def test_a_wrong_bot_token_is_named_with_what_to_do(room):
    fault = await _fails(room.again(bot="xoxb-wrong"))
    assert fault.why.endswith("(THREADFORM_SLACK_BOT_TOKEN)")
    assert "invalid_auth" in fault.why
    assert "copy it again" in fault.why


async def test_a_wrong_app_token_ends_the_start_instead_of_being_tried_for_ever(room):
    fault = await _fails(room.again(app="xapp-wrong"))
    assert fault.why.endswith("(THREADFORM_SLACK_APP_TOKEN)")
    assert "invalid_auth" in fault.why
    assert room.slack.count("apps.connections.open") == 1


async def test_two_tokens_that_are_mixed_up_are_told_apart(room):
    fault = await _fails(room.again(bot=APP_TOKEN, app=BOT_TOKEN))
    assert "not_allowed_token_type" in fault.why
    assert "xoxb-" in fault.why


async def test_a_scope_without_which_nothing_is_heard_is_missing_by_name(room):
    room.slack.scopes = set(SCOPES) - {"channels:history"}
    fault = await _fails(room.chat)
    assert "missing scope channels:history" in fault.why
    assert "install the app again" in fault.why


async def test_any_other_missing_scope_is_a_remark_that_says_what_does_not_work(room):
    room.slack.scopes = set(SCOPES) - {"files:write"}
    async with room.hearing():
        remark = await room.chat.ready()
    assert "files:write" in remark
    assert SCOPES["files:write"] in remark


async def test_where_slack_cannot_be_reached_the_start_says_so_and_may_be_tried_again(joined):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}/api/"
        fault = await _fails(SlackChat(Keys(BOT_TOKEN, APP_TOKEN, url=url), Words.load(), joined))
    assert "Slack cannot be reached" in fault.why
    assert fault.is_worth_retrying


async def test_a_slack_that_hangs_ends_the_start_in_good_time():
    gone = asyncio.Event()

    async def silent(reader, writer):
        await reader.read()
        writer.close()
        gone.set()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        calls = Calls(BOT_TOKEN, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/api/")
        with pytest.raises(Broken, match="no answer within") as fault:
            await begin(calls, Places(), seconds=0.1)
        await calls.close()
        await gone.wait()
    assert fault.value.is_worth_retrying


async def test_a_slack_that_is_busy_at_the_start_is_tried_again(room):
    room.slack.faults.next("auth.test", status=429, error="ratelimited", headers={"Retry-After": "3"})
    assert (await _fails(room.chat)).is_worth_retrying


async def test_it_is_not_ready_before_it_hears_and_ready_while_it_does(room):
    with pytest.raises(Broken, match="not connected yet"):
        await room.chat.ready()
    async with room.hearing():
        assert await room.chat.ready() is None
    with pytest.raises(Broken):
        await room.chat.ready()


async def test_a_stop_does_not_wait_for_a_peer_that_does_not_answer_and_leaves_nothing_open(room):
    async with room.hearing():
        link = room.chat._link
        link.close_s = 0.05
        client = link._handler.client
        room.slack.freeze()
    assert client.aiohttp_client_session.closed
    assert all(
        task.done() for task in (client.message_processor, client.current_session_monitor, client.message_receiver)
    )


async def test_speaking_needs_no_socket(room):
    """A worker says what the process that hears was asked."""
    assert await room.chat.post(place(), CARD, key="k1")
    assert room.slack.count("apps.connections.open") == 0
    assert len(room.slack.workspace.of(OPS)) == 1


async def test_an_http_mode_without_a_secret_never_opens_a_door(room):
    fault = await _fails(room.again(mode="http", signing="  "))
    assert "THREADFORM_SLACK_SIGNING_SECRET is empty" in fault.why


def test_the_proxy_of_the_environment_is_used_but_for_the_hosts_it_excepts(monkeypatch):
    monkeypatch.setenv("https_proxy", "http://proxy.example.org:3128")
    monkeypatch.setenv("no_proxy", "127.0.0.1,slack.internal")
    assert proxy_for("https://slack.com/api/") == "http://proxy.example.org:3128"
    assert proxy_for("https://slack.internal/api/") is None
    assert proxy_for("http://127.0.0.1:1/api/") is None
