"""Small things done beside the acknowledgement: whatever breaks in one is logged and nothing waits for it."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

import structlog

log = structlog.get_logger()


@dataclass(slots=True)
class Errands:
    """Tasks that outlive the request that began them, and not their owner."""

    is_closed: bool = False
    _going: "set[asyncio.Task[None]]" = field(default_factory=set)

    def run(self, what: str, act: Coroutine[Any, Any, object]) -> None:
        """Begin one; none after ``close``."""
        if self.is_closed:
            act.close()
            return
        task = asyncio.create_task(_tried(what, act))
        self._going.add(task)
        task.add_done_callback(self._going.discard)

    async def close(self) -> None:
        """End what is going on."""
        self.is_closed = True
        going = list(self._going)
        for task in going:
            task.cancel()
        await asyncio.gather(*going, return_exceptions=True)


async def _tried(what: str, act: Coroutine[Any, Any, object]) -> None:
    try:
        await act
    except Exception:  # one errand that breaks breaks nothing else
        log.exception("errand.failed", what=what)
