import asyncio
from collections import Counter

import pytest

from bot.domain.errors import Lost, Refused
from bot.domain.run import RunState
from iac.spec import Address
from tests.integration.store.making import a_conversation, a_reading, a_run, a_run_in

S = RunState


async def _outcome(act) -> str:
    try:
        await act
    except (Lost, Refused) as no:
        return type(no).__name__
    return "done"


async def test_two_hundred_approvals_at_once_are_one(runs, audit, stack):
    run = await a_run_in(S.PLANNED, runs, stack)
    people = [f"web:{n}" for n in range(200)]
    tried = [_outcome(runs.move(run, S.APPROVED, actor=p, changes={"decided_by": p})) for p in people]
    assert Counter(await asyncio.gather(*tried)) == {"done": 1, "Lost": 199}
    decided = [row.entry for row in await audit.of_run(run.id) if row.entry.new == "approved"]
    assert [entry.actor for entry in decided] == [(await runs.get(run.id)).decided_by]


@pytest.mark.parametrize("other", [S.EXPIRED, S.DISCARDED])
async def test_an_approval_against_another_decision_has_one_winner_each_time(runs, audit, stack, other):
    pairs = [await a_run_in(S.PLANNED, runs, stack) for _ in range(20)]
    for run in pairs:
        both = [_outcome(runs.move(run, to, actor="x", changes={})) for to in (S.APPROVED, other)]
        assert sorted(await asyncio.gather(*both)) == ["Lost", "done"]
        last = (await audit.of_run(run.id))[-1].entry
        assert last.new == (await runs.get(run.id)).state
    await audit.verify()


async def test_one_worker_of_fifty_gets_the_claim(runs, stack):
    run = await a_run_in(S.PENDING, runs, stack)
    claims = await asyncio.gather(*(runs.claim(run.id, [S.PENDING], f"w{n}", 60) for n in range(50)))
    assert sum(claim is not None for claim in claims) == 1


async def test_of_ten_runs_of_a_stack_that_start_at_once_one_applies(runs, stack):
    approved = [await a_run_in(S.APPROVED, runs, stack) for _ in range(10)]
    starts = [_outcome(runs.start_apply(run, f"t{n}", actor="x", beat_s=60)) for n, run in enumerate(approved)]
    assert Counter(await asyncio.gather(*starts)) == {"done": 1, "Refused": 9}
    states = Counter([run.state for run in await runs.of_stack(stack.id)])
    assert states == {S.APPLYING: 1, S.APPROVED: 9}


async def test_one_runner_of_twenty_passes_the_door(runs, attempts, stack):
    run = await a_run_in(S.APPROVED, runs, stack)
    await runs.start_apply(run, "t", actor="x", beat_s=60)
    assert sum(await asyncio.gather(*(attempts.begin(run.id, "t", 60) for _ in range(20)))) == 1


async def test_a_takeover_and_a_last_heartbeat_never_both_succeed(runs, attempts, stack):
    run = await a_run_in(S.APPROVED, runs, stack)
    await runs.start_apply(run, "t0", actor="x", beat_s=-1)
    for n in range(20):
        took, beat = await asyncio.gather(
            attempts.take_over(run.id, f"t{n}", f"t{n + 1}", -1), attempts.beat(run.id, f"t{n}", 60)
        )
        assert (took is None) == beat
        if took is None:
            await attempts.beat(run.id, f"t{n}", -1)
            await attempts.take_over(run.id, f"t{n}", f"t{n + 1}", -1)


async def test_an_event_delivered_fifty_times_at_once_is_stored_once(inbox, thread):
    from tests.integration.store.making import words

    kept = await asyncio.gather(*(inbox.store(words(thread, "e1"), float(n)) for n in range(50)))
    assert sum(kept) == 1
    claims = await asyncio.gather(*(inbox.claim("e1", f"w{n}", 60) for n in range(20)))
    assert sum(claim is not None for claim in claims) == 1


async def test_fifty_guests_that_reserve_at_once_never_share_anything(runs, reservations, stacks):
    addresses = [Address(f"10.0.0.{n}", 24) for n in range(1, 61)]
    made = []
    for n in range(50):
        stack = await stacks.of(a_conversation(), environment="dev", language="en", title="", at=1.0)
        made.append((a_run(stack), f"guest{n}"))
    got = await asyncio.gather(
        *(
            reservations.reserve(run, name, taken=a_reading(), vmids=range(1000, 1050), addresses=addresses)
            for run, name in made
        )
    )
    assert sorted(vmid for vmid, _address in got) == list(range(1000, 1050))
    assert len({address.ip for _vmid, address in got}) == 50


async def test_of_ten_stacks_that_want_one_name_one_gets_it(reservations, stacks):
    runs = [
        a_run(await stacks.of(a_conversation(), environment="d", language="en", title="", at=1.0)) for _ in "0123456789"
    ]
    tried = [
        _outcome(reservations.reserve(r, "api01", taken=a_reading(), vmids=range(10, 99), addresses=[])) for r in runs
    ]
    assert Counter(await asyncio.gather(*tried)) == {"done": 1, "Refused": 9}


async def test_moves_of_many_runs_at_once_keep_the_chain_whole(runs, audit, stacks):
    async def one() -> None:
        stack = await stacks.of(a_conversation(), environment="dev", language="en", title="", at=1.0)
        await a_run_in(S.APPROVED, runs, stack)

    await asyncio.gather(*(one() for _ in range(25)))
    assert await audit.verify() == 25 * 4
