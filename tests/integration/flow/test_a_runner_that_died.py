"""A runner that died behind the door: its terraform is waited for, its state is kept, nothing is applied again."""

from dataclasses import replace

import pytest

from bot.domain.errors import Lost
from bot.domain.run import RunState
from bot.flow.upkeep import BEATS_TO_COME
from bot.ports import StateCopy
from tests.fixtures.states import put_state


async def silent(flow, beat_s=-1.0):
    """An apply that began and whose runner has not beaten for longer than a beat."""
    run = await flow.approved()
    await flow.applying.apply(run.id)
    token = flow.world.started[0][1]
    assert await flow.attempts.begin(run.id, token, beat_s)
    return run, token


async def test_while_terraform_winds_down_the_attempt_lives_and_nothing_is_decided(flow):
    run, token = await silent(flow)
    flow.world.where = "at_work"
    await flow.upkeep.rescue()
    assert (await flow.runs.get(run.id)).state is RunState.APPLYING
    attempt = await flow.runs.attempt(run.id)
    assert (attempt.token, attempt.finished_at) == (token, None)
    assert await flow.attempts.overdue() == []


async def test_the_state_that_the_dead_runner_left_is_kept_before_the_end_is_told(flow):
    run, token = await silent(flow)
    flow.world.left = (3, b"what it built")
    await flow.upkeep.rescue()
    assert await flow.stacks.state(run.stack_id) == (3, b"what it built")
    assert (await flow.runs.get(run.id)).state is RunState.ERRORED
    with pytest.raises(Lost):
        await flow.stacks.save_state(StateCopy(run.stack_id, run.id, 4, b"late"), token=token)


async def test_a_copy_in_the_database_that_is_newer_than_the_directory_stays(flow):
    run, token = await silent(flow)
    await flow.stacks.save_state(StateCopy(run.stack_id, run.id, 4, b"newer"), token=token)
    flow.world.left = (3, b"older")
    await flow.upkeep.rescue()
    assert await flow.stacks.state(run.stack_id) == (4, b"newer")
    assert (await flow.runs.get(run.id)).state is RunState.ERRORED


async def test_a_machine_without_the_directory_leaves_the_attempt_to_the_other_for_one_beat_more(flow):
    run, _ = await silent(flow, beat_s=-1)
    flow.world.where = "elsewhere"
    flow.upkeep = replace(flow.upkeep, beat_s=60)
    await flow.upkeep.rescue()
    assert (await flow.runs.get(run.id)).state is RunState.APPLYING


async def test_a_machine_that_is_gone_for_good_is_not_waited_for_for_ever(flow):
    run, _ = await silent(flow, beat_s=-61)
    flow.world.where = "elsewhere"
    flow.upkeep = replace(flow.upkeep, beat_s=60)
    await flow.upkeep.rescue()
    assert (await flow.runs.get(run.id)).state is RunState.ERRORED


async def test_a_rescue_that_dies_on_its_way_is_made_again(flow):
    run, token = await silent(flow)
    assert await flow.attempts.take_over(run.id, token, "of-a-dead-worker", -1) is not None
    flow.world.left = (3, b"what it built")
    await flow.upkeep.rescue()
    assert (await flow.runs.get(run.id)).state is RunState.ERRORED
    assert await flow.stacks.state(run.stack_id) == (3, b"what it built")


async def test_a_state_put_there_by_hand_is_no_reason_to_forget_the_end(flow):
    run, _ = await silent(flow)
    await put_state(flow.stacks, run.stack_id, 9, b"restored")
    flow.world.left = (3, b"older")
    await flow.upkeep.rescue()
    assert (await flow.runs.get(run.id)).state is RunState.ERRORED


@pytest.mark.parametrize(("waited_s", "beats"), [(0, 1), (180, 3), (1e6, BEATS_TO_COME)])
async def test_a_runner_that_never_came_is_followed_by_one_that_gets_longer_to_come(flow, waited_s, beats):
    flow.applying = replace(flow.applying, beat_s=-1)
    run = await flow.approved()
    await flow.applying.apply(run.id)
    flow.world.at = (await flow.runs.get(run.id)).updated_at + waited_s
    await flow.upkeep.rescue()
    assert len(flow.world.started) == 2
    assert await flow.attempts.overdue(-60 * beats + 5) == []
    assert [late.run_id for late in await flow.attempts.overdue(-60 * beats - 5)] == [run.id]
