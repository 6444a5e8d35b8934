"""While a stack is being changed, a newer wish in its thread waits, and the holder is named."""

import errno
from dataclasses import replace

from bot.chat.port import Actor, Conversation, Said
from bot.domain.outcome import Ending, dump_outcome, parse_outcome
from bot.domain.run import RunState
from bot.flow.intake import run_id_of
from tests.fixtures.flow import SPEC, proposal

ALICE = Actor("test", "alice", "Alice")


async def _changing(flow):
    """An apply that has begun, and a newer wish in the same thread."""
    run = await flow.approved()
    await flow.applying.apply(run.id)
    assert (await flow.runs.get(run.id)).state is RunState.APPLYING
    flow.world.answer = proposal(replace(SPEC, memory_mb=16384))
    flow.world.at += 5
    await flow.say("alice")
    return run, await flow.newest()


async def test_a_wish_waits_for_the_apply_before_it_and_the_holder_is_named(flow):
    run, newer = await _changing(flow)
    planned = len(flow.world.planned)
    await flow.planning.plan(newer.id)
    assert (await flow.runs.get(newer.id)).state is RunState.PENDING
    assert len(flow.world.planned) == planned
    card = (await flow.messages())[-1][2]
    assert "Bob" in card
    assert run.id in card


async def test_a_wish_that_waits_is_due_again_soon_and_says_so_once(flow):
    _, newer = await _changing(flow)
    await flow.planning.plan(newer.id)
    said = len(await flow.messages())
    flow.world.at += 2
    assert (newer.id, RunState.PENDING) in await flow.runs.due(flow.world.at, 10)
    await flow.planning.plan(newer.id)
    assert len(await flow.messages()) == said


async def test_after_the_apply_the_wish_is_planned_on_what_stands_then(flow):
    run, newer = await _changing(flow)
    await flow.planning.plan(newer.id)
    token = flow.world.started[0][1]
    await flow.attempts.begin(run.id, token, 60)
    ended = replace(parse_outcome((await flow.runs.get(run.id)).outcome), ending=Ending(is_applied=True, seconds=1))
    await flow.attempts.finish(run.id, token, 0, outcome=dump_outcome(ended))
    await flow.planning.plan(newer.id)
    (guest,) = flow.world.planned[-1].guests
    assert guest.spec.memory_mb == 16384
    assert guest.vmid == parse_outcome(run.outcome).guests[0].vmid


async def test_an_approved_plan_before_it_is_waited_for_too(flow):
    await flow.approved()
    flow.world.answer = proposal(replace(SPEC, memory_mb=16384))
    await flow.say("alice")
    newer = await flow.newest()
    await flow.planning.plan(newer.id)
    assert (await flow.runs.get(newer.id)).state is RunState.PENDING


async def test_the_name_of_a_destroyed_machine_is_free_for_another_thread(flow):
    run = await flow.approved()
    await flow.applying.apply(run.id)
    token = flow.world.started[0][1]
    await flow.attempts.begin(run.id, token, 60)
    outcome = parse_outcome(run.outcome)
    assert outcome.plan is not None
    gone = replace(outcome.plan, changes=tuple(replace(c, action="delete") for c in outcome.plan.changes))
    await flow.attempts.finish(run.id, token, 0, outcome=dump_outcome(replace(outcome, guests=(), plan=gone)))
    await flow.closing.close(run.id)
    await flow.intake.hear(Said("elsewhere", Conversation("test", "local", "main", "t2"), ALICE, text="x"))
    await flow.planning.plan(run_id_of("elsewhere"))
    assert (await flow.runs.get(run_id_of("elsewhere"))).state is RunState.PLANNED


async def test_a_full_disk_ends_the_plan_with_a_sentence_that_names_it(flow):
    flow.world.faults["planner"] = [OSError(errno.ENOSPC, "No space left on device")]
    await flow.say("alice")
    await flow.planning.plan((await flow.newest()).id)
    run = await flow.newest()
    assert run.state is RunState.ERRORED
    assert run.outcome["error"]["key"] == "broken.disk"
    assert "No space left" in (await flow.messages())[-1][2]


async def test_a_machine_is_tagged_with_the_environment_that_its_card_names(flow):
    flow.world.answer = proposal().model_copy(update={"environment": "staging"})
    await flow.planned()
    flow.world.answer = proposal().model_copy(update={"environment": "prod"})
    run = await flow.planned()
    assert "prod" in (await flow.messages())[-1][2]
    tags = parse_outcome(run.outcome).guests[0].tags
    assert "prod" in tags
    assert "staging" not in tags
