"""A cluster that accepts and never answers: a plan ends by its clock or when nobody wants it any more."""

import asyncio
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from iac.errors import TimedOut
from iac.terraform.standby import Standby
from tests.fixtures.stacks import guest

pytestmark = pytest.mark.terraform
SOON = 200
"""Seconds: the grace, and much room for a machine that is busy."""


@pytest.fixture
async def silent(bench, control):
    """A stack that stands, on a cluster that has gone silent: its refresh waits."""
    plan = await bench.plan(guest())
    assert (await asyncio.to_thread(bench.apply, plan.digest)).errors == ()
    await asyncio.to_thread(control.silence)
    yield bench
    await asyncio.to_thread(control.silence, is_silent=False)


@pytest.fixture(params=["alone", "standby"])
def planner(request, silent):
    """Terraform with a provider of its own, and with one that stands by outside of its group."""
    standby = Standby(silent.toolchain, silent.credentials) if request.param == "standby" else None
    yield replace(silent.planner, standby=standby)
    if standby:
        standby.close()


async def test_the_wall_clock_ends_a_plan_that_hangs(silent, planner):
    began = time.monotonic()
    with pytest.raises(TimedOut):
        await silent.plan(guest(cores=8), planner=replace(planner, seconds=2))
    assert time.monotonic() - began < SOON
    assert not (silent.directory / "plan.tfplan").exists()
    await until(lambda: running_in(silent.directory) == [])


async def test_a_plan_that_nobody_waits_for_any_more_is_stopped(silent, planner, control):
    planning = asyncio.ensure_future(silent.plan(guest(cores=8), planner=planner))
    await asyncio.sleep(0)  # from here on the directory is that of this plan
    await until((silent.directory / ".terraform.tfstate.lock.info").exists)
    began = time.monotonic()
    planning.cancel()
    with pytest.raises(asyncio.CancelledError):
        await planning
    assert time.monotonic() - began < SOON
    await until(lambda: running_in(silent.directory) == [])
    await asyncio.to_thread(control.silence, is_silent=False)
    assert (await silent.plan(guest(cores=8), planner=planner)).counts == {"update": 1}


async def test_one_that_is_stopped_before_terraform_has_begun_never_begins(silent, planner):
    planning = asyncio.ensure_future(silent.plan(guest(cores=8), planner=planner))
    await asyncio.sleep(0)
    planning.cancel()
    with pytest.raises(asyncio.CancelledError):
        await planning
    assert running_in(silent.directory) == []
    assert not (silent.directory / "plan.tfplan").exists()


def running_in(directory: Path) -> list[int]:
    """The processes that work in that directory: terraform, and the providers that it started."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            found += [int(process.name)] if (process / "cwd").readlink() == directory else []
    return found


async def until(is_true, seconds=SOON):
    end = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < end, "it never came true"
        await asyncio.sleep(0.01)
