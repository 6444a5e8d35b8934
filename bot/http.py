"""The HTTP side: health, readiness, and whatever routes the chat adapters bring."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.log import redact
from iac.errors import Broken

Check = Callable[[], Awaitable[str | None]]
"""Returns when the part would do its work, with a remark if there is one; raises with the reason when it would not."""

CHECK_S = 5.0
"""A probe that hangs tells nothing: a part that takes longer is not ready."""
REASON_MOST = 300
READY = "ready"


@dataclass(frozen=True, slots=True)
class Listener:
    """An address of its own beside the page's, for callbacks that nobody else is to reach.

    ``hint`` names the settings that choose another one.
    """

    host: str
    port: int
    routes: Sequence[BaseRoute]
    hint: str = ""


@runtime_checkable
class HasRoutes(Protocol):
    """A chat that is called below the page's address."""

    def routes(self) -> Sequence[BaseRoute]:
        """Its routes; none where it is not called."""
        ...


@runtime_checkable
class HasListener(Protocol):
    """A chat that is called at an address of its own."""

    def listener(self) -> Listener | None:
        """Where, and what is there; None where it is not called."""
        ...


def build_app(routes: Sequence[BaseRoute], checks: Mapping[str, Check], *, check_s: float = CHECK_S) -> Starlette:
    """The whole HTTP application; each check may take ``check_s`` seconds."""
    probes = {name: Probe(check, check_s) for name, check in checks.items()}

    async def health(_request: Request) -> Response:
        return JSONResponse({"alive": True})

    async def ready(_request: Request) -> Response:
        found = await asyncio.gather(*(probe.look() for probe in probes.values()))
        parts = {name: said for name, (_is_ready, said) in zip(probes, found, strict=True)}
        is_ready = all(each for each, _said in found)
        return JSONResponse({"ready": is_ready, "parts": parts}, status_code=200 if is_ready else 503)

    return Starlette(routes=[Route("/health", health), Route("/ready", ready), *routes])


@dataclass(slots=True)
class Probe:
    """One check, asked as often as anybody likes: one that hangs is left to end by itself, and not asked again."""

    check: Check
    seconds: float
    _asking: "asyncio.Future[str | None] | None" = None

    async def look(self) -> tuple[bool, str]:
        """Whether the part is ready, and the words for it."""
        if self._asking is None:
            self._asking = asyncio.ensure_future(self.check())
        asking = self._asking
        # Not ``asyncio.timeout``: that waits for the end of what it cancelled, and a locked database takes its time.
        done, _ = await asyncio.wait({asking}, timeout=self.seconds)
        if not done:
            return False, f"no answer within {self.seconds:g} s"
        self._asking = None
        fault = asking.exception()
        return (True, asking.result() or READY) if fault is None else (False, _reason(fault))


def _reason(fault: BaseException) -> str:
    """A few words: what was being done and why it failed; of what is no fault of ours, its own."""
    words = f"{fault.act}: {fault.why}" if isinstance(fault, Broken) else f"{type(fault).__name__}: {fault}"
    line = redact(" ".join(words.split()))
    return line if len(line) <= REASON_MOST else f"{line[: REASON_MOST - 1]}…"
