"""People's names: Slack's events carry ids only. Looked up once in a while, and never waited for long."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Final

import structlog

from bot.chat.port import TooFast
from bot.chat.slack.calling import Calls, No
from bot.ports import Clock
from iac.errors import Broken

log = structlog.get_logger()

FRESH_S: Final = 3_600.0
WAIT_S: Final = 0.3
"""How long a message waits for the name of who wrote it: it is to be stored and acknowledged, with or without."""
MOST: Final = 10_000


@dataclass(slots=True)
class Names:
    """Names by user id; whoever is not known yet is called by the id, and asked for."""

    calls: Calls
    _: KW_ONLY
    now: Clock = time.monotonic
    wait_s: float = WAIT_S
    known: dict[str, str] = field(default_factory=dict)
    _read_at: dict[str, float] = field(default_factory=dict)
    _asking: "dict[str, asyncio.Task[None]]" = field(default_factory=dict)

    async def learn(self, user: str) -> Mapping[str, str]:
        """Every name we know, with this one if Slack tells it soon."""
        if user and self._is_old(user) and user not in self._asking:
            self._asking[user] = asyncio.create_task(self._ask(user))
        asking = self._asking.get(user)
        if asking is not None and user not in self.known:
            await asyncio.wait({asking}, timeout=self.wait_s)
        return self.known

    async def close(self) -> None:
        """Ask no more."""
        for asking in self._asking.values():
            asking.cancel()
        await asyncio.gather(*self._asking.values(), return_exceptions=True)

    def _is_old(self, user: str) -> bool:
        return self.now() - self._read_at.get(user, -FRESH_S) >= FRESH_S

    async def _ask(self, user: str) -> None:
        # Asked again in a while even where there was no answer: a name is not worth a queue at a struggling Slack.
        self._read_at[user] = self.now()
        try:
            found = (await self.calls.read("users.info", user=user))["user"]
        except (No, TooFast, Broken, LookupError) as fault:
            log.info("name.not_read", user=user, why=str(fault))
            return
        finally:
            self._asking.pop(user, None)
        if len(self.known) >= MOST:
            self.known.clear()
            self._read_at.clear()
        about = found.get("profile") or {}
        name = about.get("display_name") or about.get("real_name") or found.get("real_name") or found.get("name")
        if name:
            self.known[user] = str(name)
