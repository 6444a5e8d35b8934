"""Who writes next: what a person waits for goes first, and nobody waits for ever."""

import asyncio
import random

import pytest

from bot.chat.web.guard import Denied, deny
from bot.store.turns import AHEAD, Turns, hurried


async def _write(turns: Turns, name: str, done: list[str]) -> None:
    async with turns:
        await asyncio.sleep(0)
        done.append(name)


def _queue_up(turns: Turns, name: str, done: list[str], *, is_hurried: bool = False) -> asyncio.Task[None]:
    if not is_hurried:
        return asyncio.ensure_future(_write(turns, name, done))
    with hurried():
        return asyncio.ensure_future(_write(turns, name, done))


async def test_what_a_person_waits_for_goes_before_what_can_wait():
    turns, done = Turns(), list[str]()
    async with turns:
        waiting = [_queue_up(turns, f"later{n}", done) for n in range(3)]
        waiting.append(_queue_up(turns, "press", done, is_hurried=True))
        await asyncio.sleep(0)
    await asyncio.gather(*waiting)
    assert done == ["press", "later0", "later1", "later2"]


async def test_however_many_are_in_a_hurry_the_others_get_their_turn():
    turns, done = Turns(), list[str]()
    async with turns:
        waiting = [_queue_up(turns, f"h{n}", done, is_hurried=True) for n in range(3 * AHEAD)]
        waiting += [_queue_up(turns, f"p{n}", done) for n in range(2)]
        await asyncio.sleep(0)
    await asyncio.gather(*waiting)
    assert [done.index(f"p{n}") for n in range(2)] == [AHEAD, 2 * AHEAD + 1]


async def test_whoever_gives_up_at_any_moment_leaves_the_queue_moving():
    dice = random.Random(7)
    turns, done = Turns(), list[str]()
    for _ in range(200):
        waiting = [_queue_up(turns, "x", done, is_hurried=dice.random() < 0.5) for _ in range(6)]
        for _ in range(dice.randrange(12)):
            await asyncio.sleep(0)
        for task in dice.sample(waiting, 3):
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        async with asyncio.timeout(60):
            async with turns:
                pass
    assert len(done) >= 200 * 3


async def test_only_one_writes_at_a_time():
    turns, inside, most = Turns(), 0, 0

    async def write() -> None:
        nonlocal inside, most
        async with turns:
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(write() for _ in range(50)))
    assert most == 1


def test_a_no_goes_through_the_hurry_as_it_is():
    no = deny(409, "gone")
    with pytest.raises(Denied) as raised, hurried():
        raise no
    assert raised.value is no
