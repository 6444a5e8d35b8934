"""Keeps a chat connected: what ends it is said with its reason, takes no other chat down, and is tried again."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import KW_ONLY, dataclass
from typing import Final, Protocol, runtime_checkable

import structlog

from bot.chat.port import Chat, Sink
from bot.ports import Clock
from iac.errors import Broken

log = structlog.get_logger()

PAUSE_S: Final = 5.0
PAUSE_MAX_S: Final = 300.0
STEADY_S: Final = 60.0
"""A chat that ran for so long was well: what ends it then is a new fault, and is tried again soon."""


@runtime_checkable
class HasState(Protocol):
    """A chat that knows whether it is connected."""

    async def ready(self) -> str | None:
        """A remark or nothing where people are heard; ``Broken`` with the reason where they are not."""
        ...


@dataclass(slots=True)
class Listening:
    """One chat of this process, heard for as long as the process lives."""

    name: str
    chat: Chat
    _: KW_ONLY
    pause_s: float = PAUSE_S
    now: Clock = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    is_begun: bool = False
    fault: Broken | None = None

    async def keep(self, sink: Sink) -> None:
        """Hear until cancelled; after a fault again, in growing pauses: a token may be put right meanwhile."""
        self.is_begun = True
        tries = 0
        while True:
            began = self.now()
            self.fault = await self._run(sink)
            tries = 1 if self.now() - began > STEADY_S else tries + 1
            pause = min(PAUSE_MAX_S, self.pause_s * 2 ** min(tries - 1, 10))
            log.error("chat.ended", chat=self.name, why=str(self.fault.why), again_in_s=pause)
            await self.sleep(pause)

    async def check(self) -> str | None:
        """For /ready: whether people are heard here."""
        if not self.is_begun:
            return "ready to speak; another process listens"
        if not isinstance(self.chat, HasState):
            if self.fault is not None:
                raise self.fault
            return None
        try:
            return await self.chat.ready()
        except Broken as not_yet:
            # Why it ended tells more than that it is not there.
            raise (self.fault or not_yet) from not_yet

    async def _run(self, sink: Sink) -> Broken:
        """One life of the chat; why it ended."""
        act = f"listening on {self.name}"
        try:
            await self.chat.run(sink)
        except Broken as fault:
            return fault
        except Exception as fault:  # the one door of all adapters: the others are not to notice
            log.exception("chat.broke", chat=self.name)
            return Broken(act, f"{type(fault).__name__}: {fault}", is_worth_retrying=True)
        return Broken(act, "it ended by itself", is_worth_retrying=True)
