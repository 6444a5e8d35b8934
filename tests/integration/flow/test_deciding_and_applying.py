"""A yes, a no, a late click; then the apply, its guards, its rescue and its report."""

from dataclasses import replace

import pytest

from bot.domain.outcome import Progress, parse_outcome
from bot.domain.run import RunState
from iac.errors import Broken
from tests.fixtures.flow import TEMPLATE, WORLD
from tests.fixtures.states import put_state

THIEF = replace(TEMPLATE, vmid=1000, name="thief", is_template=False)


async def test_an_approval_is_recorded_once_with_its_person(flow):
    run = await flow.planned()
    await flow.press("bob", run)
    decided = await flow.newest()
    assert decided.state is RunState.APPROVED
    assert decided.decided_by == "test:bob"
    assert ("apply", run.id) in flow.world.rung


async def test_a_second_click_changes_nothing_and_is_told_in_private(flow):
    run = await flow.planned()
    await flow.press("bob", run)
    await flow.press("bob", run)
    kinds = [kind for kind, _, _ in await flow.messages()]
    assert kinds.count("whisper") == 1
    assert flow.world.rung.count(("apply", run.id)) == 1


async def test_the_requester_alone_is_told_that_their_click_does_not_count(flow):
    run = await flow.planned("bob")
    await flow.press("bob", run)
    assert (await flow.newest()).state is RunState.PLANNED
    kind, _, card = (await flow.messages())[-1]
    assert kind == "whisper"
    assert "four eyes" in card


async def test_a_forged_button_decides_nothing(flow):
    run = await flow.planned()
    await flow.press("bob", replace(run, digest="f" * 64))
    await flow.press("bob", replace(run, id="000000000000"))
    assert (await flow.newest()).state is RunState.PLANNED


async def test_after_its_hour_a_plan_expires_and_gives_back_its_number(flow):
    run = await flow.planned()
    flow.world.at += 3601
    assert (run.id, RunState.PLANNED) in await flow.runs.due(flow.world.at, 10)
    await flow.upkeep.expire(run.id)
    assert (await flow.newest()).state is RunState.EXPIRED
    again = await flow.planned()
    assert parse_outcome(again.outcome).guests[0].vmid == 1000


async def test_a_plan_whose_time_has_not_come_stays(flow):
    run = await flow.planned()
    await flow.upkeep.expire(run.id)
    assert (await flow.newest()).state is RunState.PLANNED


async def test_an_approved_run_is_handed_to_one_runner_with_one_token(flow):
    run = await flow.approved()
    await flow.applying.apply(run.id)
    assert [started for started, _ in flow.world.started] == [run.id]
    attempt = await flow.runs.attempt(run.id)
    assert attempt is not None
    assert attempt.token == flow.world.started[0][1]


@pytest.mark.parametrize(
    ("moved", "key"),
    [
        (replace(WORLD, is_quorate=False), "apply.no_quorum"),
        (
            replace(WORLD, guests=(TEMPLATE, replace(TEMPLATE, vmid=1000, name="thief", is_template=False))),
            "apply.vmid_taken",
        ),
        (replace(WORLD, guests=()), "apply.template_moved"),
    ],
)
async def test_a_cluster_that_moved_after_the_yes_is_not_touched(flow, moved, key):
    run = await flow.approved()
    flow.world.inventory = moved
    await flow.applying.apply(run.id)
    refused = await flow.runs.get(run.id)
    assert refused.state is RunState.REFUSED
    assert refused.outcome["error"]["key"] == key
    assert flow.world.started == []


async def test_what_can_still_be_had_is_planned_again_as_the_next_revision(flow):
    run = await flow.approved()
    flow.world.inventory = replace(WORLD, guests=(TEMPLATE, THIEF))
    await flow.applying.apply(run.id)
    again = next(r for r in await flow.runs.latest(5) if r.id != run.id)
    assert again.state is RunState.PENDING
    assert again.revision == run.revision + 1
    assert again.digest is None
    await flow.planning.plan(again.id)
    assert parse_outcome((await flow.runs.get(again.id)).outcome).guests[0].vmid == 1001


async def test_a_state_that_moved_means_no_apply(flow):
    run = await flow.approved()
    await put_state(flow.stacks, run.stack_id, 7, b'{"serial": 7}')
    await flow.applying.apply(run.id)
    assert (await flow.runs.get(run.id)).outcome["error"]["key"] == "apply.state_moved"


async def test_progress_edits_the_card_and_never_more_than_once_a_second(flow):
    flow.world.steps = [Progress(f"vm-{n}", "going", n) for n in range(30)]
    run = await flow.approved()
    await flow.applying.apply(run.id)
    edits = [key for kind, key, _ in await flow.messages() if kind == "edit" and ":applying:" in key]
    assert 1 <= len(edits) <= 2


async def test_an_end_becomes_a_report_and_closes_the_run(flow):
    run = await flow.approved()
    await flow.applying.apply(run.id)
    token = flow.world.started[0][1]
    assert await flow.attempts.begin(run.id, token, 60)
    await flow.attempts.finish(run.id, token, 0, outcome=run.outcome)
    await flow.closing.close(run.id)
    kind, key, card = (await flow.messages())[-1]
    assert (kind, key) == ("edit", f"run:{run.id}:applied:report")
    assert "ssh ubuntu@10.0.0.5" in card
    before = len(await flow.messages())
    await flow.closing.close(run.id)
    assert len(await flow.messages()) == before


async def test_a_machine_that_is_not_usable_is_not_called_ready(flow):
    flow.world.usable = ("ssh",)
    run = await flow.approved()
    await flow.applying.apply(run.id)
    token = flow.world.started[0][1]
    await flow.attempts.begin(run.id, token, 60)
    await flow.attempts.finish(run.id, token, 0, outcome=run.outcome)
    await flow.closing.close(run.id)
    _, _, card = (await flow.messages())[-1]
    assert "'tone': 'bad'" in card or '"tone": "bad"' in card


async def test_an_apply_that_never_began_is_begun_by_a_new_runner(flow):
    run = await flow.approved()
    flow.applying = replace(flow.applying, beat_s=-1)
    await flow.applying.apply(run.id)
    await flow.upkeep.rescue()
    (_, first), (again, second) = flow.world.started
    assert again == run.id
    assert not await flow.attempts.begin(run.id, first, 60)
    assert await flow.attempts.begin(run.id, second, 60)


async def test_an_apply_that_went_silent_half_way_is_never_begun_again(flow):
    run = await flow.approved()
    flow.applying = replace(flow.applying, beat_s=-1)
    await flow.applying.apply(run.id)
    assert await flow.attempts.begin(run.id, flow.world.started[0][1], -1)
    await flow.upkeep.rescue()
    assert len(flow.world.started) == 1
    silent = await flow.runs.get(run.id)
    assert silent.state is RunState.ERRORED
    assert silent.outcome["error"]["key"] == "apply.runner_lost"


async def test_a_runner_that_cannot_start_leaves_the_run_to_the_rescue(flow):
    run = await flow.approved()
    flow.world.faults["runner"] = [Broken("starting the runner", "no memory")]
    await flow.applying.apply(run.id)
    assert (await flow.runs.get(run.id)).state is RunState.APPLYING
    assert flow.world.started == []


async def test_a_yes_that_waited_for_days_is_not_carried_out_but_asked_again(flow):
    run = await flow.approved()
    flow.world.at += 3 * 86_400
    await flow.applying.apply(run.id)
    assert (await flow.runs.get(run.id)).outcome["error"]["key"] == "apply.yes_too_old"
    assert flow.world.started == []
    assert (await flow.newest()).revision == run.revision + 1


async def test_a_yes_in_the_last_second_counts(flow):
    run = await flow.planned()
    flow.world.at += 3600
    await flow.press("bob", run)
    flow.world.at += 30
    await flow.applying.apply(run.id)
    assert (await flow.runs.get(run.id)).state is RunState.APPLYING
