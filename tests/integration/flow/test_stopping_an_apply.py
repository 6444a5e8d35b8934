"""Stop, pressed while terraform works: the wish counts once, and everybody sees whose it was."""

import asyncio

import pytest

from bot.domain.outcome import Progress, parse_outcome
from bot.domain.run import RunState
from bot.flow.waiting import FAULT_MAX_S, FAULT_S, wait_after_fault
from bot.store.audit import Audit
from iac.errors import Broken


async def applying(flow):
    run = await flow.approved()
    await flow.applying.apply(run.id)
    assert await flow.attempts.begin(run.id, flow.world.started[0][1], 60)
    return await flow.runs.get(run.id)


@pytest.mark.parametrize("person", ["alice", "bob"])
async def test_the_requester_and_an_approver_may_stop_it_and_the_card_says_who_did(flow, person):
    run = await applying(flow)
    await flow.press(person, run, "stop")
    assert (await flow.runs.attempt(run.id)).stop_by == f"test:{person}"
    kind, _, card = (await flow.messages())[-1]
    assert kind == "edit"
    assert f"{person.title()} asked me to stop" in card
    assert "'action': 'stop'" not in card


async def test_somebody_without_the_right_is_told_so_in_private(flow):
    run = await applying(flow)
    await flow.press("mallory", run, "stop")
    assert (await flow.runs.attempt(run.id)).stop_by is None
    assert (await flow.messages())[-1][0] == "whisper"


async def test_a_refused_stop_is_kept_in_the_trail_with_who_pressed(flow):
    run = await applying(flow)
    await flow.press("mallory", run, "stop")
    rows = [row.entry for row in await Audit(flow.database).of_run(run.id)]
    assert [(e.actor, e.new) for e in rows if e.what == "press.refused"] == [("test:mallory", "stop.no_right")]


async def test_fifty_presses_are_one_wish(flow):
    run = await applying(flow)
    await asyncio.gather(*(flow.press(person, run, "stop") for person in ("alice", "bob") * 25))
    entries = [row.entry for row in await Audit(flow.database).of_run(run.id)]
    assert [entry.what for entry in entries].count("apply.stopped") == 1


async def test_the_progress_that_comes_after_it_still_says_that_it_stops(flow):
    run = await applying(flow)
    await flow.press("alice", run, "stop")
    flow.world.steps = [Progress("vm", "going", 1.0)]
    await flow.runs.release(await flow.runs.get(run.id), due_at=0)
    await flow.applying.apply(run.id)
    assert "Alice asked me to stop" in (await flow.messages())[-1][2]


async def test_a_stop_that_comes_when_it_is_over_is_told_so(flow):
    run = await applying(flow)
    await flow.attempts.finish(run.id, flow.world.started[0][1], 0, outcome=run.outcome)
    await flow.press("alice", run, "stop")
    kind, _, card = (await flow.messages())[-1]
    assert kind == "whisper"
    assert "nothing to stop" in card


async def test_the_last_card_names_who_stopped_it_and_what_exists(flow):
    run = await applying(flow)
    await flow.press("alice", run, "stop")
    await flow.attempts.finish(run.id, flow.world.started[0][1], 1, outcome=run.outcome)
    await flow.closing.close(run.id)
    outcome = parse_outcome((await flow.runs.get(run.id)).outcome)
    assert outcome.error.key == "apply.stopped_by"
    card = (await flow.messages())[-1][2]
    assert "Alice stopped the apply" in card
    assert "Nothing of it exists" in card
    assert (await flow.runs.get(run.id)).state is RunState.ERRORED


async def test_an_apply_that_lasts_longer_than_it_may_says_that_it_still_waits(flow):
    run = await applying(flow)
    flow.world.at = (await flow.runs.attempt(run.id)).started_at + 3601
    flow.world.steps = [Progress("vm", "going", 1.0)]
    await flow.runs.release(await flow.runs.get(run.id), due_at=0)
    await flow.applying.apply(run.id)
    assert "longer than the 60 minutes" in (await flow.messages())[-1][2]


async def test_what_breaks_while_it_is_followed_never_ends_a_run_whose_terraform_works(flow):
    run = await flow.approved()
    flow.world.follow_fault = Broken("reading the steps", "the disk is gone")
    await flow.applying.apply(run.id)
    assert (await flow.runs.get(run.id)).state is RunState.APPLYING
    assert await flow.attempts.begin(run.id, flow.world.started[0][1], 60)


async def test_a_fault_that_nobody_foresaw_is_told_once_and_the_run_stays_due(flow):
    run = await applying(flow)
    for reference in ("aa11", "bb22"):
        await flow.upkeep.tell_fault(run.id, reference)
    said = [card for _, key, card in await flow.messages() if key == f"fault:{run.id}:applying"]
    assert len(said) == 1
    assert "aa11" in said[0]
    assert (await flow.runs.get(run.id)).state is RunState.APPLYING


async def test_after_a_fault_that_nobody_foresaw_each_wait_is_longer_than_the_one_before(flow):
    run = await flow.approved()
    flow.world.at = run.updated_at
    waits = []
    for reference in ("aa11", "bb22", "cc33", "dd44", "ee55"):
        assert await flow.runs.claim(run.id, [RunState.APPROVED], "w1", 30) is not None
        await flow.upkeep.tell_fault(run.id, reference)
        asked = flow.world.at
        while (run.id, RunState.APPROVED) not in await flow.runs.due(flow.world.at, 10):
            flow.world.at += 1
        waits.append(flow.world.at - asked)
    assert waits == sorted(waits)
    assert waits[0] == FAULT_S
    assert waits[-1] > 2 * FAULT_S
    assert wait_after_fault(run, run.updated_at + 1e6) == FAULT_MAX_S
