"""Auto-approval: off by default; where an admin set it, only small creations, never while frozen, never twice."""

from dataclasses import replace

import pytest

from bot.domain.automatic import RULE
from bot.domain.environment import Environment
from bot.domain.quota import Quota, Quotas
from bot.domain.run import RunState
from bot.store.audit import Audit
from bot.store.freezes import SqlFreezes
from iac.cost import Prices
from iac.spec import Limits
from tests.fixtures.flow import GB, SPEC, WORLD, proposal, rules

SMALL = Limits(max_cores=4, max_memory_mb=8192, max_disk_gb=60, max_guests=1)


def automatic(flow, auto=SMALL, **more):
    under = rules(environments={"dev": Environment("dev", auto=auto)}, **more)
    flow.planning = replace(flow.planning, rules=under)
    flow.applying = replace(flow.applying, recheck=replace(flow.applying.recheck, rules=under))


async def asked(flow, *specs, **more):
    flow.world.answer = proposal(*specs, **more)
    flow.world.at += 5
    await flow.say("alice")
    run = await flow.newest()
    await flow.planning.plan(run.id)
    return await flow.runs.get(run.id)


async def test_without_a_rule_every_plan_waits_for_a_person(flow):
    assert (await asked(flow)).state is RunState.PLANNED


async def test_a_small_creation_is_approved_by_the_rule_and_both_card_and_trail_say_so(flow):
    automatic(flow)
    run = await asked(flow)
    assert (run.state, run.decided_by) == (RunState.APPROVED, RULE)
    assert "A rule that an admin set" in (await flow.messages())[-1][2]
    last = (await Audit(flow.database).of_run(run.id))[-1].entry
    assert (last.actor, last.new) == (RULE, "approved")
    assert ("apply", run.id) in flow.world.rung
    await flow.applying.apply(run.id)
    assert (await flow.newest()).state is RunState.APPLYING


@pytest.mark.parametrize(
    "specs",
    [
        (replace(SPEC, cores=5),),
        (replace(SPEC, memory_mb=8193),),
        (replace(SPEC, disk_gb=61),),
        (SPEC, replace(SPEC, name="api02")),
    ],
)
async def test_beyond_the_bounds_a_person_decides(flow, specs):
    automatic(flow)
    assert (await asked(flow, *specs)).state is RunState.PLANNED


async def test_while_changes_are_frozen_the_rule_is_silent(flow):
    automatic(flow)
    await SqlFreezes(flow.database).freeze("test:bob", "", 1.0)
    assert (await asked(flow)).state is RunState.PLANNED


async def test_beyond_a_quota_or_for_a_protected_name_the_rule_changes_nothing(flow):
    automatic(flow, quotas=Quotas(anybody=Quota("", cores=2)))
    assert (await asked(flow)).state is RunState.REFUSED
    automatic(flow, protected=("api*",))
    assert (await asked(flow)).state is RunState.REFUSED


async def test_what_the_rule_approved_and_the_world_refused_is_decided_by_a_person(flow):
    automatic(flow)
    run = await asked(flow)
    moved = tuple(replace(n, memory_used_bytes=62 * GB) if n.name == "n1" else n for n in WORLD.nodes)
    flow.world.inventory = replace(WORLD, nodes=moved)
    await flow.applying.apply(run.id)
    assert (await flow.runs.get(run.id)).state is RunState.REFUSED
    flow.world.inventory = WORLD
    again = await flow.newest()
    await flow.planning.plan(again.id)
    assert (await flow.newest()).state is RunState.PLANNED


async def test_a_rule_that_was_taken_back_meanwhile_approves_nothing_any_more(flow):
    automatic(flow)
    run = await asked(flow)
    automatic(flow, auto=None)
    await flow.applying.apply(run.id)
    assert (await flow.runs.get(run.id)).outcome["error"]["key"] == "apply.rule_gone"
    assert flow.world.started == []


async def test_the_card_says_what_it_costs_a_month(flow):
    flow.planning = replace(flow.planning, rules=rules(prices=Prices(4, 1.5, 0.05)))
    await asked(flow)
    assert "€31.00 a month" in (await flow.messages())[-1][2]


async def test_without_prices_no_card_speaks_of_money(flow):
    await asked(flow)
    assert "€" not in (await flow.messages())[-1][2]
