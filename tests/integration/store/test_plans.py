"""Plans kept for whichever machine applies them, on both databases."""

import pytest
from sqlalchemy import select, update

from bot.domain.errors import Lost
from bot.domain.run import RunState
from bot.store.models import plans as table
from bot.store.plans import SqlPlans
from bot.store.stacks import Vault
from iac.errors import Broken
from tests.integration.store.making import a_run_in

FILES = b"the plan knows every secret of the guest"


@pytest.fixture
def plans(database):
    return SqlPlans(database, Vault(b"k" * 32))


@pytest.fixture
async def run(runs, stack):
    return await a_run_in(RunState.PLANNING, runs, stack)


async def test_exactly_the_plan_of_that_digest_is_given_out(plans, run):
    await plans.keep(run.id, "d1", FILES)
    assert await plans.load(run.id, "d1") == FILES
    assert await plans.load(run.id, "d2") is None
    assert await plans.load("another", "d1") is None


async def test_a_plan_made_anew_takes_the_place_of_the_one_before(plans, run):
    await plans.keep(run.id, "d1", b"first")
    await plans.keep(run.id, "d2", b"second")
    assert await plans.load(run.id, "d1") is None
    assert await plans.load(run.id, "d2") == b"second"


async def test_a_plan_is_unreadable_in_the_database(plans, run, database):
    await plans.keep(run.id, "d1", FILES)
    async with database.reading() as connection:
        stored = (await connection.execute(select(table.c.body))).scalar_one()
    assert b"secret" not in stored


async def test_a_plan_under_another_digest_or_with_another_key_is_not_believed(plans, run, database):
    await plans.keep(run.id, "d1", FILES)
    async with database.writing() as connection:
        await connection.execute(update(table).values(digest="d2"))
    with pytest.raises(Broken, match="its bytes were changed"):
        await plans.load(run.id, "d2")
    with pytest.raises(Broken, match="was written with the key"):
        await SqlPlans(database, Vault(b"n" * 32)).load(run.id, "d2")


@pytest.mark.parametrize("end", [RunState.SUPERSEDED, RunState.REFUSED, RunState.ERRORED])
async def test_a_run_that_is_over_keeps_no_plan_and_gets_none(plans, runs, run, end):
    await plans.keep(run.id, "d1", FILES)
    await runs.move(run, end, actor="bot:planning", changes={})
    assert await plans.load(run.id, "d1") is None
    with pytest.raises(Lost):
        await plans.keep(run.id, "d1", FILES)


async def test_an_applied_run_keeps_no_plan(plans, runs, attempts, stack):
    run = await a_run_in(RunState.APPROVED, runs, stack)
    await plans.keep(run.id, "d1", FILES)
    mine = await runs.claim(run.id, [RunState.APPROVED], "worker", 60)
    await runs.start_apply(mine, "t1", actor="web:bob", beat_s=60)
    assert await plans.load(run.id, "d1") == FILES
    await attempts.finish(run.id, "t1", 0, outcome={})
    assert await plans.load(run.id, "d1") is None
