"""The freeze on both databases: who acknowledged it may trust that nothing starts any more."""

import asyncio

import pytest

from bot.domain.errors import Refused
from bot.domain.run import RunState
from bot.store.freezes import SqlFreezes
from tests.integration.store.making import a_conversation, a_run_in

S = RunState
TRIES = 100


@pytest.fixture
def freezes(database):
    return SqlFreezes(database)


async def test_nothing_is_frozen_to_begin_with(freezes):
    assert await freezes.current() is None
    assert await freezes.unfreeze("web:carol", 2.0) is None


async def test_a_freeze_names_who_and_why_until_it_is_lifted(freezes, audit):
    held = await freezes.freeze("web:carol", "moving the storage", 1.0)
    assert await freezes.current() == held
    assert await freezes.unfreeze("web:dave", 2.0) == held
    assert await freezes.current() is None
    told = [(row.entry.actor, row.entry.new) for row in await audit.of_run("freeze")]
    assert told == [("web:carol", "on"), ("web:dave", "off")]
    await audit.verify()


async def test_a_second_freeze_leaves_the_first_as_it_is(freezes, audit):
    first = await freezes.freeze("web:carol", "one", 1.0)
    assert await freezes.freeze("web:dave", "two", 2.0) == first
    assert len(await audit.of_run("freeze")) == 1


async def test_while_it_holds_no_apply_starts_and_the_run_stays_approved(freezes, runs, stack):
    run = await a_run_in(S.APPROVED, runs, stack)
    await freezes.freeze("web:carol", "", 1.0)
    for act in (runs.check_may_start(run, []), runs.start_apply(run, "t", actor="x", beat_s=60)):
        with pytest.raises(Refused, match=r"freeze\.on"):
            await act
    assert (await runs.get(run.id)).state is S.APPROVED
    assert await runs.attempt(run.id) is None
    await freezes.unfreeze("web:carol", 2.0)
    assert (await runs.start_apply(run, "t", actor="x", beat_s=60)).state is S.APPLYING


async def test_no_start_ever_comes_after_a_freeze_that_was_acknowledged(freezes, runs, stacks, audit):
    """A hundred starts, each against a freeze of the same moment: what started, started before it in the trail."""
    for n in range(TRIES):
        stack = await stacks.of(a_conversation(), environment="dev", language="en", title="", at=1.0)
        run = await a_run_in(S.APPROVED, runs, stack)
        acts = [runs.start_apply(run, f"t{n}", actor="x", beat_s=60), freezes.freeze("web:carol", "", float(n))]
        started, _ = await asyncio.gather(*acts[:: (-1) ** n], return_exceptions=True)
        moved = [row.seq for row in await audit.of_run(run.id) if row.entry.new == S.APPLYING]
        frozen = (await audit.of_run("freeze"))[-1].seq
        assert all(seq < frozen for seq in moved)
        with pytest.raises(Refused, match=r"freeze\.on"):
            await runs.check_may_start(run, [])
        await freezes.unfreeze("web:carol", float(n))
        del started
