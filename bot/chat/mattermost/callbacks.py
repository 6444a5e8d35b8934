"""Where Mattermost calls us: presses, dialogs and commands. A door: believe or refuse, store, answer.

An answer of 200 may tell the person something; whoever is not believed gets 403 and no reason, and the log has it.
"""

import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import structlog
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.chat.mattermost.bodies import Commanding, Pressing, Sending
from bot.chat.mattermost.deeds import Deeds
from bot.chat.mattermost.seal import Forged
from bot.chat.port import TooFast
from iac.errors import Broken

log = structlog.get_logger()

BODY_MOST = 1_000_000
ROOT = "/mattermost"
Said = Mapping[str, Any]
Body = TypeVar("Body", bound=BaseModel)


@dataclass(frozen=True)
class Callbacks:
    """The routes. ``tokens`` are those of our slash command: the server sends one along."""

    deeds: Deeds
    path: str
    tokens: tuple[str, ...] = field(default=(), repr=False)

    def routes(self) -> list[BaseRoute]:
        """All of them, below a part of the address that nobody can guess."""
        return [
            Route(f"{ROOT}/{{path}}/press", self._press, methods=["POST"]),
            Route(f"{ROOT}/{{path}}/dialog", self._dialog, methods=["POST"]),
            Route(f"{ROOT}/{{path}}/command", self._command, methods=["POST"]),
        ]

    async def _press(self, request: Request) -> Response:
        return await self._answer(request, Pressing, self.deeds.press)

    async def _dialog(self, request: Request) -> Response:
        return await self._answer(request, Sending, self.deeds.send)

    async def _command(self, request: Request) -> Response:
        async def act(body: Commanding) -> Said:
            if not any(_is_same(body.token, token) for token in self.tokens):
                raise Forged("not the command's token")
            return await self.deeds.command(body)

        return await self._answer(request, Commanding, act)

    async def _answer(self, request: Request, kind: type[Body], act: Callable[[Body], Awaitable[Said]]) -> Response:
        """One callback; every door is closed in the same way."""
        if not _is_same(request.path_params["path"], self.path):
            return JSONResponse({}, status_code=404)
        try:
            return JSONResponse(dict(await act(kind.model_validate(await _sent(request)))))
        except (ValidationError, ValueError) as wrong:
            log.warning("mattermost.callback_unreadable", kind=kind.__name__, why=type(wrong).__name__)
            return JSONResponse({}, status_code=400)
        except Forged as wrong:
            log.warning("mattermost.callback_refused", kind=kind.__name__, why=str(wrong))
            return JSONResponse({}, status_code=403)
        except (Broken, TooFast) as away:
            log.warning("mattermost.callback_unchecked", kind=kind.__name__, why=str(away))
            text = self.deeds.say("mattermost.unproven")
            return JSONResponse({"text": text, "error": text})


async def _sent(request: Request) -> Any:
    """The body: JSON, or a form where it is a command."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_MOST:
            raise ValueError("a body that is too long")
    if "application/x-www-form-urlencoded" in request.headers.get("content-type", ""):
        return dict(parse_qsl(body.decode(), keep_blank_values=True))
    return json.loads(bytes(body))


def _is_same(given: str, ours: str) -> bool:
    """Compared in a time that tells nothing; an empty secret is nobody's."""
    return bool(ours) and hmac.compare_digest(given.encode(), ours.encode())
