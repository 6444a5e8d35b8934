"""A state that is restored while an apply begins: one of them is first, and the other knows it, on both databases."""

import asyncio

import pytest

from bot.domain.errors import Refused
from bot.domain.run import RunState
from bot.store.history import SqlHistory
from tests.fixtures.states import put_state
from tests.integration.store.making import DIGEST, a_conversation, a_run_in

S = RunState
STATE = b'{"version": 4, "serial": %d, "lineage": "l", "resources": []}'


async def planned_on(serial, runs, stack):
    """A plan that waits for a decision, made on that serial."""
    run = await a_run_in(S.PLANNING, runs, stack)
    return await runs.move(run, S.PLANNED, actor="x", changes={"digest": DIGEST, "state_serial": serial})


async def test_a_plan_that_was_made_on_another_state_is_not_started(runs, stacks, stack):
    await put_state(stacks, stack.id, 3, STATE % 3)
    run = await runs.move(await planned_on(2, runs, stack), S.APPROVED, actor="x", changes={})
    with pytest.raises(Refused) as no:
        await runs.start_apply(run, "t", actor="x", beat_s=60)
    assert no.value.sentence.key == "apply.state_moved"
    assert (await runs.get(run.id)).state is S.APPROVED
    assert await runs.attempt(run.id) is None


async def test_a_first_plan_is_started_where_no_state_is_kept(runs, stack):
    run = await runs.move(await planned_on(0, runs, stack), S.APPROVED, actor="x", changes={})
    assert (await runs.start_apply(run, "t", actor="x", beat_s=60)).state is S.APPLYING


async def test_of_a_restore_and_a_start_of_one_moment_never_both_succeed(runs, stacks):
    history = SqlHistory(stacks)
    for _ in range(15):
        stack = await stacks.of(a_conversation(), environment="dev", language="en", title="t", at=1.0)
        for serial in (1, 2):
            await put_state(stacks, stack.id, serial, STATE % serial)
        first = (await history.versions(stack.id))[0].version
        run = await planned_on(2, runs, stack)
        ended = await asyncio.gather(
            history.restore(stack.id, first, "cli:carol"), _decided_and_started(runs, run), return_exceptions=True
        )
        refused = [end for end in ended if isinstance(end, Refused)]
        assert [no.sentence.key for no in refused] in (["state.busy"], ["apply.state_moved"]), ended


async def _decided_and_started(runs, run):
    approved = await runs.move(run, S.APPROVED, actor="x", changes={})
    return await runs.start_apply(approved, "t", actor="x", beat_s=60)
