"""In HTTP mode Slack calls us: whoever is not Slack is refused, and what is heard is what a socket would bring."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import httpx
import pytest
import uvicorn

from bot.chat.port import Card, Commanded, Filled, Pressed, Said
from bot.chat.slack.door import MOST
from bot.http import build_app
from tests.fixtures.slack.fake import ALICE, BOB, OPS
from tests.fixtures.slack.workspace import buttons_of
from tests.integration.slack.conftest import CARD, FORM, place

SECRET = "of-the-tests"


@contextlib.asynccontextmanager
async def _served(room) -> AsyncIterator[str]:
    """The adapter's routes at an address of their own; hearing, with the fake calling it."""
    chat = room.again(mode="http", signing=SECRET)
    opened = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(build_app(chat.routes(), {}), log_level="warning"))
    server.capture_signals = contextlib.nullcontext
    serving = asyncio.create_task(server.serve(sockets=[opened]))
    url = f"http://127.0.0.1:{opened.getsockname()[1]}/slack/events"
    try:
        await room.slack.until(lambda: server.started, "the door is open")
        room.slack.over_http(url, SECRET)
        yield url
    finally:
        server.should_exit = True
        await serving


async def test_words_presses_commands_and_answers_come_over_signed_http(room):
    async with _served(room), room.hearing():
        assert (await room.slack.verify_url("of-the-setup")).get("challenge") == "of-the-setup"
        said = await (await room.slack.say(ALICE, OPS, "a machine")).acked()
        await room.chat.post(place(said.ts), CARD, key="k1")
        await room.slack.press(BOB, await room.slack.message(OPS, buttons_of), "approve")
        await room.slack.command(ALICE, OPS, "/threadform", "help")
        kinds = [type(event) for event in room.heard.events.values()]
    assert kinds == [Said, Pressed, Commanded]


async def test_field_errors_reach_the_modal_over_http(room):
    room.heard.errors = lambda event: {"name": "No spaces."} if isinstance(event, Filled) else None
    async with _served(room), room.hearing():
        await room.chat.post(place(), Card("Which?", (FORM,)), key="k1")
        await room.slack.press(ALICE, await room.slack.message(OPS, buttons_of), "Answer")
        assert await room.slack.fill(await room.slack.view(ALICE), {"name": "a b"}) == {"name": "No spaces."}


async def test_before_we_hear_slack_is_asked_to_come_again(room):
    async with _served(room) as url, httpx.AsyncClient() as client:
        assert (await client.post(url, content=b"{}")).status_code == 503


@pytest.mark.parametrize("is_counted", [True, False])
async def test_a_stranger_fills_no_memory(room, is_counted):
    async def endless():
        for _ in range(MOST // 100_000 + 2):
            yield b"x" * 100_000

    async with _served(room) as url, room.hearing(), httpx.AsyncClient() as client:
        content = b"x" * (MOST + 1) if is_counted else endless()
        assert (await client.post(url, content=content)).status_code == 413
