"""The fake calls integrations as a server does: a press, a dialog and a command, each of them with its answer done."""

import base64
import contextlib
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

SELECT = [{"text": "Small", "value": "s"}]
ELEMENT = {"display_name": "Name", "name": "name", "type": "text"}


@dataclass
class Integration:
    """Answers everything with what is next."""

    url: str = ""
    heard: list[dict[str, Any]] = field(default_factory=list)
    says: list[web.Response] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        is_form = request.content_type == "application/x-www-form-urlencoded"
        self.heard.append(dict(await request.post()) if is_form else await request.json())
        return self.says.pop(0) if self.says else web.json_response({})


@pytest.fixture
async def integration():
    it = Integration()
    app = web.Application()
    app.router.add_post("/{any:.*}", it.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    async with contextlib.AsyncExitStack() as closing:
        closing.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        it.url = f"http://127.0.0.1:{runner.addresses[0][1]}/in"
        yield it


async def carded(server, integration, **context):
    robot = server.person("robot", is_bot=True)
    button = {"id": "yes1", "type": "button", "name": "Approve", "integration": {"url": integration.url}}
    button["integration"]["context"] = context
    props = {"attachments": [{"actions": [button]}], "key": "k"}
    made = await robot.call("POST", "/posts", {"channel_id": server.channel.id, "message": "", "props": props})
    return server.world.posts[made.said["id"]]


async def with_dialog(server, integration, **dialog):
    ann = server.person("ann")
    await ann.press(await carded(server, integration), "Approve")
    sent = {"trigger_id": integration.heard[-1]["trigger_id"], "url": integration.url}
    shape = {"title": "Reject", "callback_id": "why", "elements": [ELEMENT], "state": "s1", **dialog}
    return ann, await ann.call("POST", "/actions/dialogs/open", {**sent, "dialog": shape})


async def test_a_press_brings_who_where_and_the_hidden_context(server, integration):
    bob = server.person("bob")
    post = await carded(server, integration, run="r1")
    integration.says = [web.json_response({"ephemeral_text": "noted"})]
    assert (await bob.press(post, "Approve")).is_ok
    (heard,) = integration.heard
    assert (heard["user_id"], heard["user_name"], heard["post_id"]) == (bob.id, "bob", post.id)
    assert (heard["channel_id"], heard["team_domain"], heard["context"]) == (server.channel.id, "lab", {"run": "r1"})
    assert [word["message"] for word in bob.whispers()] == ["noted"]


async def test_a_trigger_is_signed_with_the_key_that_the_server_shows(server, integration):
    bob = server.person("bob")
    await bob.press(await carded(server, integration), "Approve")
    shown = (await bob.call("GET", "/config/client?format=old")).said["AsymmetricSigningPublicKey"]
    key = load_der_public_key(base64.b64decode(shown))
    said, _, signature = base64.b64decode(integration.heard[0]["trigger_id"]).decode().rpartition(":")
    key.verify(base64.b64decode(signature), f"{said}:".encode(), ec.ECDSA(hashes.SHA256()))
    assert said.split(":")[1] == bob.id


async def test_an_answer_can_change_the_post_and_then_its_button_is_gone(server, integration):
    bob = server.person("bob")
    post = await carded(server, integration)
    integration.says = [web.json_response({"update": {"message": "done", "props": {"key": "k"}}})]
    assert (await bob.press(post, "yes1")).is_ok
    assert (post.message, post.props) == ("done", {"key": "k"})
    assert (await bob.press(post, "yes1")).status == 404


async def test_presses_that_cannot_reach_anybody_fail_for_who_pressed(server, integration):
    bob, stranger = server.person("bob"), server.person("mallory")
    post = await carded(server, integration)
    integration.says = [web.Response(status=403), web.Response(text="no json")]
    assert [(await bob.press(post, "Approve")).status for _ in range(2)] == [400, 400]
    server.world.settings["AllowedUntrustedInternalConnections"] = ""
    refused = await bob.press(post, "Approve")
    assert (refused.status, "AllowedUntrusted" in refused.said["message"]) == (400, True)
    server.world.channels[post.channel_id].type = "P"
    server.world.channels[post.channel_id].members.discard(stranger.id)
    assert (await stranger.press(post, "Approve")).status == 403
    assert len(integration.heard) == 2


async def test_a_dialog_opens_once_for_a_trigger_and_only_while_it_lives(server, integration):
    ann, opened = await with_dialog(server, integration)
    assert opened.is_ok
    sent = {"trigger_id": integration.heard[-1]["trigger_id"], "url": integration.url, "dialog": {"title": "x"}}
    assert (await ann.call("POST", "/actions/dialogs/open", sent)).status == 400
    await ann.press(await carded(server, integration), "Approve")
    server.world.offset_ms += 31_000
    late = await ann.call("POST", "/actions/dialogs/open", sent | {"trigger_id": integration.heard[-1]["trigger_id"]})
    assert late.said["id"] == "interactive_message.decode_trigger_id.expired"


async def test_a_dialog_comes_back_with_its_state_and_the_real_sender_and_shows_errors(server, integration):
    ann, _ = await with_dialog(server, integration)
    dialog = await ann.dialog()
    integration.says = [web.json_response({"errors": {"name": "too short"}})]
    answer = await ann.submit(dialog, {"name": "x"}, user_id="somebody else")
    heard = integration.heard[-1]
    assert answer.said == {"errors": {"name": "too short"}}
    assert (heard["type"], heard["state"], heard["callback_id"]) == ("dialog_submission", "s1", "why")
    assert (heard["user_id"], heard["submission"], heard["cancelled"]) == (ann.id, {"name": "x"}, False)


async def test_a_closed_dialog_is_told_of_where_that_was_asked_for(server, integration):
    ann, _ = await with_dialog(server, integration, notify_on_cancel=True)
    assert await ann.cancel(await ann.dialog()) is not None
    assert integration.heard[-1]["cancelled"] is True
    ann, _ = await with_dialog(server, integration)
    assert await ann.cancel(await ann.dialog()) is None


@pytest.mark.parametrize(
    "shape",
    [
        {"title": "t" * 25},
        {"elements": [ELEMENT, ELEMENT]},
        {"elements": [{**ELEMENT, "display_name": "d" * 25}]},
        {"elements": [{**ELEMENT, "type": "number"}]},
        {"elements": [{**ELEMENT, "type": "select", "options": []}]},
        {"elements": [{**ELEMENT, "type": "select", "options": SELECT, "default": "xl"}]},
        {"elements": [{**ELEMENT, "max_length": 151}]},
    ],
)
async def test_a_dialog_that_clients_would_show_broken_is_refused(server, integration, shape):
    _, answer = await with_dialog(server, integration, **shape)
    assert (answer.status, answer.said["id"]) == (400, "fake.dialog.invalid")


async def commanded(server, integration):
    admin = server.person("admin")
    sent = {"team_id": server.team.id, "trigger": "threadform", "method": "P", "url": integration.url}
    return (await admin.call("POST", "/commands", sent)).said


async def test_a_command_brings_its_token_and_its_answer_is_private(server, integration):
    ann, made = server.person("ann"), await commanded(server, integration)
    integration.says = [web.json_response({"response_type": "ephemeral", "text": "hello"})]
    assert (await ann.command("/threadform plan api01")).is_ok
    (heard,) = integration.heard
    assert (heard["token"], heard["command"], heard["text"]) == (made["token"], "/threadform", "plan api01")
    assert server.outgoing.sent[0].headers["Authorization"] == f"Token {made['token']}"
    assert [word["message"] for word in ann.whispers()] == ["hello"]
    async with server.session.post(heard["response_url"], json={"text": "later"}) as late:
        assert late.status == 200
    assert [word["message"] for word in ann.whispers()] == ["hello", "later"]
    assert server.world.posts == {}


async def test_an_empty_answer_fails_a_command_and_an_unknown_one_is_not_found(server, integration):
    ann, _ = server.person("ann"), await commanded(server, integration)
    integration.says = [web.Response(text="")]
    assert (await ann.command("/threadform plan")).status == 500
    assert (await ann.command("/thread plan")).status == 404
    assert (await commanded(server, integration))["id"] == "api.command.duplicate_trigger.app_error"
