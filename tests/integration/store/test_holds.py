"""Serial clones on both databases: a template is cloned by one run at a time."""

import asyncio
from collections import Counter

import pytest

from bot.domain.errors import Lost, Refused
from bot.domain.run import RunState
from tests.integration.store.making import a_conversation, a_run_in

S = RunState
UBUNTU, DEBIAN = "lab:100", "lab:101"


@pytest.fixture
def approved(runs, stacks):
    async def make():
        stack = await stacks.of(a_conversation(), environment="dev", language="en", title="", at=1.0)
        return await a_run_in(S.APPROVED, runs, stack)

    return make


@pytest.fixture
def start(runs):
    async def call(run, *templates):
        return await runs.start_apply(run, f"t-{run.id}", actor="web:bob", beat_s=60, templates=templates)

    return call


async def test_a_second_clone_of_a_template_waits_and_names_the_first(approved, start, runs):
    first, second = await approved(), await approved()
    await start(first, UBUNTU)
    with pytest.raises(Refused) as no:
        await start(second, UBUNTU)
    assert no.value.sentence.key == "lock.template"
    assert no.value.sentence.values["run"] == first.id
    assert (await runs.get(second.id)).state is S.APPROVED
    with pytest.raises(Refused, match=r"lock\.template"):
        await runs.check_may_start(second, [UBUNTU])


async def test_another_template_is_no_hindrance(approved, start):
    await start(await approved(), UBUNTU)
    assert (await start(await approved(), DEBIAN)).state is S.APPLYING


async def test_the_end_of_the_attempt_frees_the_template_however_it_ended(approved, start, attempts):
    for code in (0, 1):
        run = await approved()
        await start(run, UBUNTU, DEBIAN)
        assert await attempts.begin(run.id, f"t-{run.id}", 60)
        await attempts.finish(run.id, f"t-{run.id}", code, outcome={})
    assert (await start(await approved(), DEBIAN, UBUNTU)).state is S.APPLYING


async def test_of_twenty_starts_at_once_one_clones(approved, start, audit):
    async def tried(run, *templates):
        try:
            return (await start(run, *templates)).state.value
        except (Refused, Lost) as no:
            return type(no).__name__

    wanted = [await approved() for _ in range(20)]
    orders = [(UBUNTU, DEBIAN), (DEBIAN, UBUNTU)]
    ends = await asyncio.gather(*(tried(run, *orders[n % 2]) for n, run in enumerate(wanted)))
    assert Counter(ends) == {"applying": 1, "Refused": 19}
    await audit.verify()
