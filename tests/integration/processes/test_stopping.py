"""SIGTERM in the middle of things: a clean stop, nothing left behind but the apply that must go on."""

import pytest

from bot.domain.run import RunState
from tests.fixtures.commands import STOP_S, belonging_to, until
from tests.integration.processes.conftest import machines

pytestmark = [pytest.mark.terraform]

ASK = "1c/1g ubuntu 24.04, 10 GB, call it stop01"


def _ours(shell):
    """Processes of this home, without the lab that stands in for a cluster."""
    return {pid: line for pid, line in belonging_to(shell.home).items() if "iac.lab" not in line}


def test_a_stop_while_nothing_happens_is_quick_and_leaves_nothing(shell, slow_lab, people):
    served = shell.start("serve")
    until(lambda: "bot.runner" in str(_ours(shell)), "a spare runner waits")
    assert served.stop() < STOP_S
    assert served.process.returncode == 0
    until(lambda: _ours(shell) == {}, "nothing is left")


def test_a_stop_in_the_middle_of_a_plan_loses_nothing(shell, slow_lab, people):
    served = shell.start("serve")
    until(people.can_come, "the database is there")
    people.say("t1", ASK)
    # Where this process looks too late it is the plan before its card was read: nothing of that is lost either.
    begun = (RunState.PLANNING, RunState.PLANNED)
    until(lambda: [run.state in begun for run in people.runs()] == [True], "it is being planned")
    assert served.stop() < STOP_S
    until(lambda: _ours(shell) == {}, "nothing is left")
    shell.start("serve")
    (run,) = people.wait_for(RunState.PLANNED)
    assert run.revision == 1


def test_an_apply_goes_on_after_a_stop_and_is_reported_after_the_restart(shell, slow_lab, people):
    served = shell.start("serve")
    until(people.can_come, "the database is there")
    people.say("t1", ASK)
    people.approve(people.wait_for(RunState.PLANNED)[0])
    (run,) = people.wait_for(RunState.APPLYING)
    until((shell.home / "runs" / run.id / "apply.jsonl").exists, "terraform has begun")
    assert served.stop() < STOP_S
    assert "bot.runner" in str(_ours(shell)) or people.runs()[0].state is RunState.APPLIED
    people.wait_for(RunState.APPLIED)
    assert "stop01" in machines(slow_lab.access)
    until(lambda: _ours(shell) == {}, "the runner ends by itself")
    shell.start("serve")
    until(lambda: people.runs()[0].outcome["usable"], "the restarted product looks at the machine and reports")
    assert people.runs()[0].outcome["usable"][0]["missing"] == []
