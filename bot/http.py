"""The HTTP side: health, readiness, and whatever routes the chat adapters bring."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.log import redact

Check = Callable[[], Awaitable[None]]
"""Returns when the part answers; raises with the reason when it does not."""

CHECK_S = 5.0
"""A probe that hangs tells nothing: a part that takes longer is not ready."""


def build_app(routes: Sequence[BaseRoute], checks: Mapping[str, Check], *, check_s: float = CHECK_S) -> Starlette:
    """The whole HTTP application; each check may take ``check_s`` seconds."""

    async def health(_request: Request) -> Response:
        return JSONResponse({"alive": True})

    async def ready(_request: Request) -> Response:
        reasons = await asyncio.gather(*(_found(check, check_s) for check in checks.values()))
        parts = {name: reason or "ready" for name, reason in zip(checks, reasons, strict=True)}
        is_ready = not any(reasons)
        return JSONResponse({"ready": is_ready, "parts": parts}, status_code=200 if is_ready else 503)

    return Starlette(routes=[Route("/health", health), Route("/ready", ready), *routes])


async def _found(check: Check, seconds: float) -> str | None:
    try:
        async with asyncio.timeout(seconds):
            await check()
    except TimeoutError:
        return f"no answer within {seconds:g} s"
    except Exception as fault:  # whatever it is, the part is not ready, and the probe says why
        return redact(f"{type(fault).__name__}: {fault}")
    return None
