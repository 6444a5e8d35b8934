"""``threadform serve | web | worker | migrate``: the long-running processes."""

import argparse
import asyncio
import contextlib
import faulthandler
import signal
import socket
from collections.abc import Coroutine, Mapping
from typing import Any

import structlog
import uvicorn

from bot import log
from bot.http import Check, Listener, build_app
from bot.settings import Settings
from bot.store.trust import LOOK_EVERY_S
from bot.wiring.app import App, build, migrate
from bot.worker import Duty
from iac.errors import Broken, ThreadformError

events = structlog.get_logger()

STOP_MOST_S = 13.0
"""A stop that takes longer than the grace of the jobs in hand ends where it stands, and says where that was: nothing
is lost by an end without warning, and a service manager would do the same later and without a word."""


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Run until SIGTERM or SIGINT."""
    log.configure(settings.log_format, settings.log_level)
    if arguments.command == "migrate":
        asyncio.run(migrate(settings))
        return 0
    asyncio.run(_live(settings, arguments.command))
    return 0


async def _live(settings: Settings, what: str) -> None:
    stop = asyncio.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signum, stop.set)
    async with build(settings) as app:
        tasks = [asyncio.create_task(work) for work in works(app, settings, what)]
        stopping = asyncio.create_task(stop.wait())
        done, _ = await asyncio.wait([*tasks, stopping], return_when=asyncio.FIRST_COMPLETED)
        faulthandler.dump_traceback_later(STOP_MOST_S, exit=True)
        for task in (*tasks, stopping):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for task in done - {stopping}:
            task.result()


def works(app: App, settings: Settings, what: str) -> list[Coroutine[Any, Any, None]]:
    """The coroutines of one kind of process."""
    found: list[Coroutine[Any, Any, None]] = []
    if what in ("serve", "web"):
        found += [app.chat.run(app.sink), serve_page(app, settings)]
        found += [listening.keep(app.sink) for listening in app.listening]
        found += [_serve(listener) for listener in app.listeners()]
    if what == "web":  # a worker reads the trail by itself
        found += [Duty("audit", app.trust.look, LOOK_EVERY_S).keep()]
    if what in ("serve", "worker"):
        found += [app.worker.run(app.consumer), _warm(app)]
    return found


async def _warm(app: App) -> None:
    """Warm up beside everything else; a part that cannot be warmed says so when it is needed."""
    try:
        await app.warm()
    except (ThreadformError, OSError) as fault:
        events.warning("warming.failed", why=str(fault))
    await asyncio.Event().wait()


async def serve_page(app: App, settings: Settings, port: int | None = None) -> None:
    """Serve the page, and what chats offer below its address, until cancelled."""
    hint = "THREADFORM_WEB_HOST and THREADFORM_WEB_PORT name another address"
    chosen = settings.web_port if port is None else port
    await _serve(Listener(settings.web_host, chosen, app.routes(), hint), app.checks)


async def _serve(listener: Listener, checks: Mapping[str, Check] | None = None) -> None:
    """Serve HTTP until cancelled; ``Broken`` where the address cannot be had."""
    config = uvicorn.Config(
        build_app(listener.routes, checks or {}),
        log_level="warning",
        # An open event stream never ends by itself: do not wait for it.
        timeout_graceful_shutdown=1,
    )
    opened = _opened(listener)
    server = uvicorn.Server(config)
    # The signals are the process's own: a server that takes them gives them back when another has them.
    server.capture_signals = contextlib.nullcontext  # type: ignore[assignment, method-assign]
    serving = asyncio.create_task(server.serve(sockets=[opened]))
    try:
        await asyncio.shield(serving)
    finally:
        # Cancelled in the middle, it would leave its port open: it is asked to end, and ends within a second.
        server.should_exit = True
        await asyncio.gather(serving, return_exceptions=True)


def _opened(at: Listener) -> socket.socket:
    """The socket of the page: opened by us, because the server would end the process without a word of ours."""
    try:
        family, _, _, _, address = socket.getaddrinfo(at.host, at.port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address, family=family)
    except OSError as fault:
        raise Broken(f"opening the page on {at.host}:{at.port}", f"{fault.strerror or fault}; {at.hint}") from fault
