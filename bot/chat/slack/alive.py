"""That we hear is written down now and then; after a time of not hearing, what was said meanwhile is read."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import KW_ONLY, dataclass
from typing import Final

import structlog

from bot.chat.slack.catching_up import CatchingUp
from bot.chat.slack.reading import Reader
from bot.ports import Clock
from iac.errors import Broken

log = structlog.get_logger()

MARK_S: Final = 30.0
LOOK_S: Final = 1.0
PAUSE_S: Final = 4.0
GAP_S: Final = 5.0
"""A shorter gap is an ordinary change of sockets: Slack brings what it could not deliver again by itself."""


@dataclass(slots=True)
class Alive:
    """``ready`` raises ``Broken`` where nothing is heard. A start counts as the end of a gap."""

    catching: CatchingUp
    ready: Callable[[], Awaitable[object]]
    reader: Reader
    _: KW_ONLY
    now: Clock = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    pause_s: float = PAUSE_S
    _silent_since: float | None = None
    _has_gap: bool = True
    _marked_at: float = float("-inf")

    async def keep(self) -> None:
        """Look until cancelled."""
        while True:
            try:
                await self.look()
            except Broken as fault:  # Slack or the database, which come back: the gap stays open until it was read
                log.warning("slack.not_caught_up", why=str(fault))
                await self.sleep(self.pause_s)
            await self.sleep(LOOK_S)

    async def look(self) -> None:
        """One look."""
        if not await self._hears():
            return
        if self._has_gap:
            await self.catching.catch_up(self.reader)
            self._has_gap = False
        if self.now() - self._marked_at >= MARK_S:
            await self.catching.alive()
            self._marked_at = self.now()

    async def _hears(self) -> bool:
        try:
            await self.ready()
        except Broken:
            self._silent_since = self.now() if self._silent_since is None else self._silent_since
            return False
        if self._silent_since is not None and self.now() - self._silent_since > GAP_S:
            self._has_gap = True
        self._silent_since = None
        return True
