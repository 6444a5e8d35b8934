"""Calls of Slack's Web API: one connection pool, and what went wrong said in our own errors."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.web.async_client import AsyncWebClient

from bot.chat.port import TooFast
from iac.errors import Broken

Json = Mapping[str, Any]

CALL_S: Final = 20.0
"""Shorter than one send may take: what hangs is known as such before it is taken from us."""
LIMITED: Final = "ratelimited"
WAIT_S: Final = 1.0
"""Where Slack says that it is too fast, and not for how long."""
PASSING: Final = frozenset(
    {"internal_error", "fatal_error", "service_unavailable", "team_added_to_org", "request_timeout", "timeout"}
)
"""Answers that say nothing about what was asked: the same again may help, and something may have been done."""
OK, TOO_MANY, SERVER_ERROR = 200, 429, 500


class No(Exception):
    """Slack's considered no: nothing was done. ``code`` is its word for it, ``needed`` the scope that is missing."""

    def __init__(self, method: str, code: str, needed: str = "") -> None:
        """As Slack answered."""
        super().__init__(f"{method}: {code}{f' (needs {needed})' if needed else ''}")
        self.method, self.code, self.needed = method, code, needed


class Unsure(Broken):
    """Slack shares files by and by: whether this one will be there, only the thread can tell, a moment later."""

    def __init__(self, act: str, why: str) -> None:
        """As the call broke."""
        super().__init__(act, why, is_worth_retrying=True)


@dataclass(slots=True)
class Calls:
    """The Web API with one token. Nothing is retried here: a post is not idempotent, and the outbox knows better."""

    token: str = field(repr=False)
    url: str
    is_closed: bool = False
    _session: aiohttp.ClientSession | None = None
    _client: AsyncWebClient | None = field(default=None, repr=False)

    @property
    def client(self) -> AsyncWebClient:
        """Slack's own client on our connections; made where it is first needed, inside the event loop."""
        connections = self._connections()
        if self._client is None:
            self._client = AsyncWebClient(self.token, self.url, session=connections, retry_handlers=[])
            # The client knows proxies from the environment, and none of the exceptions beside them.
            self._client.proxy = proxy_for(self.url)
        return self._client

    async def call(self, method: str, /, **said: Any) -> Json:
        """Say or do something. Raises ``No``, ``TooFast``, or ``Broken`` where nobody knows what was done."""
        return (await self._made(method, json=without_none(said)))[0]

    async def read(self, method: str, /, **said: Any) -> Json:
        """Ask for something; the methods that read take no JSON."""
        return (await self._made(method, data=without_none(said)))[0]

    async def whoami(self) -> tuple[Json, str]:
        """``auth.test`` and the scopes of the token, as Slack lists them; empty where it does not."""
        found, headers = await self._made("auth.test")
        return found, str(headers.get("x-oauth-scopes", ""))

    async def upload(self, channel: str, thread: str, name: str, text: str, kind: str) -> None:
        """A whole text as a file of a thread, in Slack's three steps; ``Unsure`` where it may be shared or not."""
        content = text.encode()
        about = {"filename": name, "length": len(content), "snippet_type": kind}
        begun = await self.read("files.getUploadURLExternal", **about)
        await self._put(str(begun["upload_url"]), content)
        shared: list[dict[str, str | None]] = [{"id": str(begun["file_id"]), "title": name}]
        try:
            await self.client.files_completeUploadExternal(files=shared, channel_id=channel, thread_ts=thread)
        except Exception as fault:
            told = translated("files.completeUploadExternal", fault)
            raise (Unsure(told.act, told.why) if isinstance(told, Broken) else told) from fault

    async def _put(self, url: str, content: bytes) -> None:
        """The bytes, at the address that Slack gave; nobody sees them before they are shared."""
        act = "uploading a file to Slack"
        try:
            async with self._connections().post(url, data=content, proxy=proxy_for(url)) as answer:
                if answer.status != OK:
                    raise Broken(act, f"HTTP {answer.status}", is_worth_retrying=True)
        except (aiohttp.ClientError, TimeoutError, OSError) as fault:
            raise translated("upload address", fault) from fault

    async def close(self) -> None:
        """Let go of the connections, for good."""
        self.is_closed = True
        if self._session is not None:
            await self._session.close()

    def _connections(self) -> aiohttp.ClientSession:
        if self.is_closed:
            raise Broken("calling Slack", "we are closing", is_worth_retrying=True)
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=CALL_S))
        return self._session

    async def _made(self, method: str, **how: Any) -> tuple[Json, Mapping[str, str]]:
        try:
            answer = await self.client.api_call(method, **how)
        except Exception as fault:
            raise translated(method, fault) from fault
        found = answer.data if isinstance(answer.data, dict) else {}
        return found, {name.lower(): value for name, value in answer.headers.items()}


def translated(method: str, fault: Exception) -> Exception:
    """Slack's words and the network's as our errors."""
    act = f"calling Slack's {method}"
    if isinstance(fault, SlackApiError):
        return _of_answer(method, act, fault.response)
    if isinstance(fault, aiohttp.ClientError | TimeoutError | OSError | SlackRequestError):
        why = str(fault) or "no answer in time"
        return Broken(act, f"{type(fault).__name__}: {why}", is_worth_retrying=True)
    return fault


def proxy_for(url: str) -> str | None:
    """The proxy of the environment, unless it says that this host is reached without one."""
    parts = urlsplit(url)
    if not parts.hostname or proxy_bypass(parts.hostname):
        return None
    return getproxies().get(parts.scheme)


def without_none(said: Json) -> dict[str, Any]:
    """What was given."""
    return {name: value for name, value in said.items() if value is not None}


def _of_answer(method: str, act: str, response: Any) -> Exception:
    """An answer that is no yes: too fast, a no, or a server that broke in the middle."""
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0) or 0)
    said = getattr(response, "data", None)
    said = said if isinstance(said, dict) else {}
    code = str(said.get("error") or "")
    if status == TOO_MANY or code == LIMITED:
        return TooFast(_seconds(response.headers))
    if not code or code in PASSING or status >= SERVER_ERROR:
        return Broken(act, code or f"HTTP {status}", is_worth_retrying=True)
    return No(method, code, str(said.get("needed") or ""))


def _seconds(headers: Mapping[str, str]) -> float:
    given = {name.lower(): value for name, value in headers.items()}.get("retry-after", "")
    try:
        return max(0.0, float(given))
    except ValueError:
        return WAIT_S
