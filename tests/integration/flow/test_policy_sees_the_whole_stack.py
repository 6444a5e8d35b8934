"""What policy is told of a run: the guests that stand, those that come, and which are to be kept running."""

from dataclasses import dataclass, replace

import pytest

from bot.domain.outcome import Ending, dump_outcome, parse_outcome
from bot.domain.run import RunState
from iac.plan import Change, Plan
from iac.policy import HA_KIND, OUR_KIND
from tests.fixtures.flow import SPEC, proposal


@dataclass
class Scripted:
    """A planner that answers with these changes."""

    changes: tuple[Change, ...]

    async def plan(self, run_id, stack, state):
        return Plan(f"{run_id:0<64}", 0, self.changes, "a diff")


def guest_change(action, name="api01", vmid=1000):
    values = {
        "name": name,
        "vm_id": vmid,
        "node_name": "n1",
        "cpu": [{"cores": 4}],
        "memory": [{"dedicated": 8192}],
        "disk": [{"interface": "scsi0", "size": 60, "datastore_id": "ceph"}],
        "reboot_after_update": False,
        "tags": ["threadform"],
    }
    before, after = (values if action != "create" else {}), (values if action != "delete" else {})
    return Change(f'module.vm["{name}"].guest', OUR_KIND, name, action, before, after, {})


def ha_change(action, vmid=1000):
    values = {"resource_id": f"vm:{vmid}", "state": "started"}
    before, after = (values if action != "create" else {}), (values if action != "delete" else {})
    return Change("module.vm.ha", HA_KIND, "guest", action, before, after, {})


async def judged(flow, wish, *changes):
    """The state of the run after planning, and its card."""
    flow.world.answer = wish
    flow.world.at += 5
    await flow.say("alice")
    run = await flow.newest()
    await replace(flow.planning, planner=Scripted(changes)).plan(run.id)
    return (await flow.newest()).state, (await flow.messages())[-1][2]


@pytest.fixture
async def standing(flow):
    """A stack whose guest was applied."""
    run = await flow.approved()
    await flow.applying.apply(run.id)
    token = flow.world.started[0][1]
    await flow.attempts.begin(run.id, token, 60)
    ended = replace(parse_outcome((await flow.runs.get(run.id)).outcome), ending=Ending(is_applied=True, seconds=1))
    await flow.attempts.finish(run.id, token, 0, outcome=dump_outcome(ended))
    return flow


async def test_a_guest_that_stands_may_be_destroyed_when_that_is_asked(standing):
    state, _ = await judged(standing, proposal(intent="destroy"), guest_change("delete"))
    assert state is RunState.PLANNED


async def test_its_high_availability_goes_with_it(standing):
    state, _ = await judged(standing, proposal(intent="destroy"), ha_change("delete"), guest_change("delete"))
    assert state is RunState.PLANNED


async def test_a_guest_of_another_stack_never_goes_with_it(standing):
    other = guest_change("delete", "db01", 110)
    state, card = await judged(standing, proposal(intent="destroy"), guest_change("delete"), other)
    assert state is RunState.REFUSED
    assert "db01" in card


async def test_a_new_guest_is_kept_running_when_that_is_asked(flow):
    wish = proposal(replace(SPEC, is_ha=True))
    state, _ = await judged(flow, wish, guest_change("create"), ha_change("create"))
    assert state is RunState.PLANNED


async def test_one_that_was_not_asked_to_is_refused_with_the_reason(flow):
    state, card = await judged(flow, proposal(), guest_change("create"), ha_change("create"))
    assert state is RunState.REFUSED
    assert "vm:1000" in card
