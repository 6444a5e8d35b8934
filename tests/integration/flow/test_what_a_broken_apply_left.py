"""After an apply that broke: what exists comes into the state or onto the card, and only then is the stack free."""

from dataclasses import replace

import pytest

from bot.domain.errors import Refused
from bot.domain.outcome import parse_outcome
from bot.domain.run import RunState
from bot.store.audit import Audit
from bot.store.claims import SqlClaims
from bot.store.stacks import SqlStacks, Vault
from iac.errors import ClusterSilent
from tests.fixtures.flow import TEMPLATE, WORLD, proposal
from tests.fixtures.states import put_state

MADE = replace(TEMPLATE, vmid=1000, name="api01", is_template=False, status="running", node="n2")
OFF = replace(MADE, status="stopped", tags=("threadform",))


async def broken(flow):
    """An apply that ended badly and that nobody has looked at."""
    run = await flow.approved()
    await flow.applying.apply(run.id)
    token = flow.world.started[-1][1]
    assert await flow.attempts.begin(run.id, token, 60)
    return await flow.attempts.finish(run.id, token, 1, outcome=run.outcome)


def now_has(flow, *guests):
    flow.world.inventory = replace(WORLD, guests=(TEMPLATE, *guests))


async def closed(flow, run):
    await flow.closing.close(run.id)
    return parse_outcome((await flow.runs.get(run.id)).outcome)


async def last_card(flow):
    return (await flow.messages())[-1][2]


async def test_a_guest_that_no_state_knows_is_taken_into_it(flow):
    run = await broken(flow)
    now_has(flow, MADE)
    outcome = await closed(flow, run)
    assert flow.world.imported == ["api01"]
    assert (outcome.standing, outcome.left) == (("api01",), ())
    assert await flow.stacks.state(run.stack_id) == (51, b"imported")
    rows = [row.entry for row in await Audit(flow.database).of_run(run.id)]
    assert [entry.facts["guests"] for entry in rows if entry.what == "state.recovered"] == [["api01"]]
    assert "Exists now: api01" in await last_card(flow)


async def broken_again(flow, *, was_started=False):
    """A run that was to change a guest that an apply before it had left, and that broke too."""
    run = await broken(flow)
    now_has(flow, OFF)
    await closed(flow, run)
    flow.world.serial, flow.world.was_started = 51, was_started
    flow.world.answer = proposal(intent="change" if was_started else "create")
    return await broken(flow)


async def test_a_guest_whose_finish_broke_too_is_half_made_again_before_the_stack_is_free(flow):
    run = await broken_again(flow)
    outcome = await closed(flow, run)
    assert (flow.world.half_made, outcome.standing) == (["api01"], ("api01",))
    assert await flow.stacks.state(run.stack_id) == (60, b"half made")
    rows = [row.entry for row in await Audit(flow.database).of_run(run.id) if row.entry.what == "state.recovered"]
    assert [(row.new, row.facts["guests"]) for row in rows] == [("half_made", ["api01"])]


async def test_a_guest_whose_finish_broke_when_it_was_up_already_is_whole(flow):
    run = await broken_again(flow)
    now_has(flow, MADE)
    await closed(flow, run)
    assert flow.world.half_made == []
    assert await flow.stacks.state(run.stack_id) == (51, b"imported")


async def test_a_guest_that_was_up_before_and_that_somebody_stopped_is_not_half_made(flow):
    run = await broken_again(flow, was_started=True)
    await closed(flow, run)
    assert flow.world.half_made == []


async def test_a_finish_that_is_looked_at_twice_marks_its_guest_once(flow):
    run = await broken_again(flow)
    await closed(flow, run)
    await closed(flow, run)
    assert flow.world.half_made == ["api01"]


async def test_what_was_never_made_is_said_and_gives_its_number_back(flow):
    run = await broken(flow)
    outcome = await closed(flow, run)
    assert (outcome.standing, outcome.left) == ((), ())
    assert "Nothing of it exists" in await last_card(flow)
    again = await flow.planned()
    assert parse_outcome(again.outcome).guests[0].vmid == 1000


async def test_a_guest_that_is_still_being_cloned_is_waited_for_and_that_is_said_once(flow):
    run = await broken(flow)
    now_has(flow, replace(MADE, lock="clone", status="stopped"))
    for _ in range(3):
        await flow.closing.close(run.id)
    assert [key for _, key, _ in await flow.messages()].count(f"run:{run.id}:errored:looking:recover.locked") == 1
    assert flow.world.imported == []
    now_has(flow, replace(MADE, status="stopped"))
    assert (await closed(flow, run)).standing == ("api01",)


async def test_a_lock_that_never_goes_is_named_on_the_card_in_the_end(flow):
    run = await broken(flow)
    now_has(flow, replace(MADE, lock="clone"))
    flow.world.at = run.updated_at + 61
    outcome = await closed(flow, run)
    assert [(one.guest, one.vmid, one.node, one.why.key) for one in outcome.left] == [
        ("api01", 1000, "n2", "recover.locked")
    ]
    assert "VMID 1000 on n2" in await last_card(flow)


async def test_a_guest_that_cannot_be_imported_is_tried_again_and_then_told_in_terraforms_words(flow):
    run = await broken(flow)
    now_has(flow, MADE)
    flow.world.unimportable = {"api01": "the agent is silent"}
    assert (await closed(flow, run)).standing is None
    flow.world.at = run.updated_at + 61
    outcome = await closed(flow, run)
    assert outcome.left[0].why.values == {"why": "the agent is silent"}
    assert "the agent is silent" in await last_card(flow)


async def test_another_guest_under_our_number_is_left_alone(flow):
    run = await broken(flow)
    now_has(flow, replace(MADE, name="thief"))
    outcome = await closed(flow, run)
    assert flow.world.imported == []
    assert [(one.guest, one.why.key) for one in outcome.left] == [("thief", "recover.other_guest")]


async def test_a_guest_that_somebody_else_made_under_our_number_and_name_stays_out_of_our_books(flow):
    run = await broken(flow)
    now_has(flow, replace(MADE, tags=("threadform", f"run-{run.id}")))
    flow.world.foreign = frozenset({"api01"})
    outcome = await closed(flow, run)
    assert (outcome.standing, [one.why.key for one in outcome.left]) == ((), ["recover.not_ours"])
    assert "somebody else made it" in await last_card(flow)
    assert await flow.stacks.state(run.stack_id) is None
    assert await SqlClaims(flow.database).all() == []
    assert await flow.closing.reservations.vmids(run.id) == {}
    await flow.press("alice", run, "undo")
    assert "nothing" in (await flow.told("alice"))[-1]
    assert [each.id for each in await flow.runs.of_stack(run.stack_id)] == [run.id]


async def test_a_guest_with_the_runs_tag_that_it_never_planned_is_shown(flow):
    run = await broken(flow)
    now_has(flow, replace(MADE, vmid=1234, name="odd", tags=(f"run-{run.id}",)))
    outcome = await closed(flow, run)
    assert [(one.guest, one.vmid, one.why.key) for one in outcome.left] == [("odd", 1234, "recover.stray")]


async def test_a_silent_cluster_is_waited_for_and_said_once(flow):
    run = await broken(flow)
    flow.world.faults["cluster"] = [ClusterSilent("reading", "no answer")] * 3
    for _ in range(3):
        await flow.closing.close(run.id)
    looking = [key for _, key, _ in await flow.messages() if ":looking:" in key]
    assert looking == [f"run:{run.id}:errored:looking:broken.cluster_silent"]
    now_has(flow, MADE)
    assert (await closed(flow, run)).standing == ("api01",)


async def test_while_somebody_still_works_there_nothing_is_looked_at(flow):
    run = await broken(flow)
    now_has(flow, MADE)
    flow.world.where = "at_work"
    assert (await closed(flow, run)).standing is None
    assert flow.world.imported == []


async def test_until_it_was_looked_at_the_stack_is_not_free(flow):
    run = await broken(flow)
    await flow.say("alice")
    waiting = await flow.newest()
    await flow.planning.plan(waiting.id)
    assert (await flow.runs.get(waiting.id)).state is RunState.PENDING
    assert f"run {run.id}" in await last_card(flow)
    await flow.closing.close(run.id)
    await flow.planning.plan(waiting.id)
    assert (await flow.runs.get(waiting.id)).state is RunState.PLANNED


async def test_an_apply_that_was_approved_before_does_not_begin_until_then_either(flow):
    first = await flow.approved()
    await flow.applying.apply(first.id)
    token = flow.world.started[0][1]
    await flow.attempts.begin(first.id, token, 60)
    await flow.say("alice")
    second = await flow.newest()
    for state, changes in ((RunState.PLANNING, {}), (RunState.PLANNED, {"digest": "d" * 64}), (RunState.APPROVED, {})):
        second = await flow.runs.move(second, state, actor="test", changes=changes)
    await flow.attempts.finish(first.id, token, 1, outcome=first.outcome)
    mine = await flow.runs.claim(second.id, [RunState.APPROVED], "w2", 60)
    with pytest.raises(Refused) as no:
        await flow.runs.start_apply(mine, "t2", actor="test", beat_s=60)
    assert no.value.sentence.key == "lock.held"
    assert await flow.runs.attempt(second.id) is None


async def test_the_next_plan_leaves_a_recovered_guest_where_it_is(flow):
    run = await broken(flow)
    now_has(flow, MADE)
    await closed(flow, run)
    before = parse_outcome(run.outcome).guests[0]
    await flow.say("alice")
    again = await flow.newest()
    await flow.planning.plan(again.id)
    assert flow.world.planned[-1].guests == (before,)


async def test_a_looking_that_dies_on_its_way_is_done_again(flow):
    run = await broken(flow)
    now_has(flow, MADE)
    flow.world.import_faults = [RuntimeError("killed")]
    with pytest.raises(RuntimeError):
        await flow.closing.close(run.id)
    again = replace(flow.closing, owner="w2", lease_s=30)
    flow.world.in_state = frozenset({"api01"})  # the import had got through
    await flow.runs.renew(await _held(flow, run), -1)
    await again.close(run.id)
    assert parse_outcome((await flow.runs.get(run.id)).outcome).standing == ("api01",)


async def _held(flow, run):
    return await flow.runs.get(run.id)


async def test_a_state_that_cannot_be_opened_holds_the_stack_and_says_which_setting_to_look_at(flow):
    run = await broken(flow)
    await put_state(SqlStacks(flow.database, Vault(b"x" * 32)), run.stack_id, 7, b"{}")
    await closed(flow, run)
    assert "THREADFORM_STATE_KEY" in await last_card(flow)
    assert [each.id for each in await flow.runs.unsettled(run.stack_id)] == [run.id]
    assert (run.id, RunState.ERRORED) not in await flow.runs.due(flow.world.at, 10)
    assert (run.id, RunState.ERRORED) in await flow.runs.due(flow.world.at + 3600, 10)


async def test_a_guest_that_left_the_state_on_its_way_is_taken_in_again_after_a_good_apply(flow):
    run = await flow.approved()
    await flow.applying.apply(run.id)
    token = flow.world.started[-1][1]
    assert await flow.attempts.begin(run.id, token, 60)
    await flow.attempts.finish(run.id, token, 0, outcome=run.outcome)
    now_has(flow, replace(MADE, node="n3"))
    await closed(flow, run)
    assert flow.world.imported == ["api01"]
    assert await flow.stacks.state(run.stack_id) == (51, b"imported")
    assert (await flow.runs.get(run.id)).state is RunState.APPLIED


async def test_a_state_that_knows_every_guest_needs_no_look_at_the_cluster(flow):
    run = await flow.approved()
    await flow.applying.apply(run.id)
    token = flow.world.started[-1][1]
    assert await flow.attempts.begin(run.id, token, 60)
    await flow.attempts.finish(run.id, token, 0, outcome=run.outcome)
    flow.world.in_state = frozenset({"api01"})
    flow.world.faults["cluster"] = [AssertionError("the cluster was read")]
    await closed(flow, run)
    assert flow.world.imported == []
