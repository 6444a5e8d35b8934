"""A guest that moves while terraform looks for it seems gone: it is looked for again, and never made anew."""

import pytest

from bot.flow.steadily import LOOKS, Steadily, seen_standing
from iac.errors import Broken
from iac.plan import Plan
from iac.spec import StackSpec
from tests.fixtures.runs import change
from tests.fixtures.stacks import guest
from tests.unit.iac_rules.samples import CLUSTER, cluster
from tests.unit.iac_rules.samples import guest as machine

STACK = StackSpec("s1", "dev", ())
GONE = Plan("a" * 64, 1, (change("create", "api01"),), "")
FOUND = Plan("b" * 64, 1, (change("update", "api01"),), "")
AWAY = Broken("terraform plan", "Configuration file 'nodes/n1/qemu-server/1000.conf' does not exist")


class Planner:
    def __init__(self, *answers):
        self.answers, self.asked = list(answers), 0

    async def plan(self, run_id, stack, state):
        self.asked += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


async def planned(*answers, standing=("api01",)):
    planner = Planner(*answers)
    return await Steadily(planner, standing).plan("r1", STACK, b"state"), planner.asked


@pytest.mark.parametrize("first", [GONE, AWAY])
async def test_a_guest_that_was_on_its_way_is_found_at_the_second_look(first):
    assert await planned(first, FOUND) == (FOUND, 2)


async def test_a_new_guest_is_planned_once():
    assert await planned(GONE, standing=()) == (GONE, 1)


async def test_one_that_is_never_found_is_left_to_policy():
    assert await planned(GONE) == (GONE, LOOKS)


async def test_what_breaks_each_time_is_raised():
    with pytest.raises(Broken):
        await planned(AWAY)


async def test_another_fault_is_raised_at_once():
    planner = Planner(Broken("terraform plan", "no space left on device"))
    with pytest.raises(Broken):
        await Steadily(planner, ()).plan("r1", STACK, None)
    assert planner.asked == 1


def test_only_a_guest_under_its_own_number_and_name_stands():
    api = guest(vmid=1000)
    assert seen_standing([api], CLUSTER) == frozenset()
    assert seen_standing([api], cluster(guests=(machine(1000, "api01"),))) == {"api01"}
    assert seen_standing([api], cluster(guests=(machine(1000, "other"), machine(1001, "api01")))) == frozenset()
