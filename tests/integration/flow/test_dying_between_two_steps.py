"""The process dies between any two steps: what comes again has its effect once, and nothing newer is undone."""

from dataclasses import replace

import pytest
from sqlalchemy import update

from bot.chat.port import Actor, Conversation, Said
from bot.domain.outcome import Ending, Progress, parse_outcome
from bot.domain.run import RunState
from bot.flow.intake import run_id_of
from bot.store.models import runs
from iac.errors import Broken
from tests.fixtures.flow import HERE, SPEC, TEMPLATE, WORLD, proposal

ALICE = Actor("test", "alice", "Alice")


def said(key: str, where: Conversation = HERE) -> Said:
    return Said(key, where, ALICE, text="a machine please")


async def test_an_old_request_that_is_heard_again_does_not_lay_aside_the_newer_one(flow):
    await flow.intake.hear(said("old"))
    flow.world.answer = proposal(replace(SPEC, memory_mb=16384))
    await flow.intake.hear(said("new"))
    await flow.intake.hear(said("old"))
    assert (await flow.runs.get(run_id_of("new"))).state is RunState.PENDING
    assert (await flow.runs.get(run_id_of("old"))).state is RunState.SUPERSEDED


async def test_a_request_that_is_heard_again_asks_the_crew_nothing_and_says_nothing_new(flow):
    await flow.intake.hear(said("e"))
    turns, messages = len(flow.world.turns), await flow.messages()
    flow.world.answer = proposal(replace(SPEC, name="other"))
    await flow.intake.hear(said("e"))
    assert len(flow.world.turns) == turns
    assert await flow.messages() == messages
    assert flow.world.rung.count(("plan", run_id_of("e"))) == 2


async def test_a_request_that_died_before_the_thread_remembered_it_is_remembered_when_heard_again(flow):
    await flow.intake.hear(said("e"))
    flow.world.slots = {}
    await flow.intake.hear(said("e"))
    assert flow.world.slots == {"seen": 1}


async def test_a_request_that_died_before_it_laid_the_older_aside_does_so_when_heard_again(flow):
    older = await flow.planned()

    class Dying(type(flow.runs)):  # type: ignore[misc]
        async def move(self, *_args, **_more):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await replace(flow.intake, runs=Dying(flow.database)).hear(said("e"))
    await flow.intake.hear(said("e"))
    assert (await flow.runs.get(older.id)).state is RunState.SUPERSEDED
    assert (await flow.runs.get(run_id_of("e"))).state is RunState.PENDING


async def test_what_a_superseded_plan_kept_is_free_for_another_thread(flow):
    await flow.planned()
    flow.world.answer = proposal(replace(SPEC, name="api02"))
    second = await flow.planned()
    assert parse_outcome(second.outcome).guests[0].vmid == 1000
    flow.world.answer = proposal()
    await flow.intake.hear(said("elsewhere", Conversation("test", "local", "main", "t2")))
    await flow.planning.plan(run_id_of("elsewhere"))
    run = await flow.runs.get(run_id_of("elsewhere"))
    assert run.state is RunState.PLANNED, run.outcome
    assert parse_outcome(run.outcome).guests[0].vmid == 1001


async def test_a_plan_that_was_superseded_while_it_was_made_keeps_nothing(flow):
    await flow.intake.hear(said("first"))
    flow.world.answer = proposal(replace(SPEC, name="api02"))

    async def supersede_and_read():
        flow.world.__dict__.pop("read")
        await flow.intake.hear(said("second"))
        return WORLD

    flow.world.read = supersede_and_read
    await flow.planning.plan(run_id_of("first"))
    flow.world.answer = proposal()
    await flow.intake.hear(said("elsewhere", Conversation("test", "local", "main", "t2")))
    await flow.planning.plan(run_id_of("elsewhere"))
    assert (await flow.runs.get(run_id_of("elsewhere"))).state is RunState.PLANNED


async def test_a_worker_that_lost_its_claim_does_not_end_the_run_that_another_is_planning(flow):
    await flow.intake.hear(said("e"))

    async def lose_and_break():
        flow.world.__dict__.pop("read")
        await _take_over(flow, run_id_of("e"))
        raise Broken("reading the cluster", "no")

    flow.world.read = lose_and_break
    await flow.planning.plan(run_id_of("e"))
    assert (await flow.runs.get(run_id_of("e"))).state is RunState.PLANNING


async def test_a_new_plan_does_not_come_after_a_newer_wish(flow):
    first = await flow.approved()
    flow.world.answer = proposal(replace(SPEC, memory_mb=16384))
    await flow.intake.hear(said("newer"))
    flow.world.inventory = replace(WORLD, guests=(TEMPLATE, replace(TEMPLATE, vmid=1000, name="x", is_template=False)))
    await flow.applying.apply(first.id)
    assert (await flow.runs.get(first.id)).state is RunState.REFUSED
    assert {run.id for run in await flow.runs.latest(9)} == {first.id, run_id_of("newer")}


async def test_a_refusal_that_died_before_the_new_plan_was_ordered_loses_no_wish(flow):
    run = await flow.approved()
    flow.world.inventory = replace(WORLD, guests=(TEMPLATE, replace(TEMPLATE, vmid=1000, name="x", is_template=False)))

    class Dying(type(flow.runs)):  # type: ignore[misc]
        async def create(self, *args, **more):
            await super().create(*args, **more)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await replace(flow.applying, runs=Dying(flow.database)).apply(run.id)
    again = [r for r in await flow.runs.latest(9) if r.id != run.id]
    assert [r.state for r in again] == [RunState.PENDING]


async def test_a_follower_that_is_late_writes_nothing_over_the_report(flow):
    run = await flow.approved()

    async def follow(_run_id):
        yield Progress("vm", "going", 1)
        await _end(flow, run)
        await flow.closing.close(run.id)
        flow.world.at += 10
        yield Progress("vm", "going", 9)
        yield Ending(is_applied=True, seconds=9)

    flow.world.follow = follow
    await flow.applying.apply(run.id)
    assert (await flow.messages())[-1][1] == f"run:{run.id}:applied:report"


async def test_a_worker_that_lost_the_ended_run_says_nothing_more_about_it(flow):
    run = await flow.approved()
    await flow.applying.apply(run.id)
    await _end(flow, run)

    class Slow(type(flow.closing.reservations)):  # type: ignore[misc]
        async def keep(self, run_id):
            await super().keep(run_id)
            await _free(flow, run_id)
            await flow.closing.close(run_id)

    await replace(flow.closing, reservations=Slow(flow.database)).close(run.id)
    assert (await flow.messages())[-1][1] == f"run:{run.id}:applied:report"


async def _end(flow, run) -> None:
    """Terraform is done, and its runner has recorded it."""
    token = flow.world.started[0][1]
    assert await flow.attempts.begin(run.id, token, 60)
    await flow.attempts.finish(run.id, token, 0, outcome=run.outcome)


async def _free(flow, run_id: str) -> None:
    """The claim ran out."""
    async with flow.database.writing() as connection:
        await connection.execute(update(runs).where(runs.c.id == run_id).values(lease_until=0.0))


async def _take_over(flow, run_id: str) -> None:
    """Another worker's claim, after ours ran out."""
    await _free(flow, run_id)
    assert await flow.runs.claim(run_id, [RunState.PLANNING], "w2", 30) is not None
