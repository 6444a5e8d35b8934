"""Bolt as transport and verifier only: every genuine request ends in our ear, before Bolt asks anybody anything."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.chat.slack.manifest import PATH
from bot.store.turns import hurried
from iac.errors import Broken

Json = Mapping[str, Any]
Hear = Callable[[Json], Awaitable[Json]]

MOST: Final = 1_000_000
"""Bytes of a request: Slack's are far smaller, and whoever is not Slack is to fill no memory."""
TOO_LARGE, NOT_YET = 413, 503


def app_of(client: AsyncWebClient, hear: Hear, signing_secret: str | None = None) -> AsyncApp:
    """An app without listeners. ``hear`` runs before authorization: what fails there is acknowledged unheard.

    With a signing secret every request is verified first; a socket needs none. ``Broken`` where it is empty: Bolt
    would start with it, and answer 500 to every real request.
    """
    if signing_secret is not None and not signing_secret.strip():
        raise Broken("starting Slack's HTTP mode", "THREADFORM_SLACK_SIGNING_SECRET is empty")

    async def intake(body: Json, next_: Callable[[], Awaitable[BoltResponse]]) -> BoltResponse:
        if body.get("type") == "url_verification":  # Bolt answers it later in the chain
            return await next_()
        with hurried():
            answer = await hear(body)
        if not answer:
            return BoltResponse(status=200, body="")
        return BoltResponse(status=200, body=json.dumps(answer), headers={"content-type": ["application/json"]})

    return AsyncApp(
        client=client,
        signing_secret=signing_secret,
        request_verification_enabled=signing_secret is not None,
        before_authorize=intake,
    )


def route_of(app: Callable[[], AsyncApp | None]) -> BaseRoute:
    """Where Slack calls in HTTP mode; before we are ready it is asked to come again."""

    async def hear(request: Request) -> Response:
        ready = app()
        if ready is None:
            return Response("not yet", status_code=NOT_YET)
        if await _is_too_large(request):
            return Response("too large", status_code=TOO_LARGE)
        return await AsyncSlackRequestHandler(ready).handle(request)

    return Route(PATH, hear, methods=["POST"])


async def _is_too_large(request: Request) -> bool:
    """Read at most so much; the body that was read is the one that Bolt gets."""
    size = 0
    chunks: list[bytes] = []
    async for chunk in request.stream():
        size += len(chunk)
        if size > MOST:
            return True
        chunks.append(chunk)
    request._body = b"".join(chunks)  # noqa: SLF001 - as Request.body() itself keeps it
    return False
