"""The first moments of a worker: it takes no job before it knows what jobs are judged by."""

import asyncio
from types import SimpleNamespace

from bot.worker import Worker
from tests.unit.bot.test_ends_when_told import Quiet, settle


class Queue(Quiet):
    """A queue that remembers whether it was asked."""

    is_asked = False

    async def run(self):
        self.is_asked = True
        await asyncio.Event().wait()


def worker(*first) -> Worker:
    quiet = Quiet()
    stages = SimpleNamespace(upkeep=quiet)
    return Worker(None, stages, quiet, quiet, quiet, quiet, lambda: 0.0, first=first)  # type: ignore[arg-type]


async def test_no_job_is_taken_before_what_comes_first():
    queue, read = Queue(), asyncio.Event()
    working = asyncio.create_task(worker(read.wait).run(queue))
    await settle()
    assert not queue.is_asked
    read.set()
    await settle()
    assert queue.is_asked
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


async def test_what_fails_at_first_keeps_nobody_from_working():
    async def broken():
        raise OSError("no answer")

    queue = Queue()
    working = asyncio.create_task(worker(broken).run(queue))
    await settle()
    assert queue.is_asked
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
