"""The spare runner and the following of an apply; the database and terraform's report are the test's own."""

import asyncio
import json
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from bot.detached import DetachedRunner
from bot.domain.outcome import Ending, Progress, dump_outcome
from bot.domain.run import RunState
from tests.fixtures.runs import APPLIED
from tests.fixtures.runs import run as a_run

LISTENS = "import sys; print(sys.stdin.readline(), end='', flush=True)"
DEAF = "import time; time.sleep(600)"


class Runs:
    """A run that is applying for some looks, then over."""

    def __init__(self, looks: int, last) -> None:
        self.looks, self.last = looks, last

    async def get(self, _run_id):
        self.looks -= 1
        return a_run(RunState.APPLYING) if self.looks >= 0 else self.last


class _Spawning(DetachedRunner):
    """Starts a plain process where the real one starts a runner, slowly, and counts."""

    def _spawn(self):
        time.sleep(0.01)
        with (self.runs_home / "spawned").open("a") as counted:
            counted.write(".")
        return _process(self.runs_home, LISTENS)


def _runner(home, runs=None, steps=()) -> DetachedRunner:
    left = [list(batch) for batch in steps]
    return DetachedRunner(home, runs or Runs(0, None), lambda _: lambda: iter(left.pop(0) if left else ()), {})


def _process(home, code: str) -> "subprocess.Popen[str]":
    with (home / "said").open("wb") as sink:
        return subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=sink, text=True, start_new_session=True
        )


async def test_the_order_goes_in_by_standard_input_and_never_on_the_command_line(tmp_path):
    runner = _runner(tmp_path)
    runner._spare = spare = _process(tmp_path, LISTENS)
    await runner.start("r1", "secret-token")
    assert spare.wait(120) == 0
    assert json.loads((tmp_path / "said").read_text()) == {"run": "r1", "token": "secret-token"}
    assert "secret-token" not in str(spare.args)


async def test_a_spare_that_never_listened_is_sent_away_all_the_same(tmp_path):
    runner = _runner(tmp_path)
    runner._spare = spare = _process(tmp_path, DEAF)
    await runner.close()
    assert spare.returncode == -signal.SIGKILL


async def test_closing_leaves_a_runner_at_work_alone(tmp_path):
    runner = _runner(tmp_path)
    runner._spare = at_work = _process(tmp_path, DEAF)
    await runner.start("r1", "t")
    await runner.close()
    assert at_work.poll() is None
    at_work.kill()
    at_work.wait()


async def test_twenty_applies_that_end_at_once_leave_one_spare_and_a_close_leaves_none(tmp_path):
    runner, spawned = _Spawning(tmp_path, Runs(0, None), lambda _: lambda: iter(()), {}), tmp_path / "spawned"
    await asyncio.gather(*(runner.warm() for _ in range(20)))
    assert spawned.read_text() == "."
    await runner.close()
    await runner.warm()
    assert spawned.read_text() == "."
    assert runner._spare is None


async def test_a_spare_stands_ready_again_while_the_apply_before_still_goes_on(tmp_path):
    steps = [[], [Progress("vm", "started")], []]
    runner = _Spawning(tmp_path, Runs(99, None), lambda _: lambda: steps.pop(0), {})
    following = runner.follow("r1")
    assert await anext(following) == Progress("vm", "started")
    assert runner._spare is not None
    await following.aclose()
    await runner.close()


async def test_closing_without_a_spare_is_no_fault(tmp_path):
    await _runner(tmp_path).close()


async def test_an_apply_is_followed_from_its_beginning_to_its_recorded_end(tmp_path):
    one, two = Progress("vm", "started"), Progress("vm", "done", 3.0)
    over = replace(a_run(RunState.APPLIED), outcome=dump_outcome(APPLIED))
    runner = _runner(tmp_path, Runs(2, over), [[one], [], [two]])
    runner._spare = _process(tmp_path, LISTENS)
    seen = [step async for step in runner.follow("r1")]
    await runner.close()
    assert seen == [one, two, APPLIED.ending]


@pytest.mark.parametrize(("state", "is_applied"), [(RunState.APPLIED, True), (RunState.ERRORED, False)])
async def test_an_end_without_terraforms_word_is_read_from_the_state(tmp_path, state, is_applied):
    runner = _runner(tmp_path, Runs(0, replace(a_run(state), outcome={})))
    runner._spare = _process(tmp_path, LISTENS)
    seen = [step async for step in runner.follow("r1")]
    await runner.close()
    assert seen == [Ending(is_applied=is_applied, seconds=0)]
