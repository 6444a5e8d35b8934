"""A trail that does not add up stops every apply before it begins, and none for longer than it lasts."""

from bot.domain.errors import Refused
from bot.domain.run import RunState
from iac.errors import ClusterSilent


async def test_while_the_trail_is_torn_an_approved_run_waits_and_says_why(flow):
    run = await flow.approved()
    flow.world.faults["trail"] = [Refused("audit.broken", row=7)]
    await flow.applying.apply(run.id)
    assert (await flow.newest()).state is RunState.APPROVED
    assert flow.world.started == []
    kind, _, card = (await flow.messages())[-1]
    assert kind == "edit"
    assert "does not add up at row 7" in card


async def test_when_it_is_whole_again_the_same_run_goes_on_by_itself(flow):
    run = await flow.approved()
    flow.world.faults["trail"] = [Refused("audit.broken", row=7)]
    await flow.applying.apply(run.id)
    assert await flow.runs.due(flow.world.at, 10) == []
    flow.world.at += 31
    assert [found for found, _ in await flow.runs.due(flow.world.at, 10)] == [run.id]
    await flow.applying.apply(run.id)
    assert [started for started, _ in flow.world.started] == [run.id]


async def test_a_trail_that_is_still_being_read_is_waited_for_without_a_word(flow):
    run = await flow.approved()
    before = await flow.messages()
    flow.world.faults["trail"] = [Refused("audit.unread")]
    await flow.applying.apply(run.id)
    assert await flow.messages() == before
    assert (await flow.newest()).state is RunState.APPROVED


async def test_a_cluster_that_is_silent_at_the_last_look_is_waited_for(flow):
    run = await flow.approved()
    flow.world.faults["cluster"] = [ClusterSilent("reading the cluster", "no route to host")]
    await flow.applying.apply(run.id)
    assert (await flow.newest()).state is RunState.APPROVED
    assert "no route to host" in (await flow.messages())[-1][2]
    flow.world.at += 6
    await flow.applying.apply(run.id)
    assert [started for started, _ in flow.world.started] == [run.id]
