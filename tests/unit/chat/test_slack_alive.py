"""That we hear is written down, and a time of not hearing ends with reading what was said in it."""

from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest
from aiohttp import WSMsgType

from bot.chat.slack.alive import GAP_S, MARK_S, Alive
from bot.chat.slack.link import Watch
from iac.errors import Broken


@dataclass
class _World:
    at: float = 0.0
    hears: bool = True
    done: list[str] = field(default_factory=list)
    fault: Exception | None = None

    async def ready(self):
        if not self.hears:
            raise Broken("listening", "the socket is closed")

    async def catch_up(self, reader):
        if self.fault:
            raise self.fault
        self.done.append("read")
        return 0

    async def alive(self):
        self.done.append("mark")

    def now(self):
        return self.at


@pytest.fixture
def world():
    return _World()


@pytest.fixture
def alive(world):
    return Alive(world, world.ready, None, now=world.now)


async def _looks(alive, world, *states):
    """One look a second."""
    for hears in states:
        world.hears = hears
        await alive.look()
        world.at += 1.0


async def test_a_start_reads_first_and_is_written_down_then(alive, world):
    await _looks(alive, world, False, False, True)
    assert world.done == ["read", "mark"]


async def test_it_is_written_down_once_in_a_while(alive, world):
    await _looks(alive, world, *([True] * (2 * int(MARK_S))))
    assert world.done == ["read", "mark", "mark"]


async def test_a_gap_is_read_when_it_is_over_and_a_change_of_sockets_is_no_gap(alive, world):
    await _looks(alive, world, True, False, False, True)
    assert world.done == ["read", "mark"]
    await _looks(alive, world, *([False] * int(GAP_S + 2)), True)
    assert world.done.count("read") == 2


async def test_a_gap_that_could_not_be_read_stays_open_and_is_not_marked_as_heard(alive, world):
    world.fault = Broken("reading the database", "away")
    with pytest.raises(Broken):
        await alive.look()
    assert world.done == []
    world.fault = None
    await alive.look()
    assert world.done == ["read", "mark"]


def _frame(text, kind=WSMsgType.TEXT):
    return SimpleNamespace(type=kind, data=text)


async def test_a_goodbye_without_a_new_hello_is_stuck_after_some_patience_and_only_then(world):
    watch = Watch(world.now)
    await watch.heard(_frame('{"type": "hello"}'))
    assert not watch.is_stuck(10)
    await watch.heard(_frame('{"type": "disconnect"}'))
    world.at = 9.0
    await watch.heard(_frame('{"type": "disconnect"}'))
    assert not watch.is_stuck(10), "patience begins with the first goodbye"
    world.at = 10.5
    assert watch.is_stuck(10)
    await watch.heard(_frame('{"type": "hello"}'))
    assert not watch.is_stuck(10)


async def test_frames_that_are_no_json_object_mean_nothing(world):
    watch = Watch(world.now)
    for frame in (_frame("Ping from applink"), _frame(b"{", WSMsgType.BINARY), _frame('{"type": "events_api"}')):
        await watch.heard(frame)
    assert watch.leaving is None
