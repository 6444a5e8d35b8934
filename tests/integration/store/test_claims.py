"""Claims on both databases: decided one after the other, given back with the run that ends, kept once applied."""

import asyncio
from dataclasses import replace

import pytest

from bot.domain.errors import Lost, Refused
from bot.domain.run import RunState
from bot.ports import Claimed
from bot.store.claims import SqlClaims
from tests.integration.store.making import a_conversation, a_run_in

S = RunState


@pytest.fixture
def claims(database):
    return SqlClaims(database)


@pytest.fixture
def pending(runs, stacks):
    async def make(state=S.PENDING, stack=None):
        there = stack or await stacks.of(a_conversation(), environment="dev", language="en", title="", at=1.0)
        return await a_run_in(state, runs, there)

    return make


def claim(run, guest="api01", **more):
    first = Claimed(run.id, guest, run.stack_id, run.requester, "dev", None, "n1", "ceph", 4, 8192, 60)
    return replace(first, **more)


async def test_what_a_run_claims_is_what_the_next_one_sees(claims, pending):
    first, second = await pending(), await pending()
    await claims.take(first, lambda _: [claim(first)])
    taken = await claims.take(second, lambda others: [claim(second, other.guest + "-2") for other in others])
    assert [each.guest for each in taken] == ["api01-2"]


async def test_a_second_try_of_the_same_run_replaces_its_first_and_does_not_see_it(claims, pending):
    run = await pending()
    await claims.take(run, lambda _: [claim(run), claim(run, "api02")])
    await claims.take(run, lambda others: [claim(run, cores=8)] if not others else [])
    assert await claims.all() == [claim(run, cores=8)]


async def test_a_no_keeps_nothing(claims, pending):
    run = await pending()
    await claims.take(run, lambda _: [claim(run)])

    def refuse(_others):
        raise Refused("quota.cores")

    with pytest.raises(Refused, match=r"quota\.cores"):
        await claims.take(run, refuse)
    assert await claims.all() == [claim(run)]


async def test_twenty_takes_at_once_never_exceed_the_bound(claims, pending):
    """Each would fit alone; together only five of them do."""
    wanted = [await pending() for _ in range(20)]

    async def tried(run):
        def decide(others):
            if sum(c.cores for c in others) + 4 > 20:
                raise Refused("quota.cores")
            return [claim(run)]

        try:
            return len(await claims.take(run, decide))
        except Refused:
            return 0

    assert sum(await asyncio.gather(*map(tried, wanted))) == 5
    assert sum(c.cores for c in await claims.all()) == 20


@pytest.mark.parametrize("end", [S.DISCARDED, S.EXPIRED, S.SUPERSEDED, S.REFUSED])
async def test_a_run_that_ends_without_an_apply_gives_back_in_the_same_move(claims, runs, pending, end):
    run = await pending(S.PLANNED)
    await claims.take(run, lambda _: [claim(run)])
    await runs.move(run, end, actor="x", changes={})
    assert await claims.all() == []


async def test_a_run_that_has_ended_claims_nothing_any_more(claims, runs, pending):
    run = await pending(S.PLANNED)
    await runs.move(run, S.DISCARDED, actor="x", changes={})
    with pytest.raises(Lost):
        await claims.take(run, lambda _: [claim(run)])


async def test_what_was_applied_is_kept_in_place_of_what_stood_before(claims, pending):
    first = await pending(S.APPROVED)
    await claims.take(first, lambda _: [claim(first)])
    await claims.keep(first, ["api01"])
    again = await pending(S.APPROVED, type("Stack", (), {"id": first.stack_id, "conversation": a_conversation()}))
    await claims.take(again, lambda _: [claim(again, cores=8), claim(again, "never-made")])
    await claims.keep(again, ["api01"])
    assert await claims.all() == [claim(again, cores=8, is_kept=True)]


async def test_what_is_destroyed_is_forgotten_and_nothing_else(claims, pending):
    run = await pending(S.APPROVED)
    await claims.take(run, lambda _: [claim(run), claim(run, "api02")])
    await claims.keep(run, ["api01", "api02"])
    await claims.forget(run.stack_id, ["api01"])
    assert await claims.all() == [claim(run, "api02", is_kept=True)]


async def test_takes_against_endings_leave_nothing_behind(claims, runs, pending):
    """Whichever comes first, a run that is over holds nothing."""
    for _ in range(20):
        run = await pending(S.PLANNED)
        acts = claims.take(run, lambda _, run=run: [claim(run)]), runs.move(run, S.DISCARDED, actor="x", changes={})
        await asyncio.gather(*acts, return_exceptions=True)
        assert await claims.all() == []
