"""Keeping a claim while something long is done: the heartbeat of a stage."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from bot.domain.errors import Lost
from bot.domain.run import Run
from bot.ports import Runs
from iac.errors import Broken

log = structlog.get_logger()


@asynccontextmanager
async def keeping(runs: Runs, run: Run, lease_s: float) -> AsyncIterator[None]:
    """Renew the claim every third of its lease; once it is another's the work is given up, and is ``Lost``.

    Whoever went on would be in the way of the next worker, and the slower the machine, the more of them.
    """
    try:
        async with asyncio.timeout(None) as end:
            watching = asyncio.create_task(_until_lost(runs, run, lease_s, end))
            try:
                yield
            finally:
                watching.cancel()
                await asyncio.gather(watching, return_exceptions=True)
    except TimeoutError as early:
        if not end.expired():
            raise
        raise Lost(run.id) from early


async def _until_lost(runs: Runs, run: Run, lease_s: float, end: asyncio.Timeout) -> None:
    await _beat(runs, run, lease_s)
    end.reschedule(0)


async def _beat(runs: Runs, run: Run, lease_s: float) -> None:
    """Until the claim is lost."""
    while True:
        await asyncio.sleep(lease_s / 3)
        try:
            await runs.renew(run, lease_s)
        except Lost:
            return
        except Broken as away:
            log.warning("claim.not_renewed", run=run.id, why=str(away))
