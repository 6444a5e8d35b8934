"""A stage keeps its claim while it works; work that would be in the next worker's way is given up with it."""

import asyncio
from dataclasses import replace

import pytest

from bot.domain.errors import Lost
from bot.domain.run import RunState
from bot.flow.keeping import keeping


async def claimed(flow):
    await flow.say("alice")
    return await flow.runs.claim((await flow.newest()).id, [RunState.PENDING], "w1", 30)


class Counting:
    """Runs whose renewals are counted."""

    def __init__(self, runs):
        self.runs, self.beats, self.third = runs, 0, asyncio.Event()

    async def renew(self, run, lease_s):
        await self.runs.renew(run, 30)
        self.beats += 1
        if self.beats == 3:
            self.third.set()


async def test_work_that_is_ours_goes_on_and_its_claim_is_renewed_all_the_time(flow):
    run, counting = await claimed(flow), Counting(flow.runs)
    async with keeping(counting, run, 0.03):
        await counting.third.wait()
    assert await flow.runs.claim(run.id, [RunState.PENDING], "w2", 30) is None


async def test_what_breaks_in_the_work_comes_out_as_it_is(flow):
    run = await claimed(flow)
    with pytest.raises(TimeoutError, match="of its own"):
        async with keeping(flow.runs, run, 30):
            raise TimeoutError("of its own")


async def test_a_plan_in_progress_is_stopped_when_another_worker_has_the_run(flow):
    stopped = asyncio.Event()

    class Slow:
        async def plan(self, run_id, stack, state):
            taken = None
            while taken is None:
                await flow.runs.renew(await flow.runs.get(run_id), -1)
                taken = await flow.runs.claim(run_id, [RunState.PLANNING], "w2", 30)
            try:
                await asyncio.Event().wait()
            finally:
                stopped.set()

    await flow.say("alice")
    slow = replace(flow.planning, planner=Slow(), rules=replace(flow.planning.rules, lease_s=0.15))
    with pytest.raises(Lost):
        await slow.plan((await flow.newest()).id)
    assert stopped.is_set()
    assert (await flow.newest()).state is RunState.PLANNING
