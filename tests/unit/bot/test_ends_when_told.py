"""Whoever waits for a bell ends when told to, even where the bell rings in that very moment."""

import asyncio
from types import SimpleNamespace

import pytest

from bot.chat.web.room import Wake
from bot.worker import Worker

TICKS = range(8)
"""Turns of the loop between the ring and the word to end: in one of them a waiter is between both."""


class Quiet:
    """Every part of a worker with nothing to do."""

    async def nothing(self, *_args):
        return []

    waiting = due = send = rescue = close = rest = nothing

    async def flush(self):
        return 0

    async def run(self):
        await asyncio.Event().wait()


async def settle(turns: int = 30) -> None:
    for _ in range(turns):
        await asyncio.sleep(0)


async def has_ended(task: asyncio.Task) -> bool:
    done, _ = await asyncio.wait({task}, timeout=60)
    return bool(done)


@pytest.mark.parametrize("turns", TICKS)
async def test_a_worker_ends_although_the_bell_rings_as_it_is_told_to(turns):
    quiet = Quiet()
    stages = SimpleNamespace(upkeep=quiet)
    worker = Worker(None, stages, quiet, quiet, quiet, quiet, lambda: 0.0)  # type: ignore[arg-type]
    working = asyncio.create_task(worker.run(quiet))
    await settle()
    worker.bell.set()
    await settle(turns)
    working.cancel()
    assert await has_ended(working)


@pytest.mark.parametrize("turns", TICKS)
async def test_a_stream_ends_although_something_is_said_as_it_is_told_to(turns):
    wake = Wake()

    async def forever():
        while True:
            await wake.wait(0.2)

    reading = asyncio.create_task(forever())
    await settle()
    wake.ring()
    await settle(turns)
    reading.cancel()
    assert await has_ended(reading)
