"""The door: HTTP requests into calls, answers into one packet with PVE's reason phrase."""

import asyncio
import hmac
import json
import logging
import urllib.parse
from collections import deque
from typing import Any

from aiohttp import web

from iac.lab import faults
from iac.lab.login import who_calls
from iac.lab.ports import Ports
from iac.lab.rights import Who
from iac.lab.routing import answer
from iac.lab.running import Lab
from iac.lab.steering import VERBS
from iac.lab.world import ApiError, Params, Row

LOG = logging.getLogger(__name__)
PREFIXES = ("/api2/json", "/api2/extjs")
MOST_RECORDS = 5000


class Door:
    """Answers every request; ``records`` is what was asked and answered, kept only while ``is_recording``."""

    def __init__(self, lab: Lab, ports: Ports) -> None:
        self.lab, self.ports = lab, ports
        self.wake = asyncio.Event()
        self.closing = asyncio.Event()
        self.is_recording = False
        self.records: deque[Row] = deque(maxlen=MOST_RECORDS)

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        """One request, one answer."""
        raw_path = request.rel_url.raw_path
        if raw_path.startswith("/lab/"):
            return await self._steer(request, raw_path.removeprefix("/lab/"))
        prefix = next((p for p in PREFIXES if raw_path.startswith(p)), None)
        if prefix is None:
            return _reply(404, "Not Found", {"data": None})
        path = raw_path.removeprefix(prefix).rstrip("/") or "/"
        try:
            return await self._answer(request, path)
        except faults.ClosedError:
            return self._abort(request)
        except faults.SilentError:
            await self.closing.wait()
            return self._abort(request)

    async def _answer(self, request: web.BaseRequest, path: str) -> web.Response:
        query = _parsed(request.rel_url.raw_query_string)
        body = _form(request.content_type, await request.text() if request.can_read_body else "")
        code, reason, payload = self._outcome(request, path, None if body is None else query | body)
        self.lab.tick()
        if self.lab.is_dirty:
            await self.ports.follow()
            self.wake.set()
        if self.is_recording:
            row: Row = {"m": request.method, "p": path, "q": query, "b": body or {}, "code": code, "reason": reason}
            # A copy: rows of the world change after they were answered.
            self.records.append(row | {"r": json.loads(json.dumps(payload))})
        return _reply(code, reason, payload)

    def _outcome(self, request: web.BaseRequest, path: str, params: Params | None) -> tuple[int, str, Row]:
        method = request.method
        try:
            self.lab.tick()
            faults.check(self.lab, method, urllib.parse.unquote(path))
            who = self._who(request, path)
            data = answer(self.lab, who, method, path, _readable(params))
        except ApiError as no:
            payload: Row = {"data": None, "message": no.reason + "\n"}
            return no.code, no.reason, payload | ({"errors": no.errors} if no.errors else {})
        except (faults.ClosedError, faults.SilentError):
            raise
        except Exception as broken:  # the one door: a fault of the lab's own is an answer and a log line
            LOG.exception("lab.request.broke %s %s", method, path)
            reason = f"the lab cannot do this: {type(broken).__name__}: {broken}"
            return 500, reason, {"data": None, "message": reason + "\n"}
        self.lab.is_dirty |= method != "GET"
        return 200, "OK", {"data": data}

    def _who(self, request: web.BaseRequest, path: str) -> Who:
        if path == "/access/ticket" and request.method == "POST":
            return Who(self.lab.world, "nobody")
        return who_calls(self.lab.world, request.method, request.headers, request.cookies)

    def _abort(self, request: web.BaseRequest) -> web.Response:
        if request.transport:
            request.transport.abort()
        return web.Response(status=503)

    # -- behind the API's back -----------------------------------------------
    async def _steer(self, request: web.BaseRequest, name: str) -> web.Response:
        token = f"Bearer {self.lab.world.secrets['control']}"
        if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), token.encode()):
            return _reply(401, "Unauthorized", {"error": "wrong control token"})
        args = json.loads(await request.text() or "{}")
        try:
            told = self._steered(name, args)
        except (KeyError, ValueError, TypeError) as wrong:
            return _reply(400, "Bad Request", {"error": f"{type(wrong).__name__}: {wrong}"})
        self.lab.tick()
        self.lab.is_dirty = True
        await self.ports.follow()
        self.wake.set()
        return _reply(200, "OK", told)

    def _steered(self, name: str, args: Row) -> Any:
        if name == "health":
            return {"is_ready": True}
        if name == "reach":
            return self.ports.reach()
        if name == "record":
            self.is_recording = bool(args["is_recording"])
            return None
        if name == "records":
            rows = list(self.records)
            self.records.clear()
            return rows
        if name not in VERBS:
            raise ValueError(f"no verb {name!r}; there are {', '.join(sorted(VERBS))}")
        return VERBS[name](self.lab, args)


def _reply(code: int, reason: str, payload: Any) -> web.Response:
    body = json.dumps(payload, separators=(",", ":")).encode()
    # Only one line of latin-1 can stand in a reason phrase; the whole of it is in ``message``.
    phrase = reason.partition("\n")[0].encode("latin-1", "replace").decode("latin-1")
    headers = {"Content-Type": "application/json;charset=UTF-8", "Server": "pve-api-daemon/3.0"}
    return web.Response(status=code, reason=phrase, body=body, headers=headers)


def _parsed(text: str) -> Params:
    """Form values; a name that comes more than once (a list) keeps all of them, apart by a zero byte."""
    found: Params = {}
    for name, value in urllib.parse.parse_qsl(text, keep_blank_values=True):
        found[name] = f"{found[name]}\0{value}" if name in found else value
    return found


def _form(content_type: str, raw: str) -> Params | None:
    """The parameters in a body; None where it is JSON that cannot be read as an object."""
    if "json" not in content_type or not raw:
        return _parsed(raw) if "urlencoded" in content_type else {}
    try:
        return {name: _as_form(value) for name, value in json.loads(raw).items()}
    except (ValueError, AttributeError):
        return None


def _readable(params: Params | None) -> Params:
    if params is None:
        raise ApiError(400, "malformed JSON string in the body of the request")
    return params


def _as_form(value: Any) -> str:
    if isinstance(value, bool):
        return str(int(value))
    return "\0".join(map(str, value)) if isinstance(value, list) else str(value)
