"""The socket of Socket Mode, opened in time or not at all, and watched: Slack's client has ways to lose it for ever."""

import asyncio
import json
import time
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, Final

import structlog
from aiohttp import WSMessage, WSMsgType
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp

from bot.chat.slack.calling import proxy_for
from bot.ports import Clock
from iac.errors import Broken

log = structlog.get_logger()

PING_S: Final = 5.0
CONNECT_S: Final = 20.0
PATIENCE_S: Final = 10.0
"""How long after Slack said goodbye a new socket may take before it is asked for once more."""
TICK_S: Final = 1.0
CLOSE_S: Final = 2.0
ACT: Final = "opening Slack's socket"


@dataclass(slots=True)
class Watch:
    """Whether Slack said goodbye and nothing has said hello since: the old socket goes on answering pings."""

    now: Clock
    leaving: float | None = None
    hello: asyncio.Event = field(default_factory=asyncio.Event)

    async def heard(self, frame: WSMessage) -> None:
        """One raw frame; the client tells of a ``disconnect`` nowhere else."""
        if frame.type is not WSMsgType.TEXT or not str(frame.data).startswith("{"):
            return
        kind = json.loads(frame.data).get("type")
        if kind == "hello":
            self.leaving = None
            self.hello.set()
        elif kind == "disconnect":
            self.leaving = self.now() if self.leaving is None else self.leaving

    def is_stuck(self, patience_s: float) -> bool:
        """Whether the goodbye is too long ago."""
        return self.leaving is not None and self.now() - self.leaving > patience_s


@dataclass(slots=True)
class Link:
    """One socket for as long as the chat is heard."""

    app: AsyncApp
    token: str = field(repr=False)
    url: str
    _: KW_ONLY
    ping_s: float = PING_S
    connect_s: float = CONNECT_S
    patience_s: float = PATIENCE_S
    tick_s: float = TICK_S
    close_s: float = CLOSE_S
    now: Clock = time.monotonic
    _handler: Any = None
    _watch: Watch = field(init=False)

    def __post_init__(self) -> None:
        """Nothing was heard yet."""
        self._watch = Watch(self.now)

    async def open(self) -> None:
        """Connect; ``Broken`` where Slack does not say hello in time: its client would try for ever."""
        handler = AsyncSocketModeHandler(self.app, self.token, ping_interval=self.ping_s)
        handler.client.proxy = proxy_for(self.url)
        handler.client.on_message_listeners.append(self._watch.heard)
        self._handler = handler
        try:
            async with asyncio.timeout(self.connect_s):
                await handler.client.connect()  # type: ignore[no-untyped-call]
                await self._watch.hello.wait()
        except TimeoutError:
            raise Broken(ACT, f"no hello within {self.connect_s:g} s", is_worth_retrying=True) from None

    async def stay(self) -> None:
        """Watch until cancelled."""
        while True:
            await asyncio.sleep(self.tick_s)
            if self._watch.is_stuck(self.patience_s):
                self._watch.leaving = self.now()
                await self._reconnect()

    def check(self) -> None:
        """Raise ``Broken`` where nothing is heard."""
        client = self._handler.client if self._handler is not None else None
        if client is None or client.stale or client.current_session is None or client.current_session.closed:
            raise Broken("listening to Slack", "the socket is closed; it is being opened again", is_worth_retrying=True)
        if self._watch.leaving is not None:
            raise Broken(
                "listening to Slack", "Slack said goodbye; a new socket is being opened", is_worth_retrying=True
            )

    async def close(self) -> None:
        """Hang up; a peer that does not answer our goodbye is not waited for."""
        handler, self._handler = self._handler, None
        if handler is None:
            return
        client = handler.client
        tasks = [client.message_processor, client.current_session_monitor, client.message_receiver]
        try:
            async with asyncio.timeout(self.close_s):
                await handler.close_async()
        except TimeoutError:
            log.info("slack.not_answered", what="our goodbye")
        for task in filter(None, tasks):
            task.cancel()
        await asyncio.gather(*filter(None, tasks), return_exceptions=True)
        await client.aiohttp_client_session.close()

    async def _reconnect(self) -> None:
        log.warning("slack.reconnecting", why="goodbye without a new hello")
        try:
            async with asyncio.timeout(self.connect_s):
                await self._handler.client.connect_to_new_endpoint(force=True)
        except Exception as fault:  # noqa: BLE001 - tried again after the same patience
            log.warning("slack.not_reconnected", why=f"{type(fault).__name__}: {fault}")
