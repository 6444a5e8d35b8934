"""A cluster that accepts and never answers: a plan ends by its clock or when nobody wants it any more."""

import asyncio
import time
from dataclasses import replace

import pytest

from iac.errors import TimedOut
from tests.fixtures.stacks import guest

pytestmark = pytest.mark.terraform


@pytest.fixture
async def silent(bench, control):
    """A stack that stands, on a cluster that has gone silent: its refresh waits."""
    plan = await bench.plan(guest())
    assert (await asyncio.to_thread(bench.apply, plan.digest)).errors == ()
    await asyncio.to_thread(control.silence)
    yield bench
    await asyncio.to_thread(control.silence, is_silent=False)


async def test_the_wall_clock_ends_a_plan_that_hangs(silent):
    began = time.monotonic()
    with pytest.raises(TimedOut):
        await silent.plan(guest(cores=8), planner=replace(silent.planner, seconds=2))
    assert time.monotonic() - began < 30
    assert not (silent.directory / "plan.tfplan").exists()


async def test_a_plan_that_nobody_waits_for_any_more_is_stopped(silent):
    planning = asyncio.ensure_future(silent.plan(guest(cores=8)))
    end = time.monotonic() + 10
    while not (silent.directory / ".terraform.tfstate.lock.info").exists():
        assert time.monotonic() < end
        await asyncio.sleep(0.01)
    began = time.monotonic()
    planning.cancel()
    with pytest.raises(asyncio.CancelledError):
        await planning
    assert time.monotonic() - began < 20
    assert not (silent.directory / ".terraform.tfstate.lock.info").exists()
