"""What is said becomes a run, a run becomes a plan; and every way out is told in the thread."""

from dataclasses import replace

import pytest

from agents.contracts import Reply
from bot.chat.port import Actor, Conversation, Said
from bot.domain.outcome import parse_outcome
from bot.domain.run import RunState
from bot.flow.intake import run_id_of
from iac.errors import Broken, say
from iac.spec import GuestSpec
from tests.fixtures.flow import SPEC, TEMPLATE, WORLD, proposal


async def test_a_proposal_becomes_a_run_with_its_card_and_a_job(flow):
    await flow.say("alice")
    run = await flow.newest()
    assert run.state is RunState.PENDING
    assert run.requester == "test:alice"
    assert ("post", f"run:{run.id}") in [(kind, key) for kind, key, _ in await flow.messages()]
    assert ("plan", run.id) in flow.world.rung


async def test_words_become_words_and_no_run(flow):
    flow.world.answer = Reply(language="en", sentences=(say("people.unknown", name="x"),))
    await flow.say("alice", "hello")
    assert await flow.runs.latest(1) == []
    assert [kind for kind, _, _ in await flow.messages()] == ["post"]


async def test_the_thread_remembers_what_was_said_and_what_the_crew_wants_back(flow):
    await flow.say("alice", "first")
    await flow.say("alice", "second")
    assert flow.world.turns[1].slots == {"seen": 1}
    assert [past.text for past in flow.world.turns[1].history if past.role == "person"] == ["first"]


async def test_a_person_without_a_role_is_told_so_in_private(flow):
    await flow.say("mallory")
    assert await flow.runs.latest(1) == []
    assert [kind for kind, _, _ in await flow.messages()] == ["whisper"]


async def test_the_same_event_heard_twice_is_one_run(flow):
    await flow.say("alice")
    flow.keys = iter(["0"])
    await flow.say("alice")
    assert len(await flow.runs.latest(9)) == 1


async def test_a_worker_that_lost_its_turn_does_not_lay_aside_the_wish_it_brings(flow):
    """Two workers heard one event: the slower one counts the run of the faster one as an older one of the thread."""
    await flow.say("alice")
    kept = await flow.newest()
    stack = await flow.stacks.get(kept.stack_id)
    late = replace(kept, revision=2, created_at=kept.created_at + 1)
    await flow.editing.superseding.begin(late, stack, actor=kept.requester)
    (run,) = await flow.runs.latest(9)
    assert (run.state, run.revision) == (RunState.PENDING, 1)


async def test_a_newer_request_in_the_thread_supersedes_the_older(flow):
    first = await flow.planned()
    flow.world.answer = proposal(replace(SPEC, memory_mb=16384))
    await flow.say("alice")
    second = await flow.newest()
    assert (await flow.runs.get(first.id)).state is RunState.SUPERSEDED
    assert second.revision == 2


async def test_a_plan_knows_node_address_number_user_and_keys(flow):
    run = await flow.planned()
    guest = parse_outcome(run.outcome).guests[0]
    assert guest.vmid == 1000
    assert guest.address is not None
    assert guest.address.ip == "10.0.0.5"
    assert guest.user == "ubuntu"
    assert guest.ssh_keys == ("ssh-ed25519 AAAA alice", "ssh-ed25519 BBBB shared")
    assert f"run-{run.id}" in guest.tags
    assert run.expires_at == flow.world.at + 3600


async def test_two_open_plans_never_share_a_number_or_an_address(flow):
    first = await flow.planned()
    flow.world.answer = proposal(replace(SPEC, name="api02"))
    elsewhere = Conversation("test", "local", "main", "t2")
    await flow.intake.hear(Said("other", elsewhere, Actor("test", "alice"), text="x"))
    second = run_id_of("other")
    await flow.planning.plan(second)
    one = parse_outcome((await flow.runs.get(first.id)).outcome).guests[0]
    two = parse_outcome((await flow.runs.get(second)).outcome).guests[0]
    assert one.vmid != two.vmid
    assert one.address != two.address


async def test_what_reality_contradicts_is_refused_before_terraform(flow):
    flow.world.answer = proposal(GuestSpec("api01", "windows-311", 4, 8192, 60))
    await flow.say("alice")
    await flow.planning.plan((await flow.newest()).id)
    run = await flow.newest()
    assert run.state is RunState.REFUSED
    assert flow.world.planned == []
    assert "windows-311" in (await flow.messages())[-1][2]


async def test_a_guest_that_fits_nowhere_is_refused_with_the_reason(flow):
    full = tuple(replace(node, memory_used_bytes=node.memory_bytes) for node in WORLD.nodes)
    flow.world.inventory = replace(WORLD, nodes=full)
    await flow.say("alice")
    await flow.planning.plan((await flow.newest()).id)
    assert (await flow.newest()).state is RunState.REFUSED


async def test_terraforms_own_words_reach_the_thread_when_it_fails(flow):
    flow.world.faults["planner"] = [Broken("terraform plan in 'api01'", "Error: no such provider")]
    await flow.say("alice")
    await flow.planning.plan((await flow.newest()).id)
    assert (await flow.newest()).state is RunState.ERRORED
    assert "no such provider" in (await flow.messages())[-1][2]


async def test_a_plan_that_policy_refuses_is_not_shown_for_approval(flow):
    taken = replace(TEMPLATE, vmid=1000, name="other", is_template=False)
    flow.world.inventory = replace(WORLD, guests=(TEMPLATE, taken))
    run = await flow.planned()
    assert parse_outcome(run.outcome).guests[0].vmid == 1001


async def test_a_refused_run_gives_back_what_it_reserved(flow):
    flow.world.faults["planner"] = [Broken("terraform plan", "no")]
    await flow.say("alice")
    await flow.planning.plan((await flow.newest()).id)
    run = await flow.planned()
    assert parse_outcome(run.outcome).guests[0].vmid == 1000


async def test_a_run_that_is_planned_already_is_not_planned_again(flow):
    run = await flow.planned()
    await flow.planning.plan(run.id)
    assert len(flow.world.planned) == 1


@pytest.mark.parametrize("fault", [KeyError("surprise"), FileNotFoundError(2, "the directory has gone")])
async def test_whoever_was_too_slow_for_its_claim_and_breaks_says_nothing_about_the_plan_of_the_next(flow, fault):
    class Overtaken:
        async def plan(self, run_id, stack, state):
            await flow.runs.renew(await flow.runs.get(run_id), -1)
            assert await flow.runs.claim(run_id, [RunState.PLANNING], "w2", 30)
            raise fault

    await flow.say("alice")
    await replace(flow.planning, planner=Overtaken()).plan((await flow.newest()).id)
    assert (await flow.newest()).state is RunState.PLANNING


async def test_planning_that_breaks_unforeseen_is_told_under_a_reference(flow):
    flow.world.faults["planner"] = [KeyError("surprise")]
    await flow.say("alice")
    run = await flow.newest()
    with pytest.raises(KeyError):
        await flow.planning.plan(run.id)
    await flow.planning.give_up(run.id, "ab12cd34")
    assert (await flow.newest()).state is RunState.ERRORED
    assert "ab12cd34" in (await flow.messages())[-1][2]
