"""The fake Slack as Slack's own clients see it: what Bolt and the SDK take for Slack may stand for it in tests."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from tests.fixtures.slack.fake import ALICE, BOB, LAB, MALLORY, OPS, VAULT, FakeSlack, open_slack
from tests.fixtures.slack.payloads import Gone, Incomplete
from tests.fixtures.slack.workspace import APP_TOKEN, BOT_TOKEN, BOT_USER, buttons_of, read

SECRET = "a secret of the tests"
BUTTON = {"type": "button", "text": {"type": "plain_text", "text": "Approve"}, "action_id": "approve#0", "value": "r1"}
ROW = [{"type": "actions", "elements": [BUTTON]}]
REASON = {"type": "plain_text_input", "action_id": "given"}
VIEW = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Why?"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [
        {"type": "input", "block_id": "why", "label": {"type": "plain_text", "text": "Reason"}, "element": REASON}
    ],
}


@dataclass
class Heard:
    """An app that only listens: it keeps what Bolt verified, and answers what it is told to."""

    bodies: list[dict[str, Any]] = field(default_factory=list)
    retries: list[str] = field(default_factory=list)
    answer: dict[str, Any] = field(default_factory=dict)
    fault: Exception | None = None

    async def __call__(self, request: Any, body: dict[str, Any], next: Any) -> BoltResponse:  # noqa: A002 - Bolt's name
        if body.get("type") == "url_verification":
            return await next()
        if self.fault:
            raise self.fault
        self.bodies.append(body)
        self.retries += request.headers.get("x-slack-retry-num", [])
        if not self.answer:
            return BoltResponse(status=200, body="")
        headers = {"content-type": ["application/json"]}
        return BoltResponse(status=200, body=json.dumps(self.answer), headers=headers)

    def types(self) -> list[str]:
        return [body.get("event", body).get("type") or body.get("command") for body in self.bodies]


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with open_slack() as opened:
        opened.tells_own = False
        yield opened


@pytest.fixture
def client(slack: FakeSlack) -> AsyncWebClient:
    return AsyncWebClient(token=BOT_TOKEN, base_url=slack.api)


@contextlib.asynccontextmanager
async def on_socket(slack: FakeSlack, client: AsyncWebClient) -> AsyncIterator[Heard]:
    """Bolt in Socket Mode."""
    heard = Heard()
    app = AsyncApp(client=client, request_verification_enabled=False, before_authorize=heard)
    handler = AsyncSocketModeHandler(app, APP_TOKEN, web_client=client, ping_interval=0.5)
    await handler.connect_async()
    await slack.connected()
    try:
        yield heard
    finally:
        handler.client.message_processor.cancel()
        await handler.close_async()


@contextlib.asynccontextmanager
async def on_http(slack: FakeSlack, client: AsyncWebClient) -> AsyncIterator[Heard]:
    """Bolt behind HTTP with signatures."""
    heard = Heard()
    app = AsyncApp(client=client, signing_secret=SECRET, before_authorize=heard)
    runner = web.AppRunner(app.web_app("/slack/events"), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.over_http(f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events", SECRET)
    try:
        yield heard
    finally:
        await runner.cleanup()


@pytest.fixture(params=[on_socket, on_http], ids=["socket", "http"])
async def heard(request, slack, client) -> AsyncIterator[Heard]:
    async with request.param(slack, client) as listening:
        yield listening


async def test_a_mention_comes_twice_under_two_event_ids_and_one_ts(slack, heard):
    said = await slack.say(ALICE, OPS, "call it api01")
    await said.acked()
    assert sorted(heard.types()) == ["app_mention", "message"]
    assert {body["event"]["ts"] for body in heard.bodies} == {said.ts}
    assert len({body["event_id"] for body in heard.bodies}) == 2
    assert {body["event"]["text"] for body in heard.bodies} == {f"<@{BOT_USER}> call it api01"}
    await slack.redeliver(said.deliveries[0])
    assert len(heard.bodies) == 3
    assert heard.retries == ["1"]


async def test_a_button_that_stands_there_is_pressed_and_one_that_is_gone_is_not(slack, heard, client):
    posted = await client.chat_postMessage(channel=OPS, text="a card", blocks=ROW)
    card = await slack.message(OPS, buttons_of)
    pressed = await slack.press(BOB, card, "approve")
    assert pressed.is_acked
    (body,) = heard.bodies
    assert (body["type"], body["user"]["id"], body["actions"][0]["value"]) == ("block_actions", BOB, "r1")
    assert body["container"]["message_ts"] == posted["ts"]
    await client.chat_update(channel=OPS, ts=posted["ts"], text="decided", blocks=[])
    with pytest.raises(Gone):
        await slack.press(BOB, card, "approve")


async def test_a_command_opens_a_modal_whose_errors_keep_it_open(slack, heard, client):
    await slack.command(ALICE, OPS, "/threadform", "discard")
    trigger = heard.bodies[0]["trigger_id"]
    assert (heard.bodies[0]["command"], heard.bodies[0]["text"]) == ("/threadform", "discard")
    await client.views_open(trigger_id=trigger, view=VIEW)
    with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
        await client.views_open(trigger_id=trigger, view=VIEW)
    view = await slack.view(ALICE)
    with pytest.raises(Incomplete):
        await slack.fill(view, {"why": ""})
    heard.answer = {"response_action": "errors", "errors": {"why": "longer, please"}}
    assert await slack.fill(view, {"why": "no"}) == {"why": "longer, please"}
    heard.answer = {}
    assert await slack.fill(view, {"why": "too big"}) == {}
    assert not slack.workspace.open_views(ALICE)
    sent = [body for body in heard.bodies if body.get("type") == "view_submission"]
    assert [body["view"]["state"]["values"]["why"]["given"]["value"] for body in sent] == ["no", "too big"]


async def test_a_trigger_is_too_old_after_three_seconds(slack, client):
    slack.workspace.trigger_s = 0
    with pytest.raises(SlackApiError, match="expired_trigger_id"):
        await client.views_open(trigger_id=slack.workspace.new_trigger(ALICE), view=VIEW)
    with pytest.raises(SlackApiError, match="invalid_trigger_id"):
        await client.views_open(trigger_id="1.2.x", view=VIEW)


async def test_an_event_that_nobody_stored_comes_again_and_a_command_does_not(slack, heard):
    slack.carrier.again_s, slack.sockets.hurries = (0.0,), [0.2, 0.2, 0.2]
    heard.fault = RuntimeError("the database is down")
    said = await slack.say(ALICE, OPS, "hello", mention=False)
    await said.deliveries[0].over.wait()
    assert (said.deliveries[0].tries, said.deliveries[0].is_acked) == (2, False)
    assert (await slack.command(ALICE, OPS, "/threadform", "help")).tries == 1
    heard.fault = None
    await (await slack.say(ALICE, OPS, "hello again", mention=False)).acked()


async def test_bolt_verifies_the_signature_its_age_and_the_address(slack, client):
    async with on_http(slack, client) as heard:
        assert (await slack.verify_url("a challenge")) == {"status": 200, "challenge": "a challenge"}
        slack.carrier.again_s = ()
        slack.way.at = 1_000_000
        old = await slack.command(ALICE, OPS, "/threadform", "help")
        slack.way.at, slack.way.secret = None, "another secret"
        forged = await slack.command(ALICE, OPS, "/threadform", "help")
        assert (old.statuses, forged.statuses) == ([401], [401])
        assert heard.bodies == []


async def test_a_thread_is_read_back_with_the_key_of_each_message(client):
    root = await client.chat_postMessage(
        channel=OPS, text="a card", metadata={"event_type": "c", "event_payload": {"k": 1}}
    )
    for number in range(3):
        await client.chat_postMessage(channel=OPS, text=f"reply {number}", thread_ts=root["ts"])
    told = await client.conversations_replies(channel=OPS, ts=root["ts"], include_all_metadata=True, limit=2)
    assert [m["text"] for m in told["messages"]] == ["a card", "reply 0"]
    assert told["messages"][0]["metadata"]["event_payload"] == {"k": 1}
    rest = await client.conversations_replies(
        channel=OPS, ts=root["ts"], limit=2, cursor=told["response_metadata"]["next_cursor"]
    )
    assert [m["text"] for m in rest["messages"]] == ["reply 1", "reply 2"]
    assert "metadata" not in (await client.conversations_history(channel=OPS))["messages"][0]


async def test_a_whole_file_goes_up_and_is_shared_in_the_thread(slack, client):
    root = await client.chat_postMessage(channel=OPS, text="a card")
    diff = "+ a line\n" * 20_000
    await client.files_upload_v2(
        channel=OPS, thread_ts=root["ts"], content=diff, filename="plan.diff", snippet_type="diff"
    )
    kept = slack.file("plan.diff")
    assert (kept.content.decode(), kept.snippet) == (diff, "diff")
    assert [m.get("subtype") for m in slack.thread(OPS, root["ts"])] == [None, "file_share"]


async def test_a_private_word_is_seen_by_one_person_and_refused_for_a_stranger(slack, client):
    await client.chat_postEphemeral(channel=OPS, user=BOB, text="only you")
    assert [read(word) for word in slack.whispers(BOB)] == ["only you"]
    assert slack.whispers(ALICE) == []
    with pytest.raises(SlackApiError, match="user_not_in_channel"):
        await client.chat_postEphemeral(channel=OPS, user=MALLORY, text="not you")
    await client.chat_postMessage(channel=MALLORY, text="by direct message")
    assert [read(word) for word in slack.whispers(MALLORY)] == ["by direct message"]


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"channel": OPS, "text": "x", "blocks": [{"type": "section"}]}, "invalid_blocks"),
        ({"channel": OPS, "text": "x", "blocks": [{"type": "poem"}]}, "invalid_blocks"),
        (
            {"channel": OPS, "text": "x", "blocks": [{"type": "markdown", "text": "y" * 4_000}] * 3},
            "msg_blocks_too_long",
        ),
        ({"channel": OPS, "text": " "}, "no_text"),
        ({"channel": LAB, "text": "x"}, "not_in_channel"),
        ({"channel": "C0NONE", "text": "x"}, "channel_not_found"),
        ({"channel": OPS, "text": "x", "thread_ts": "1.0"}, "thread_not_found"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_slack_refuses_is_refused(client, said, error):
    with pytest.raises(SlackApiError) as refused:
        await client.api_call("chat.postMessage", json=said)
    assert refused.value.response["error"] == error


async def test_each_token_opens_its_own_doors(slack, client):
    assert (await client.auth_test())["user_id"] == BOT_USER
    for token, error in ((APP_TOKEN, "not_allowed_token_type"), ("xoxb-x", "invalid_auth")):
        with pytest.raises(SlackApiError, match=error):
            await AsyncWebClient(token=token, base_url=slack.api).auth_test()
    slack.scopes = {"chat:write"}
    with pytest.raises(SlackApiError, match="missing_scope"):
        await client.users_info(user=ALICE)
    assert (await client.auth_test()).headers["X-OAuth-Scopes"] == "chat:write"


async def test_one_message_a_second_and_channel_is_taken_and_the_sdk_waits_for_the_rest(slack):
    client = AsyncWebClient(
        token=BOT_TOKEN, base_url=slack.api, retry_handlers=[AsyncRateLimitErrorRetryHandler(max_retry_count=3)]
    )
    slack.pace.seconds, slack.pace.clock = 0.5, lambda: 10.0 * slack.pace.refused  # a refusal is sat out
    await asyncio.gather(*(client.chat_postMessage(channel=c, text="x") for c in (OPS, OPS, VAULT)))
    assert (len(slack.workspace.of(OPS)), len(slack.workspace.of(VAULT)), slack.pace.refused) == (2, 1, 1)


async def test_a_message_may_be_kept_and_its_answer_be_lost(slack, client):
    slack.faults.next("chat.postMessage", status=500, is_done=True)
    with pytest.raises(SlackApiError):
        await client.chat_postMessage(channel=OPS, text="kept")
    slack.faults.next("chat.postMessage", status=500)
    with pytest.raises(SlackApiError):
        await client.chat_postMessage(channel=OPS, text="lost")
    assert [m["text"] for m in slack.workspace.of(OPS).values()] == ["kept"]
    assert slack.count("chat.postMessage") == 2


async def test_who_is_in_a_group_and_where_the_bot_is_can_be_asked(slack, client):
    slack.workspace.groups["S0OPS"] = ("ops", [ALICE, BOB])
    assert (await client.usergroups_list())["usergroups"][0]["handle"] == "ops"
    assert (await client.usergroups_users_list(usergroup="S0OPS"))["users"] == [ALICE, BOB]
    assert (await client.users_info(user=ALICE))["user"]["profile"]["display_name"] == "Alice"
    found = await client.users_conversations(types="public_channel,private_channel")
    assert [channel["id"] for channel in found["channels"]] == [OPS, VAULT]
    assert (await client.conversations_info(channel=LAB))["channel"]["is_member"] is False


@pytest.mark.parametrize("how", ["disconnect", "close_links", "cut", "freeze", "down"])
async def test_bolt_comes_back_after_every_kind_of_break(slack, client, how):
    async with on_socket(slack, client) as heard:
        first = slack.sockets.links[-1]
        done = getattr(slack, how)()
        if done is not None:
            await done
        if how == "down":
            await slack.up()
        await slack.until(lambda: any(link is not first and link.is_open for link in slack.sockets.links), "a new link")
        await (await slack.say(ALICE, OPS, "still there?", mention=False)).acked()
        assert heard.types() == ["message"]
