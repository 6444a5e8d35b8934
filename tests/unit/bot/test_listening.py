"""A chat that ends is named with its reason and tried again; the others go on."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from bot.listening import PAUSE_MAX_S, Listening
from iac.errors import Broken


async def _sink(event: object) -> Mapping[str, str] | None:
    return None


@dataclass
class _Falling:
    """A chat that breaks as often as it is told, then stays."""

    faults: list[Exception]
    lives: int = 0
    stays: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, sink):
        self.lives += 1
        if self.faults:
            raise self.faults.pop(0)
        self.stays.set()
        await asyncio.Event().wait()


class _Knowing(_Falling):
    async def ready(self):
        if not self.stays.is_set():
            raise Broken("looking at it", "it is not connected")
        return "ready; one scope is missing"


@dataclass
class _Pauses:
    slept: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)


async def _lived(listening, chat):
    keeping = asyncio.create_task(listening.keep(_sink))
    await chat.stays.wait()
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)


async def test_a_chat_that_cannot_start_is_tried_again_in_growing_pauses_and_then_lives():
    chat = _Falling([Broken("connecting", "invalid_auth"), OSError("no route"), Broken("connecting", "invalid_auth")])
    pauses = _Pauses()
    listening = Listening("slack", chat, sleep=pauses, now=lambda: 0.0)
    await _lived(listening, chat)
    assert chat.lives == 4
    assert pauses.slept == [5.0, 10.0, 20.0]


async def test_the_pause_has_an_end_however_often_it_fails():
    chat = _Falling([OSError("no route")] * 30)
    pauses = _Pauses()
    await _lived(Listening("slack", chat, sleep=pauses, now=lambda: 0.0), chat)
    assert max(pauses.slept) == PAUSE_MAX_S


async def test_a_chat_that_ran_well_for_a_while_is_tried_again_soon():
    times = iter(range(0, 100_000, 100))
    chat = _Falling([OSError("cut")] * 4)
    pauses = _Pauses()
    await _lived(Listening("slack", chat, sleep=pauses, now=lambda: float(next(times))), chat)
    assert pauses.slept == [5.0] * 4


async def test_the_probe_names_why_a_chat_ended_rather_than_that_it_is_not_there():
    chat = _Knowing([Broken("connecting to Slack", "invalid_auth")])
    seen = asyncio.Event()

    async def once(_seconds):
        seen.set()
        await asyncio.Event().wait()

    listening = Listening("slack", chat, sleep=once)
    keeping = asyncio.create_task(listening.keep(_sink))
    await seen.wait()
    with pytest.raises(Broken) as why:
        await listening.check()
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    assert why.value.why == "invalid_auth"


async def test_a_chat_that_is_connected_again_is_ready_whatever_happened_before():
    chat = _Knowing([Broken("connecting to Slack", "invalid_auth")])
    listening = Listening("slack", chat, sleep=_Pauses())
    await _lived(listening, chat)
    assert await listening.check() == "ready; one scope is missing"


async def test_a_process_that_does_not_listen_says_that_another_one_does():
    assert "another process" in (await Listening("slack", _Falling([])).check() or "")
