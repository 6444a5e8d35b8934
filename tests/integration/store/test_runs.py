import pytest

from bot.domain.errors import Lost, Refused
from bot.domain.run import MOVES, RunState, is_legal
from tests.integration.store.making import DIGEST, a_post, a_run, a_run_in

S = RunState


async def test_a_run_is_read_back_as_it_was_created(runs, stack):
    run = a_run(stack)
    await runs.create(run, actor="web:alice")
    assert await runs.get(run.id) == run


async def test_a_run_that_nobody_made_is_refused_by_name(runs):
    with pytest.raises(Refused) as no:
        await runs.get("nothing")
    assert (no.value.sentence.key, no.value.sentence.values) == ("run.unknown", {"run": "nothing"})


async def test_creating_the_same_run_twice_is_one_run_one_audit_row_and_one_message(runs, audit, outbox, stack):
    run = a_run(stack)
    for _ in range(2):
        await runs.create(run, actor="web:alice", messages=[a_post(stack.conversation, f"run:{run.id}")])
    assert [row.entry.new for row in await audit.of_run(run.id)] == ["pending"]


async def test_a_move_changes_state_columns_and_nothing_else(runs, stack):
    before = await a_run_in(S.PLANNED, runs, stack)
    after = await runs.move(before, S.APPROVED, actor="web:bob", changes={"decided_by": "web:bob", "decided_at": 7.0})
    assert (after.state, after.decided_by, after.decided_at, after.digest) == (S.APPROVED, "web:bob", 7.0, DIGEST)
    assert after == await runs.get(before.id)


@pytest.mark.parametrize(
    ("old", "new"), [(S.PENDING, S.APPLIED), (S.PENDING, S.APPROVED), (S.PLANNED, S.APPLYING), (S.APPROVED, S.PLANNED)]
)
async def test_a_move_that_the_table_does_not_have_is_refused_and_leaves_no_row(runs, audit, stack, old, new):
    assert not is_legal(old, new)
    run = await a_run_in(old, runs, stack)
    rows = len(await audit.of_run(run.id))
    with pytest.raises(Refused, match=r"run\.illegal_move"):
        await runs.move(run, new, actor="x", changes={})
    assert (await runs.get(run.id), len(await audit.of_run(run.id))) == (run, rows)


async def test_a_move_never_touches_a_column_that_is_not_its_own(runs, stack):
    run = await a_run_in(S.PENDING, runs, stack)
    with pytest.raises(TypeError, match="fence, requester"):
        await runs.move(run, S.PLANNING, actor="x", changes={"requester": "web:mallory", "fence": 9})


async def test_a_terminal_run_never_moves(runs, stack):
    run = await a_run_in(S.PLANNED, runs, stack)
    over = await runs.move(run, S.DISCARDED, actor="web:alice", changes={})
    for to in RunState:
        assert to not in MOVES[over.state]
        with pytest.raises(Refused):
            await runs.move(over, to, actor="x", changes={})


async def test_a_move_from_an_old_reading_is_lost_and_queues_nothing(runs, database, stack):
    old = await a_run_in(S.PLANNED, runs, stack)
    await runs.move(old, S.APPROVED, actor="web:bob", changes={})
    with pytest.raises(Lost):
        await runs.move(old, S.EXPIRED, actor="clock", changes={}, messages=[a_post(stack.conversation, "late")])
    assert await _queued(database) == []


async def test_a_claim_shuts_out_everybody_else_until_it_ends(runs, stack):
    run = await a_run_in(S.PENDING, runs, stack)
    mine = await runs.claim(run.id, [S.PENDING], "me", 60)
    assert mine is not None
    assert mine.fence == run.fence + 1
    assert await runs.claim(run.id, [S.PENDING], "you", 60) is None
    await runs.release(mine, due_at=0)
    theirs = await runs.claim(run.id, [S.PENDING], "you", 60)
    assert theirs is not None
    assert theirs.fence == mine.fence + 1


async def test_a_claim_that_ran_out_is_anybodys_and_its_old_holder_can_do_nothing(runs, stack):
    run = await a_run_in(S.PENDING, runs, stack)
    slow = await runs.claim(run.id, [S.PENDING], "slow", -1)
    assert await runs.claim(run.id, [S.PENDING], "quick", 60) is not None
    for late in (runs.renew(slow, 60), runs.release(slow, due_at=0)):
        with pytest.raises(Lost):
            await late
    with pytest.raises(Lost):
        await runs.move(slow, S.PLANNING, actor="slow", changes={})


async def test_a_run_in_another_state_is_not_claimed(runs, stack):
    run = await a_run_in(S.PLANNED, runs, stack)
    assert await runs.claim(run.id, [S.PENDING, S.APPROVED], "me", 60) is None


async def test_a_worker_keeps_its_claim_from_pending_to_planning_and_gives_it_back_at_planned(runs, stack):
    run = await a_run_in(S.PENDING, runs, stack)
    mine = await runs.claim(run.id, [S.PENDING], "me", 60)
    planning = await runs.move(mine, S.PLANNING, actor="me", changes={})
    assert await runs.claim(run.id, [S.PLANNING], "you", 60) is None
    await runs.move(planning, S.PLANNED, actor="me", changes={})
    with pytest.raises(Lost):
        await runs.renew(planning, 60)


@pytest.mark.parametrize("state", [S.PENDING, S.PLANNING, S.APPROVED])
async def test_a_run_that_nobody_works_on_is_due(runs, stack, state):
    run = await a_run_in(state, runs, stack)
    assert await runs.due(now=1.0, limit=10) == [(run.id, state)]
    assert await runs.claim(run.id, [state], "me", 60) is not None
    assert await runs.due(now=1.0, limit=10) == []


async def test_a_run_that_was_given_back_is_due_only_at_its_time(runs, stack):
    run = await a_run_in(S.APPROVED, runs, stack)
    mine = await runs.claim(run.id, [S.APPROVED], "me", 60)
    await runs.release(mine, due_at=50.0)
    assert await runs.due(now=49.0, limit=10) == []
    assert await runs.due(now=50.0, limit=10) == [(run.id, S.APPROVED)]


async def test_a_plan_is_due_once_its_time_is_over(runs, stack):
    run = await a_run_in(S.PLANNED, runs, stack)
    assert await runs.due(now=99.0, limit=10) == []
    assert await runs.due(now=101.0, limit=10) == [(run.id, S.PLANNED)]


async def test_a_run_that_broke_while_it_was_planned_has_said_so_and_is_not_due(runs, stack):
    run = await a_run_in(S.PLANNING, runs, stack)
    await runs.move(run, S.ERRORED, actor="bot:planning", changes={})
    assert await runs.due(now=1e12, limit=10) == []


async def test_the_longest_waiting_runs_come_first_and_no_more_than_asked(runs, stack):
    made = [a_run(stack, created_at=float(age)) for age in (3, 1, 2)]
    for run in made:
        await runs.create(run, actor="x")
    assert [run_id for run_id, _state in await runs.due(now=5.0, limit=2)] == [made[1].id, made[2].id]


async def test_lists_are_in_order_and_of_the_one_who_asked(runs, stack):
    made = [a_run(stack, created_at=float(age), requester=f"web:{age % 2}") for age in range(4)]
    for run in made:
        await runs.create(run, actor="x")
    assert await runs.of_stack(stack.id) == made
    assert await runs.latest(2) == [made[3], made[2]]
    assert await runs.latest(9, requester="web:1") == [made[3], made[1]]


async def _queued(database):
    from sqlalchemy import select

    from bot.store.models import outbox

    async with database.reading() as connection:
        return list((await connection.execute(select(outbox.c.key))).scalars())


async def test_an_open_run_is_found_however_many_came_after_it(runs, stack):
    open_run = await a_run_in(RunState.PLANNED, runs, stack)
    for n in range(12):
        await a_run_in(RunState.PENDING, runs, stack, created_at=2.0 + n)
    assert [run.id for run in await runs.in_states([RunState.PLANNED])] == [open_run.id]
