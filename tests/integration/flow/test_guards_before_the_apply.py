"""Between the yes and the apply: a freeze, a template in use, room, rules and reservations are looked at again."""

from dataclasses import replace

import pytest

from bot.chat.port import Actor, Conversation, Said
from bot.domain.environment import Environment
from bot.domain.outcome import dump_outcome, parse_outcome
from bot.domain.run import UNTOUCHED, RunState
from bot.flow.again import PLAN_AGAIN
from bot.settings import Settings
from bot.store.claims import SqlClaims
from bot.store.freezes import SqlFreezes
from bot.store.reservations import SqlReservations
from bot.wiring.environments import environments_of
from bot.wiring.people import book_of
from iac.errors import Refused, Sentence
from iac.inventory import Guest
from iac.spec import Limits
from tests.fixtures.flow import GB, SPEC, WORLD, proposal, rules
from tests.fixtures.ruled import PEOPLE

FULL = replace(WORLD, nodes=tuple(replace(node, memory_used_bytes=60 * GB) for node in WORLD.nodes))


def under(flow, **more):
    """The same flow, with other rules at the recheck: what an operator changed between the yes and now."""
    recheck = replace(flow.applying.recheck, rules=rules(**more))
    flow.applying = replace(flow.applying, recheck=recheck)


async def applied(flow, run):
    await flow.applying.apply(run.id)
    return await flow.runs.get(run.id)


async def test_while_changes_are_frozen_an_approved_run_waits_with_the_freezer_on_its_card(flow):
    run = await flow.approved()
    freezes = SqlFreezes(flow.database)
    await freezes.freeze("test:bob", "storage move", flow.world.at)
    assert (await applied(flow, run)).state is RunState.APPROVED
    card = (await flow.messages())[-1][2]
    assert "frozen by Bob (storage move)" in card
    assert flow.world.started == []
    assert (run.id, RunState.APPROVED) not in await flow.runs.due(flow.world.at + 1, 10)
    await freezes.unfreeze("test:bob", flow.world.at)
    assert (await applied(flow, run)).state is RunState.APPLYING


async def test_who_waits_for_a_freeze_does_not_read_the_cluster(flow):
    run = await flow.approved()
    await SqlFreezes(flow.database).freeze("test:bob", "", flow.world.at)
    flow.world.faults["cluster"] = [AssertionError("the cluster was read")]
    assert (await applied(flow, run)).state is RunState.APPROVED


async def test_room_that_is_gone_means_a_new_plan_and_nothing_touched(flow):
    run = await flow.approved()
    flow.world.inventory = FULL
    refused = await applied(flow, run)
    assert refused.state is RunState.REFUSED
    assert refused.outcome["error"]["key"] == "apply.no_room"
    assert [note["key"] for note in refused.outcome["notes"]] == ["place.too_little_memory"]
    assert (await flow.newest()).revision == run.revision + 1
    assert flow.world.started == []


@pytest.mark.parametrize(
    ("changed", "key"),
    [
        ({"limits": Limits(max_cores=2)}, "policy.cores"),
        ({"nodes": ("n3",)}, "policy.node_not_allowed"),
        ({"storages": ("local",)}, "policy.storage_not_allowed"),
    ],
)
async def test_rules_that_changed_after_the_yes_hold(flow, changed, key):
    run = await flow.approved()
    under(flow, environments={"dev": Environment("dev", **changed)})
    refused = await applied(flow, run)
    assert refused.outcome["error"]["key"] == "apply.rules_moved"
    assert key in [note["key"] for note in refused.outcome["notes"]]
    assert (await flow.newest()).revision == run.revision + 1


async def test_a_guest_that_became_protected_after_the_yes_is_not_touched(flow):
    run = await flow.approved()
    under(flow, protected=("api*",))
    refused = await applied(flow, run)
    assert "policy.protected" in [note["key"] for note in refused.outcome["notes"]]
    assert flow.world.started == []


async def test_a_number_that_is_no_longer_kept_is_not_used(flow):
    run = await flow.approved()
    await SqlReservations(flow.database).release(run.id)
    assert (await applied(flow, run)).outcome["error"]["key"] == "apply.not_reserved"


async def test_a_second_clone_of_a_template_waits_and_is_rung_for_when_the_first_has_ended(flow):
    first, second = await _two_approved(flow)
    assert (await applied(flow, first)).state is RunState.APPLYING
    flow.world.rung.clear()
    assert (await applied(flow, second)).state is RunState.APPROVED
    assert "cloning from the same template" in (await flow.messages())[-1][2]
    token = flow.world.started[0][1]
    await flow.attempts.begin(first.id, token, 60)
    await flow.attempts.finish(first.id, token, 0, outcome=first.outcome)
    await flow.applying._wake_next(first)
    assert ("apply", second.id) in flow.world.rung
    assert (await applied(flow, second)).state is RunState.APPLYING


async def _two_approved(flow):
    """Two runs of two threads that clone from the same template."""
    first = await flow.approved()
    flow.world.answer = proposal(replace(SPEC, name="db01"))
    there = Conversation("test", "local", "main", "t2")
    flow.world.at += 5
    await flow.intake.hear(Said("other", there, Actor("test", "alice", "Alice"), text="another", is_to_bot=True))
    second = await flow.newest()
    assert second.id != first.id
    await flow.planning.plan(second.id)
    await flow.press("bob", await flow.newest())
    return first, await flow.newest()


async def test_a_yes_of_somebody_who_lost_the_right_while_the_run_waited_starts_nothing(flow):
    run = await flow.approved()
    freezes = SqlFreezes(flow.database)
    await freezes.freeze("test:carol", "a rogue approver", flow.world.at)
    assert (await applied(flow, run)).state is RunState.APPROVED
    flow.people(book_of([person for person in PEOPLE if person.id != "test:bob"], environments_of(Settings())))
    await freezes.unfreeze("test:carol", flow.world.at)
    refused = await applied(flow, run)
    assert (refused.state, refused.outcome["error"]["key"]) == (RunState.REFUSED, "apply.yes_gone")
    assert flow.world.started == []
    assert (await flow.newest()).revision == run.revision + 1


async def test_where_it_takes_more_people_by_now_one_yes_starts_nothing(flow):
    run = await flow.approved()
    flow.ruled(approvals=2)
    assert (await applied(flow, run)).outcome["error"]["key"] == "apply.yes_gone"


@pytest.mark.parametrize("key", ["terraform.plan_gone", "terraform.plan_changed"])
async def test_a_plan_that_is_not_the_approved_one_is_refused_at_the_door_and_made_anew(flow, key):
    run = await flow.approved()
    applying = await applied(flow, run)
    token = flow.world.started[0][1]
    await flow.attempts.begin(run.id, token, 60)
    ended = replace(parse_outcome(applying.outcome), error=Sentence(key))
    refused = await flow.attempts.finish(run.id, token, UNTOUCHED, outcome=dump_outcome(ended))
    assert refused.state is RunState.REFUSED
    assert await SqlClaims(flow.database).all() == []
    assert (run.id, RunState.REFUSED) in await flow.runs.due(flow.world.at, 10)
    for _ in range(2):
        await flow.closing.close(run.id)
    again = [each for each in await flow.runs.latest(9) if each.revision == run.revision + 1]
    assert [each.state for each in again] == [RunState.PENDING]
    assert await flow.runs.due(flow.world.at, 10) == [(again[0].id, RunState.PENDING)]


async def test_a_run_that_was_refused_before_any_apply_is_over_at_once(flow):
    run = await flow.approved()
    flow.world.inventory = replace(WORLD, is_quorate=False)
    assert (await applied(flow, run)).state is RunState.REFUSED
    assert await flow.runs.due(flow.world.at + 1e6, 10) == []


async def test_a_guest_that_ha_moved_since_the_plan_is_planned_again_where_it_is(flow):
    run = await flow.approved()
    outcome = parse_outcome(run.outcome)
    (made,) = outcome.plan.changes
    stands = replace(made, action="update", before={**made.after, "node_name": "n1"})
    moved = Guest(made.after["vm_id"], "api01", "n2", "qemu", "running", False, 4, 8 * GB, 60 * GB)
    flow.world.inventory = replace(WORLD, guests=(*WORLD.guests, moved))
    changed = replace(outcome, plan=replace(outcome.plan, changes=(stands,)))
    with pytest.raises(Refused) as no:
        await flow.applying.recheck.check(replace(run, outcome=dump_outcome(changed)))
    assert no.value.sentence.key == "apply.guest_moved"
    assert no.value.sentence.key in PLAN_AGAIN
    assert (no.value.sentence.values["was"], no.value.sentence.values["node"]) == ("n1", "n2")
