"""A provider that stays up: the same plans, quicker, and nothing depends on it."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from iac.errors import Broken
from iac.terraform.standby import Standby
from tests.fixtures.stacks import guest

pytestmark = pytest.mark.terraform
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def standby(bench):
    found = Standby(bench.toolchain, bench.credentials)
    yield found
    found.close()


@pytest.fixture
def quick(bench, standby):
    return replace(bench.planner, standby=standby)


async def test_its_plans_are_those_of_terraform_alone_and_apply_without_it(bench, quick, control):
    first = await bench.plan(guest(), planner=quick)
    assert quick.standby.is_running
    assert (await asyncio.to_thread(bench.apply, first.digest)).errors == ()
    await asyncio.to_thread(control.move_guest, 1000, "pmox02")
    for wish in ((guest(),), (guest(cores=8),), ()):
        ours, alone = await bench.plan(*wish, planner=quick), await bench.plan(*wish)
        assert (ours.changes, ours.diff) == (alone.changes, alone.diff)


async def test_two_plans_at_once_do_not_share_it(quick, bench):
    one, two = await asyncio.gather(bench.plan(guest(), planner=quick), bench.plan(guest(cores=2), planner=quick))
    assert [plan.changes[0].after["cpu"][0]["cores"] for plan in (one, two)] == [4, 2]


async def test_a_standby_that_was_killed_costs_nothing_but_time(quick, bench, standby):
    assert standby.warm_up()
    os.killpg(standby._process.pid, signal.SIGKILL)
    assert (await bench.plan(guest(), planner=quick)).counts == {"create": 1}


async def test_a_provider_that_dies_in_the_middle_is_replaced_by_terraforms_own(quick, bench, standby):
    """It hears the plan's first call and is gone: terraform fails, and the plan is made once more without it."""
    assert standby.warm_up()
    os.kill(standby._process.pid, signal.SIGSTOP)
    planning = asyncio.ensure_future(bench.plan(guest(), planner=quick))
    end = time.monotonic() + 60
    while not list(bench.home.glob("*/main.tf")):
        assert time.monotonic() < end
        await asyncio.sleep(0.01)
    os.kill(standby._process.pid, signal.SIGKILL)
    assert (await planning).counts == {"create": 1}


async def test_a_wrong_wish_is_told_once_in_terraforms_words(quick, bench):
    with pytest.raises(Broken, match="cores"):
        await bench.plan(guest(cores=0), planner=quick)


async def test_a_provider_that_cannot_start_is_done_without(bench, tmp_path):
    mirror = replace(bench.toolchain.mirror, platform="nowhere")
    standby = Standby(replace(bench.toolchain, mirror=mirror), bench.credentials)
    assert not standby.warm_up()
    assert (await bench.plan(guest(), planner=replace(bench.planner, standby=standby))).has_changes
    standby.close()


def test_it_ends_with_the_process_that_keeps_it(toolchain):
    code = (
        "import sys, time; from pathlib import Path; from iac.terraform.toolchain import load;"
        "from iac.terraform.standby import Standby; from iac.terraform.environment import Credentials;"
        "kept = Standby(load(Path(sys.argv[1]), binary=sys.argv[2]), Credentials('https://127.0.0.1:9/', 'a@pve!b=c'));"
        "print(kept.warm_up() and kept._process.pid, flush=True); time.sleep(600)"
    )
    argv = [sys.executable, "-c", code, str(toolchain.home), str(toolchain.binary.path)]
    with subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True) as keeper:
        keeper_pid = int(keeper.stdout.readline())
        providers = children(keeper_pid)
        assert providers
        keeper.kill()
    end = time.monotonic() + 60
    while any(Path(f"/proc/{pid}").exists() for pid in providers):
        assert time.monotonic() < end
        time.sleep(0.02)


def children(pid):
    return [int(found) for found in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
