"""The Matrix client-server API: the few calls a bot needs. A no of the server becomes an error of ours."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import httpx

from bot.chat.port import TooFast
from iac.errors import Broken, Refused

CLIENT: Final = "/_matrix/client/v3"
RELATIONS: Final = "/_matrix/client/v1"
PATIENCE_S: Final = 20.0
WAIT_S: Final = 5.0
"""How long is waited where the server says "too fast" and not for how long."""

Json = dict[str, Any]


class MatrixNo(Refused):
    """The server understood and refused: the same again would end the same."""

    def __init__(self, code: str, act: str, why: str) -> None:
        """``code`` is Matrix's own word for it, such as ``M_FORBIDDEN``."""
        super().__init__("matrix.no", act=act, why=why)
        self.code = code


def open_api(url: str, token: str) -> "MatrixApi":
    """A client of that homeserver; whoever opens it closes ``http``."""
    headers = {"authorization": f"Bearer {token}"}
    # Without TLS (on this machine alone) no authorities are read, which takes a moment.
    is_tls = url.startswith("https://")
    return MatrixApi(httpx.AsyncClient(base_url=url.rstrip("/"), headers=headers, timeout=PATIENCE_S, verify=is_tls))


def path_of(*parts: str) -> str:
    """A path of the client-server API; rooms, events and people carry signs that a path must quote."""
    return "/".join([CLIENT, *(quote(part, safe="") for part in parts)])


@dataclass(frozen=True, slots=True)
class MatrixApi:
    """One account on one homeserver.

    Every call raises ``TooFast`` where the server asks to wait, ``Broken`` where it does not answer or does not know
    the token, ``MatrixNo`` where it refuses, ValueError where what was sent is too large.
    """

    http: httpx.AsyncClient

    async def call(
        self, method: str, path: str, *, body: Mapping[str, Any] | None = None, params: Mapping[str, str] | None = None
    ) -> Json:
        """One call with its answer."""
        request = self.http.build_request(method, path, json=body, params=params)
        return await self._sent(request)

    async def whoami(self) -> str:
        """Our own user id."""
        return str((await self.call("GET", path_of("account", "whoami")))["user_id"])

    async def name_of(self, user: str) -> str:
        """What somebody is called; empty where they say nothing."""
        profile = await self.call("GET", path_of("profile", user, "displayname"))
        return str(profile.get("displayname") or "")

    async def sync(self, since: str | None, wait_s: float, only: Mapping[str, Any]) -> Json:
        """What is new since then; waits for it. ``since`` None: how it stands, at once."""
        params = {"filter": json.dumps(only), "timeout": str(int(wait_s * 1000) if since else 0)}
        params |= {"since": since} if since else {}
        request = self.http.build_request("GET", path_of("sync"), params=params, timeout=wait_s + PATIENCE_S)
        return await self._sent(request)

    async def send(self, room: str, key: str, content: Mapping[str, Any], kind: str = "m.room.message") -> str:
        """An event, and its id; the same ``key`` again is the same event."""
        path = path_of("rooms", room, "send", kind, key)
        return str((await self.call("PUT", path, body=content))["event_id"])

    async def event(self, room: str, event: str) -> Json:
        """One event of a room."""
        return await self.call("GET", path_of("rooms", room, "event", event))

    async def page(self, room: str, start: str | None, end: str | None = None) -> Json:
        """Up to a hundred events before ``start``, the newest first."""
        params = {"dir": "b", "limit": "100"} | ({"from": start} if start else {}) | ({"to": end} if end else {})
        return await self.call("GET", path_of("rooms", room, "messages"), params=params)

    async def thread(self, room: str, root: str) -> Json:
        """Up to a hundred events of a thread, the newest first."""
        return await self.related(room, root, "/m.thread")

    async def related(self, room: str, event: str, kind: str = "") -> Json:
        """Up to a hundred events that hang on one, edits too, the newest first."""
        path = f"{RELATIONS}/rooms/{quote(room, safe='')}/relations/{quote(event, safe='')}{kind}"
        return await self.call("GET", path, params={"limit": "100"})

    async def members(self, room: str) -> Mapping[str, str]:
        """Who is in a room: user id -> display name."""
        joined = (await self.call("GET", path_of("rooms", room, "joined_members")))["joined"]
        return {user: str(known.get("display_name") or "") for user, known in joined.items()}

    async def upload(self, name: str, body: bytes, kind: str = "text/plain") -> str:
        """A file, and its address on the server."""
        request = self.http.build_request(
            "POST",
            "/_matrix/media/v3/upload",
            params={"filename": name},
            content=body,
            headers={"content-type": kind},
        )
        return str((await self._sent(request))["content_uri"])

    async def _sent(self, request: httpx.Request) -> Json:
        act = f"{request.method} {request.url.path}"
        try:
            answer = await self.http.send(request)
        except httpx.TransportError as fault:
            why = f"{type(fault).__name__} {fault}".strip()
            raise Broken(act, why, key="matrix.silent", is_worth_retrying=True) from fault
        return _read(act, answer)


def _read(act: str, answer: httpx.Response) -> Json:
    try:
        found = answer.json()
    except ValueError:
        found = None
    said: Json = found if isinstance(found, dict) else {}
    code, why = str(said.get("errcode", "")), str(said.get("error", "")) or f"status {answer.status_code}"
    if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
        raise TooFast(_wait_of(said, answer))
    if answer.is_success and isinstance(found, dict):
        return said
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        raise Broken(act, why, key="matrix.token", is_worth_retrying=True)
    if answer.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE or code == "M_TOO_LARGE":
        raise ValueError(f"{act}: {why}")
    if answer.is_client_error:
        raise MatrixNo(code or str(answer.status_code), act, why)
    raise Broken(act, why, key="matrix.silent", is_worth_retrying=True)


def _wait_of(said: Json, answer: httpx.Response) -> float:
    """Seconds to wait: of the header, else of the body that older servers send."""
    header = answer.headers.get("retry-after", "")
    if header.isdecimal():
        return float(header)
    milliseconds = said.get("retry_after_ms")
    return milliseconds / 1000 if isinstance(milliseconds, int | float) else WAIT_S
