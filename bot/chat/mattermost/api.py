"""Mattermost's REST API as far as we use it: one method an act, JSON values in and out."""

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import httpx
import structlog

from bot.chat.mattermost.faults import Denied, Gone, Unreachable
from bot.chat.port import TooFast

log = structlog.get_logger()

Json = dict[str, Any]

CALL_S = 15.0
"""Wall clock of one call; a file may take longer."""
UPLOAD_S = 60.0
AGAIN_S = (0.2, 0.8)
"""Pauses before a post of unknown fate is sent again under the same pending id: the server keeps it once for 30 s."""
BUSY, NOT_FOUND, SERVER_ERROR = 429, 404, 500
WAIT_S, WAIT_MOST_S = 1.0, 60.0
WHY_MOST = 300
PAGE = 200


@dataclass(frozen=True, slots=True)
class Api:
    """One server as one account sees it. Every method raises ``Unreachable``, ``Denied`` or ``TooFast``."""

    url: str
    client: httpx.AsyncClient = field(repr=False)
    tls: ssl.SSLContext | None = None

    @classmethod
    def at(cls, url: str, token: str, tls: ssl.SSLContext | None = None) -> Self:
        """A server by its address; the environment's proxies are not asked: it stands in your own network."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        limits = httpx.Limits(max_connections=20)
        client = httpx.AsyncClient(
            base_url=f"{url.rstrip('/')}/api/v4",
            headers=headers,
            timeout=CALL_S,
            trust_env=False,
            verify=tls or url.startswith("https"),  # to read all authorities takes a while
            limits=limits,
        )
        return cls(url.rstrip("/"), client, tls)

    async def close(self) -> None:
        """Give the connections back."""
        await self.client.aclose()

    async def get(self, path: str, **query: str | int) -> Any:
        """Read something."""
        return await self.call("GET", path, params=query or None)

    async def post(self, path: str, body: Any) -> Any:
        """Make something."""
        return await self.call("POST", path, json=body)

    async def put(self, path: str, body: Any) -> Any:
        """Change something."""
        return await self.call("PUT", path, json=body)

    async def create_post(self, body: Mapping[str, Any]) -> Json:
        """One new post; sent again under its pending id where its fate is not known."""
        for pause in AGAIN_S:
            try:
                return dict(await self.post("/posts", dict(body)))
            except Unreachable as away:
                log.info("mattermost.post_again", why=away.why)
                await asyncio.sleep(pause)
        return dict(await self.post("/posts", dict(body)))

    async def upload(self, channel: str, name: str, text: str) -> str:
        """Put a file up for a post of that channel; its id."""
        files = {"files": (name, text.encode(), "text/plain")}
        made = await self.call("POST", "/files", data={"channel_id": channel}, files=files, timeout=UPLOAD_S)
        return str(made["file_infos"][0]["id"])

    async def pages(self, path: str) -> Sequence[Json]:
        """All entries of a list that comes in pages."""
        found: list[Json] = []
        for page in range(500):
            some = await self.get(path, page=page, per_page=PAGE)
            found += some
            if len(some) < PAGE:
                break
        return found

    async def call(self, method: str, path: str, **more: Any) -> Any:
        """One call, and what it answered."""
        act = f"{method} {path}"
        try:
            answer = await self.client.request(method, path, **more)
        except httpx.HTTPError as fault:
            raise Unreachable(act, f"{type(fault).__name__}: {fault}") from fault
        return _read(act, answer)


def _read(act: str, answer: httpx.Response) -> Any:
    if answer.status_code == BUSY:
        raise TooFast(_wait_of(answer.headers))
    try:
        body = answer.json()
    except ValueError as wrong:
        body = None
        if answer.is_success:
            raise Unreachable(act, "the answer is not JSON: is this the address of a Mattermost server?") from wrong
    if answer.is_success:
        return body
    said = body if isinstance(body, dict) else {}
    why = f"{answer.status_code} {said.get('message') or answer.reason_phrase}"[:WHY_MOST]
    if answer.status_code >= SERVER_ERROR:
        raise Unreachable(act, why)
    kind = Gone if answer.status_code == NOT_FOUND else Denied
    raise kind(act, why, answer.status_code, str(said.get("id") or ""))


def _wait_of(headers: Mapping[str, str]) -> float:
    """Seconds that the server asks to wait."""
    for name in ("Retry-After", "X-RateLimit-Reset"):
        try:
            return min(WAIT_MOST_S, max(WAIT_S / 10, float(headers[name])))
        except (KeyError, ValueError):
            continue
    return WAIT_S
