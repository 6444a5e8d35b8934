"""Watching a private server, and starting it again when it is gone: its memory is short, its being there is not."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Generic, Protocol, TypeVar

import structlog

from iac.errors import Broken

log = structlog.get_logger()

LOOK_EVERY_S: Final = 0.5
MISSES: Final = 3
"""One answer that is late is no death: a second server in the same place would split the memory."""


class Server(Protocol):
    """What is watched."""

    def is_there(self) -> bool:
        """Whether it answers, or is at least alive as a child of ours; may block for a second."""
        ...


S = TypeVar("S", bound=Server)


@dataclass(slots=True)
class Watch(Generic[S]):
    """The server as it stands; ``again`` finds another one, or starts one, behind the same URL."""

    server: S
    again: Callable[[], Awaitable[S]]
    _task: "asyncio.Task[None] | None" = None

    def begin(self) -> None:
        """Watch until ``end``. Runs in the loop of the caller: a child dies with the thread that made it."""
        self._task = asyncio.get_running_loop().create_task(self._watch())

    async def end(self) -> None:
        """Watch no more; the server is left as it is."""
        if self._task is not None:
            self._task.cancel()
            # A loop that is gone has ended its tasks already.
            with contextlib.suppress(asyncio.CancelledError, RuntimeError):
                await self._task

    async def _watch(self) -> None:
        misses = 0
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            misses = 0 if await asyncio.to_thread(self.server.is_there) else misses + 1
            if misses < MISSES:
                continue
            try:
                self.server = await self.again()
                misses = 0
                log.warning("memory.started_again")
            except (Broken, OSError) as fault:
                log.error("memory.not_started", why=str(fault))  # noqa: TRY400 - the cause is in the sentence
