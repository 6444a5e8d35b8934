"""PVE gone, in each phase: nothing is lost, nothing is applied, the card says why, and nobody has to ask again."""

from bot.domain.run import RunState
from iac.errors import Broken, ClusterSilent

AWAY = ClusterSilent("reading the cluster", "no route to host")


async def test_a_request_that_finds_it_away_is_planned_when_it_is_back(flow):
    flow.world.faults["cluster"] = [AWAY, AWAY]
    await flow.say("alice")
    run = await flow.newest()
    await flow.planning.plan(run.id)
    assert (await flow.newest()).state is RunState.PLANNING
    kind, _, card = (await flow.messages())[-1]
    assert kind == "edit"
    assert "does not answer at the moment (no route to host)" in card
    assert await flow.runs.due(flow.world.at, 10) == []
    for _ in range(2):
        flow.world.at += 6
        assert [found for found, _ in await flow.runs.due(flow.world.at, 10)] == [run.id]
        await flow.planning.plan(run.id)
    assert (await flow.newest()).state is RunState.PLANNED


async def test_it_is_said_once_however_long_it_lasts(flow):
    flow.world.faults["planner"] = [AWAY] * 5
    await flow.say("alice")
    run = await flow.newest()
    for _ in range(5):
        await flow.planning.plan(run.id)
        flow.world.at += 6
    assert len([card for _, _, card in await flow.messages() if "at the moment" in card]) == 1


async def test_after_a_day_a_request_is_given_up_and_its_person_is_told(flow):
    await flow.say("alice")
    flow.world.at += 86_401
    flow.world.faults["cluster"] = [AWAY]
    await flow.planning.plan((await flow.newest()).id)
    assert (await flow.newest()).state is RunState.ERRORED
    assert "Please try again" in (await flow.messages())[-1][2]


async def test_a_fault_that_does_not_pass_ends_the_plan_at_once(flow):
    flow.world.faults["planner"] = [Broken("terraform plan", "no such module")]
    await flow.say("alice")
    await flow.planning.plan((await flow.newest()).id)
    assert (await flow.newest()).state is RunState.ERRORED


async def test_a_yes_that_comes_while_it_is_away_is_kept_and_carried_out_when_it_is_back(flow):
    run = await flow.planned()
    flow.world.faults["cluster"] = [AWAY]
    await flow.press("bob", run)
    await flow.applying.apply(run.id)
    assert (await flow.newest()).state is RunState.APPROVED
    assert flow.world.started == []
    flow.world.at += 6
    await flow.applying.apply(run.id)
    assert [started for started, _ in flow.world.started] == [run.id]
