"""Finish and Undo on the card of an apply that is over: each becomes a run with its own plan and its own yes."""

import asyncio
from dataclasses import replace

import pytest

from bot.domain.outcome import parse_outcome
from bot.domain.run import RunState
from bot.flow.telling import proposal_of
from bot.store.audit import Audit
from tests.fixtures.flow import SPEC, TEMPLATE, WORLD, proposal

MADE = replace(TEMPLATE, vmid=1000, name="api01", is_template=False, status="running", node="n2")


async def over(flow, code=0, *, is_there=True):
    """A run whose apply is over and reported."""
    run = await flow.approved()
    await flow.applying.apply(run.id)
    token = flow.world.started[-1][1]
    await flow.attempts.begin(run.id, token, 60)
    await flow.attempts.finish(run.id, token, code, outcome=run.outcome)
    flow.world.inventory = replace(WORLD, guests=(TEMPLATE, MADE) if is_there else (TEMPLATE,))
    await flow.closing.close(run.id)
    return await flow.runs.get(run.id)


async def whispered(flow):
    kind, _, card = (await flow.messages())[-1]
    assert kind == "whisper", card
    return card


async def test_a_broken_card_offers_both_and_one_that_made_nothing_only_to_finish(flow):
    await over(flow, 1)
    card = (await flow.messages())[-1][2]
    assert "'finish'" in card
    assert "'undo'" in card


async def test_nothing_made_is_nothing_to_undo(flow):
    await over(flow, 1, is_there=False)
    card = (await flow.messages())[-1][2]
    assert "'finish'" in card
    assert "'undo'" not in card


async def test_finish_plans_the_same_wish_again_in_the_name_of_whoever_pressed(flow):
    run = await over(flow, 1, is_there=False)
    await flow.press("bob", run, "finish")
    again = await flow.newest()
    assert (again.state, again.revision, again.requester) == (RunState.PENDING, run.revision + 1, "test:bob")
    assert proposal_of(again).guests == proposal_of(run).guests
    await flow.planning.plan(again.id)
    assert (await flow.newest()).state is RunState.PLANNED
    await flow.press("bob", await flow.newest())
    assert (await flow.newest()).state is RunState.PLANNED, "four eyes hold here too"


async def test_undo_asks_for_the_removal_of_exactly_what_the_run_made(flow):
    run = await over(flow)
    await flow.press("alice", run, "undo")
    removal = await flow.newest()
    assert proposal_of(removal).intent == "destroy"
    assert [guest.name for guest in proposal_of(removal).guests] == ["api01"]
    await flow.planning.plan(removal.id)
    assert flow.world.planned[-1].guests == ()


@pytest.mark.parametrize("action", ["finish", "undo"])
async def test_many_presses_of_one_moment_are_one_run(flow, action):
    run = await over(flow, 1)
    await asyncio.gather(*(flow.press("alice", run, action) for _ in range(10)))
    assert len(await flow.runs.of_stack(run.stack_id)) == 2


async def test_while_something_is_under_way_in_the_thread_it_comes_first(flow):
    run = await over(flow, 1)
    await flow.press("alice", run, "finish")
    await flow.press("alice", run, "undo")
    assert "not finished yet" in await whispered(flow)


async def test_one_that_was_laid_aside_can_be_asked_for_again(flow):
    run = await over(flow, 1, is_there=False)
    await flow.press("alice", run, "finish")
    first = await flow.newest()
    await flow.planning.plan(first.id)
    await flow.press("alice", await flow.newest(), "discard")
    await flow.press("alice", run, "finish")
    assert len(await flow.runs.of_stack(run.stack_id)) == 3


async def test_a_person_without_a_role_is_refused_in_private(flow):
    run = await over(flow, 1)
    await flow.press("mallory", run, "finish")
    assert "may not ask" in await whispered(flow)
    assert len(await flow.runs.of_stack(run.stack_id)) == 1


async def test_what_somebody_has_built_on_is_not_undone_from_here(flow):
    first = await over(flow)
    flow.world.answer = proposal(replace(SPEC, cores=8), intent="change")
    await flow.say("alice")
    change = await flow.newest()
    plan = parse_outcome(first.outcome).plan
    touched = replace(parse_outcome(first.outcome), plan=plan)
    from bot.domain.outcome import dump_outcome

    for state, changes in (
        (RunState.PLANNING, {}),
        (RunState.PLANNED, {"digest": "d" * 64, "outcome": dump_outcome(touched)}),
        (RunState.APPROVED, {"decided_by": "test:bob"}),
        (RunState.APPLYING, {}),
        (RunState.APPLIED, {}),
    ):
        change = await flow.runs.move(change, state, actor="test", changes=changes)
    await flow.press("alice", first, "undo")
    assert f"Run {change.id} has changed api01 since" in await whispered(flow)


async def test_what_is_gone_already_cannot_be_undone_and_what_is_whole_cannot_be_finished(flow):
    broken = await over(flow, 1, is_there=False)
    await flow.press("alice", broken, "undo")
    assert "nothing to undo" in await whispered(flow)


async def test_an_applied_run_has_nothing_to_finish(flow):
    run = await over(flow)
    await flow.press("alice", run, "finish")
    assert "nothing to finish" in await whispered(flow)


async def test_a_forged_button_makes_no_run(flow):
    run = await over(flow, 1)
    await flow.press("alice", replace(run, digest="f" * 64), "undo")
    await whispered(flow)
    assert len(await flow.runs.of_stack(run.stack_id)) == 1


@pytest.mark.parametrize("action", ["finish", "undo"])
async def test_who_may_not_ask_is_told_alone_and_the_trail_keeps_who_pressed_what(flow, action):
    run = await over(flow, 1)
    await flow.press("mallory", run, action)
    await whispered(flow)
    assert len(await flow.runs.of_stack(run.stack_id)) == 1
    rows = [row.entry for row in await Audit(flow.database).of_run(run.id)]
    kept = [(e.actor, e.new, e.facts["pressed"].split()[0]) for e in rows if e.what == "press.refused"]
    assert kept == [("test:mallory", "mend.no_right", action)]
