"""The adapter behind a real HTTP server, and the fake Slack calling it there."""

import asyncio
import contextlib

import uvicorn
from starlette.applications import Starlette

from bot.chat.slack.manifest import PATH
from tests.fixtures.ports import free_port

SECRET = "a secret of the tests"


@contextlib.asynccontextmanager
async def serving(room, secret=SECRET):
    """The adapter behind a real server, and Slack calling it there."""
    chat = room.again(mode="http", signing=secret, app="")
    port = free_port()
    config = uvicorn.Config(
        Starlette(routes=list(chat.routes())),
        host="127.0.0.1",
        port=port,
        log_level="error",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    try:
        await room.slack.until(lambda: server.started, "the server is up")
        room.slack.over_http(f"http://127.0.0.1:{port}{PATH}", SECRET)
        room.slack.carrier.again_s = ()
        async with room.hearing():
            yield
    finally:
        server.should_exit = True
        await task
