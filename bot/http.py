"""The HTTP side: health, readiness, and whatever routes the chat adapters bring."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

Check = Callable[[], Awaitable[None]]
"""Returns when the part answers; raises with the reason when it does not."""


def build_app(routes: Sequence[BaseRoute], checks: Mapping[str, Check]) -> Starlette:
    """The whole HTTP application."""

    async def health(_request: Request) -> Response:
        return JSONResponse({"alive": True})

    async def ready(_request: Request) -> Response:
        found = {name: await _found(check) for name, check in checks.items()}
        is_ready = all(reason is None for reason in found.values())
        parts = {name: reason or "ready" for name, reason in found.items()}
        return JSONResponse({"ready": is_ready, "parts": parts}, status_code=200 if is_ready else 503)

    return Starlette(routes=[Route("/health", health), Route("/ready", ready), *routes])


async def _found(check: Check) -> str | None:
    try:
        await check()
    except Exception as fault:  # whatever it is, the part is not ready, and the probe says why
        return f"{type(fault).__name__}: {fault}"
    return None
