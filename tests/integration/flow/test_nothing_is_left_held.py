"""However a run ends without having made anything, it holds nothing any more: no room, number, template or plan."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from bot.domain.run import UNTOUCHED, RunState
from bot.store.holds import template_holds
from bot.store.models import claims, holders, plans
from bot.store.plans import SqlPlans
from bot.store.stacks import Vault
from tests.fixtures.flow import SPEC, WORLD, proposal

S = RunState


async def planned(flow):
    run = await flow.planned()
    await SqlPlans(flow.database, Vault(b"k" * 32)).keep(run.id, run.digest, b"files")
    return run


async def ended(flow, code):
    """The run after an apply that ended so."""
    run = await planned(flow)
    await flow.press("bob", run)
    await flow.applying.apply(run.id)
    assert (await held(flow, run))["template_holds"] == 1
    token = flow.world.started[-1][1]
    await flow.attempts.begin(run.id, token, 60)
    await flow.attempts.finish(run.id, token, code, outcome=(await flow.runs.get(run.id)).outcome)
    await flow.closing.close(run.id)
    return run


async def discarded(flow):
    run = await planned(flow)
    await flow.press("alice", run, "discard")
    return run


async def superseded(flow):
    run = await planned(flow)
    flow.world.answer = proposal(replace(SPEC, name="api02"))
    await flow.say("alice")
    return run


async def expired(flow):
    run = await planned(flow)
    flow.world.at = run.expires_at + 1
    await flow.upkeep.expire(run.id)
    return run


async def refused(flow):
    run = await planned(flow)
    await flow.press("bob", run)
    flow.world.inventory = replace(WORLD, is_quorate=False)
    await flow.applying.apply(run.id)
    return run


async def refused_at_the_door(flow):
    return await ended(flow, UNTOUCHED)


async def errored(flow):
    return await ended(flow, 1)


ENDS = {
    discarded: S.DISCARDED,
    superseded: S.SUPERSEDED,
    expired: S.EXPIRED,
    refused: S.REFUSED,
    refused_at_the_door: S.REFUSED,
    errored: S.ERRORED,
}


async def held(flow, run):
    """How many rows of each table name the run."""
    async with flow.database.reading() as connection:
        return {
            table.name: (
                await connection.execute(select(func.count()).select_from(table).where(table.c.run_id == run.id))
            ).scalar_one()
            for table in (claims, holders, template_holds, plans)
        }


@pytest.mark.parametrize(("end", "state"), ENDS.items(), ids=[end.__name__ for end in ENDS])
async def test_a_run_that_made_nothing_holds_nothing(anywhere, end, state):
    run = await end(anywhere)
    assert (await anywhere.runs.get(run.id)).state is state
    assert set((await held(anywhere, run)).values()) == {0}


async def test_a_plan_that_waits_for_a_decision_holds_what_it_needs(flow):
    kept = {"claims": 1, "reservation_holders": 3, "template_holds": 0, "plans": 1}
    assert await held(flow, await planned(flow)) == kept
