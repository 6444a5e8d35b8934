"""Waiting for a condition, never for a duration."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

PATIENCE_S = 120.0
LOOK_S = 0.03
Found = TypeVar("Found")


async def until(found: Callable[[], Awaitable[Found]], what: str, seconds: float = PATIENCE_S) -> Found:
    """The first answer that is not empty; fails when none comes."""
    deadline = time.monotonic() + seconds
    while True:
        answer = await found()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:g} s: {what}")
        await asyncio.sleep(LOOK_S)
