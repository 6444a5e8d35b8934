"""Planning under quotas and in environments: refused with figures, placed where the environment allows."""

from dataclasses import replace

import pytest

from bot.chat.port import Actor, Conversation, Said
from bot.domain.environment import Environment
from bot.domain.outcome import Ending, dump_outcome, parse_outcome
from bot.domain.quota import Quota, Quotas
from bot.domain.run import RunState
from bot.store.claims import SqlClaims
from iac.spec import Limits
from tests.fixtures.flow import SPEC, TEMPLATE, WORLD, proposal, rules


def under(flow, **more):
    flow.planning = replace(flow.planning, rules=rules(**more))


async def asked(flow, *specs, thread="t1", person="alice", **more):
    """A request in a thread, planned; the run."""
    flow.world.answer = proposal(*specs).model_copy(update=more)
    flow.world.at += 5
    there = Conversation("test", "local", "main", thread)
    who = Actor("test", person, person.title())
    await flow.intake.hear(Said(f"{thread}-{flow.world.at}", there, who, text="a machine", is_to_bot=True))
    run = await flow.newest()
    await flow.planning.plan(run.id)
    return await flow.runs.get(run.id)


async def carried_out(flow, run):
    """The run approved, applied and closed."""
    await flow.press("bob", run)
    await flow.applying.apply(run.id)
    _, token = flow.world.started[-1]
    await flow.attempts.begin(run.id, token, 60)
    done = replace(parse_outcome(run.outcome), ending=Ending(is_applied=True, seconds=1))
    await flow.attempts.finish(run.id, token, 0, outcome=dump_outcome(done))
    await flow.closing.close(run.id)
    return await flow.runs.get(run.id)


async def test_a_person_at_their_bound_is_refused_with_figures_and_the_way_on(flow):
    under(flow, quotas=Quotas(anybody=Quota("", cores=6)))
    assert (await asked(flow)).state is RunState.PLANNED
    over = await asked(flow, replace(SPEC, name="api02"), thread="t2")
    assert over.state is RunState.REFUSED
    assert over.outcome["error"] == {
        "key": "quota.cores",
        "values": {"name": "Alice", "held": 4, "asked": 4, "most": 6},
    }
    card = (await flow.messages())[-1][2]
    assert "ask an admin" in card


async def test_what_was_discarded_counts_no_more(flow):
    under(flow, quotas=Quotas(anybody=Quota("", guests=1)))
    first = await asked(flow)
    await flow.press("alice", first, "discard")
    assert (await asked(flow, replace(SPEC, name="api02"), thread="t2")).state is RunState.PLANNED


async def test_a_newer_wish_of_the_same_thread_does_not_count_twice(flow):
    under(flow, quotas=Quotas(anybody=Quota("", guests=1, cores=8)))
    await asked(flow)
    again = await asked(flow, replace(SPEC, cores=8))
    assert again.state is RunState.PLANNED


async def test_what_was_applied_still_counts_and_a_person_s_own_quota_comes_first(flow):
    under(flow, quotas=Quotas(by_holder={"test:alice": Quota("test:alice", guests=1)}, anybody=Quota("", guests=9)))
    await carried_out(flow, await asked(flow))
    assert [(c.guest, c.is_kept) for c in await SqlClaims(flow.database).all()] == [("api01", True)]
    refused = await asked(flow, replace(SPEC, name="api02"), thread="t2")
    assert refused.outcome["error"]["key"] == "quota.guests"
    assert (await asked(flow, replace(SPEC, name="db01"), thread="t3", person="bob")).state is RunState.PLANNED


async def test_a_request_for_two_counts_both(flow):
    under(flow, quotas=Quotas(anybody=Quota("", memory_mb=12288, disk_gb=100)))
    both = await asked(flow, SPEC, replace(SPEC, name="api02"))
    assert both.outcome["error"]["key"] == "quota.memory"
    assert [note["key"] for note in both.outcome["notes"]] == ["quota.disk", "quota.way"]


async def test_an_unknown_environment_is_refused_by_name(flow):
    run = await asked(flow, environment="moon")
    assert run.outcome["error"]["key"] == "environment.unknown"


async def test_guests_go_where_their_environment_allows_and_carry_its_tags(flow):
    everywhere = replace(TEMPLATE, storages=("ceph",))
    flow.world.inventory = replace(WORLD, guests=(everywhere,))
    under(flow, environments={"dev": Environment("dev", nodes=("n3",), tags=("billing-7",))})
    run = await asked(flow)
    (guest,) = parse_outcome(run.outcome).guests
    assert guest.node == "n3"
    assert "billing-7" in guest.tags


async def test_where_the_environment_allows_no_node_each_one_says_so(flow):
    under(flow, environments={"dev": Environment("dev", nodes=("n9",))})
    run = await asked(flow)
    assert run.outcome["error"]["key"] == "place.nothing_fits"
    assert {note["key"] for note in run.outcome["notes"]} == {"place.not_in_environment"}
    assert "not a node of the environment dev" in (await flow.messages())[-1][2]


async def test_the_limits_of_the_environment_hold_for_its_guests(flow):
    under(flow, environments={"dev": Environment("dev", limits=Limits(max_cores=2))})
    assert (await asked(flow)).outcome["error"]["key"] == "ask.cores.over_limit"


async def test_one_thread_builds_in_one_environment(flow):
    await carried_out(flow, await asked(flow))
    mixed = await asked(flow, replace(SPEC, cores=8), environment="prod")
    assert mixed.state is RunState.REFUSED
    assert mixed.outcome["error"]["key"] == "environment.mixed"


@pytest.mark.parametrize("protected", [("api*",), ("1000",)])
async def test_a_protected_guest_is_refused_in_a_sentence(flow, protected):
    under(flow, protected=protected)
    run = await asked(flow)
    assert run.outcome["error"]["key"] == "policy.protected"
