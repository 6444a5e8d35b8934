import pytest

from bot.domain.errors import Lost, Refused
from bot.domain.run import RunState
from bot.wiring.guarded import NOBODY, rehearse
from tests.integration.store.making import DIGEST, a_post, a_run_in

S = RunState


async def started(runs, stack, token="t1", beat_s=60.0, actor="web:bob"):
    run = await a_run_in(S.APPROVED, runs, stack)
    mine = await runs.claim(run.id, [S.APPROVED], "worker", 60)
    return await runs.start_apply(mine, token, actor=actor, beat_s=beat_s)


async def test_starting_an_apply_moves_the_run_and_makes_its_attempt_at_once(runs, stack, audit):
    run = await started(runs, stack)
    attempt = await runs.attempt(run.id)
    assert (run.state, attempt.token, attempt.started_at, attempt.exit_code) == (S.APPLYING, "t1", None, None)
    last = (await audit.of_run(run.id))[-1].entry
    assert (last.old, last.new, last.actor, last.facts["digest"]) == ("approved", "applying", "web:bob", DIGEST)


async def test_one_apply_at_a_time_in_a_stack_and_the_no_names_the_holder(runs, stack):
    holder = await started(runs, stack)
    second = await a_run_in(S.APPROVED, runs, stack)
    with pytest.raises(Refused) as no:
        await runs.start_apply(second, "t2", actor="web:carol", beat_s=60)
    assert no.value.sentence.key == "lock.held"
    assert no.value.sentence.values == {"holder": holder.requester, "run": holder.id}
    assert (await runs.get(second.id)).state is S.APPROVED
    assert await runs.attempt(second.id) is None


async def test_the_stack_is_free_again_when_the_apply_has_ended(runs, attempts, stack):
    first = await started(runs, stack)
    await attempts.finish(first.id, "t1", 0, outcome={})
    second = await a_run_in(S.APPROVED, runs, stack)
    assert (await runs.start_apply(second, "t2", actor="web:bob", beat_s=60)).state is S.APPLYING


async def test_the_door_opens_once_and_only_to_the_token(runs, attempts, stack):
    run = await started(runs, stack)
    assert not await attempts.begin(run.id, "stranger", 60)
    assert await attempts.begin(run.id, "t1", 60)
    assert not await attempts.begin(run.id, "t1", 60)


async def test_a_runner_that_rehearses_passes_no_door_and_leaves_every_row_as_it_was(runs, attempts, stacks, stack):
    run = await started(runs, stack)
    before = await runs.attempt(run.id)
    await rehearse(attempts, runs, stacks)
    assert await runs.attempt(run.id) == before
    assert await runs.attempt(NOBODY) is None
    assert await attempts.begin(run.id, "t1", 60)


async def test_the_end_moves_the_run_and_speaks_in_one_step_whatever_fence_the_worker_has(runs, attempts, stack):
    run = await started(runs, stack)
    await attempts.begin(run.id, "t1", 60)
    await runs.release(run, due_at=0)
    follower = await runs.claim(run.id, [S.APPLYING], "another", 60)
    ended = await attempts.finish(run.id, "t1", 0, outcome={"notes": []})
    assert (ended.state, ended.outcome) == (S.APPLIED, {"notes": []})
    with pytest.raises(Lost):
        await runs.move(follower, S.ERRORED, actor="another", changes={})
    assert (await runs.attempt(run.id)).exit_code == 0


async def test_an_exit_code_that_is_not_zero_is_an_error(runs, attempts, stack):
    run = await started(runs, stack)
    assert (await attempts.finish(run.id, "t1", 1, outcome={})).state is S.ERRORED


async def test_saying_the_end_twice_is_saying_it_once(runs, attempts, audit, stack):
    run = await started(runs, stack)
    first = await attempts.finish(run.id, "t1", 0, outcome={"n": 1})
    again = await attempts.finish(run.id, "t1", 0, outcome={"n": 2})
    assert again == first
    assert [row.entry.new for row in await audit.of_run(run.id)].count("applied") == 1


async def test_a_runner_whose_token_was_replaced_can_neither_beat_nor_end(runs, attempts, stack):
    run = await started(runs, stack, beat_s=-1)
    taken = await attempts.take_over(run.id, "t1", "t2", 60)
    assert (taken.token, taken.started_at) == ("t2", None)
    assert not await attempts.begin(run.id, "t1", 60)
    assert not await attempts.beat(run.id, "t1", 60)
    with pytest.raises(Lost):
        await attempts.finish(run.id, "t1", 0, outcome={})
    assert (await runs.get(run.id)).state is S.APPLYING
    assert await attempts.begin(run.id, "t2", 60)


async def test_an_attempt_that_beats_is_not_overdue_and_cannot_be_taken(runs, attempts, stack):
    run = await started(runs, stack, beat_s=-1)
    assert [attempt.run_id for attempt in await attempts.overdue()] == [run.id]
    assert await attempts.beat(run.id, "t1", 60)
    assert await attempts.overdue() == []
    assert await attempts.take_over(run.id, "t1", "t2", 60) is None


async def test_a_started_attempt_that_went_silent_shows_that_it_had_started(runs, attempts, stack):
    run = await started(runs, stack)
    await attempts.begin(run.id, "t1", -1)
    taken = await attempts.take_over(run.id, "t1", "t2", 60)
    assert taken.started_at is not None


async def test_an_ended_run_is_due_until_it_is_closed_and_closed_once(runs, attempts, audit, database, stack):
    run = await started(runs, stack)
    await attempts.finish(run.id, "t1", 0, outcome={})
    assert await runs.due(now=1.0, limit=5) == [(run.id, S.APPLIED)]
    mine = await runs.claim(run.id, [S.APPLIED, S.ERRORED], "closer", 60)
    report = a_post(stack.conversation, f"report:{run.id}")
    closed = await runs.close(mine, outcome={"usable": []}, at=9.0, messages=[report])
    assert (closed.state, closed.outcome) == (S.APPLIED, {"usable": []})
    assert await runs.due(now=1e12, limit=5) == []
    assert await runs.claim(run.id, [S.APPLIED], "again", 60) is None
    with pytest.raises(Lost):
        await runs.close(mine, outcome={}, at=10.0)
    assert await audit.verify() == len(await audit.of_run(run.id))


async def test_an_apply_whose_worker_died_is_due_to_be_followed(runs, stack):
    run = await started(runs, stack)
    await runs.release(run, due_at=0)
    assert await runs.due(now=1.0, limit=5) == [(run.id, S.APPLYING)]
