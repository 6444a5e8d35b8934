"""The worker's own promises: what it hears is kept while it takes time, and one bad row holds up nobody."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest
import structlog

from bot import log
from bot.chat.port import Actor, Conversation, Pressed, Said
from bot.chat.words import Words
from bot.domain.errors import Lost
from bot.domain.run import RunState
from bot.flow.telling import Telling
from bot.flow.tongue import Tongue
from bot.hearing import Hearing
from bot.settings import Settings
from bot.wiring.people import book_of
from bot.worker import THINKING_AT_ONCE, Worker
from iac.errors import Broken

HERE = Conversation("web", "local", "main", "t1")
SAID = Said("e1", HERE, Actor("web", "alice"), text="bonjour, une machine")
PRESSED = Pressed("p1", HERE, Actor("web", "bob"), action="approve", value="r:d")
S = RunState


@pytest.fixture(autouse=True)
def _quick_log():
    log.configure("json", "critical")
    yield
    structlog.reset_defaults()


@dataclass
class World:
    """Inbox, stages, outbox, jobs and runs, as the worker meets them."""

    event: Any = SAID
    fault: Exception | None = None
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    claimed: list[str] = field(default_factory=list)
    done_keys: list[str] = field(default_factory=list)
    given_back: list[tuple[str, str]] = field(default_factory=list)
    renewed: list[float] = field(default_factory=list)
    told: list[Any] = field(default_factory=list)
    rung: list[tuple[str, str]] = field(default_factory=list)
    due_runs: list[tuple[str, RunState]] = field(default_factory=list)
    expired: list[str] = field(default_factory=list)
    reminded: list[str] = field(default_factory=list)
    rescues: int = 0
    pressed: list[Any] = field(default_factory=list)
    poison: str = ""
    inbox_fault: Exception | None = None

    def __getattr__(self, name: str) -> "World":
        if name in ("intake", "approving", "planning", "applying", "closing", "upkeep", "reminding", "editing"):
            return self
        raise AttributeError(name)

    async def claim(self, key, _owner, _lease_s):
        self.claimed.append(key)
        return self.event

    async def renew(self, _key, _owner, lease_s):
        self.renewed.append(lease_s)
        if self.fault is None and len(self.renewed) >= 3:
            self.gate.set()

    async def give_back(self, key, owner):
        if self.inbox_fault:
            raise self.inbox_fault
        self.given_back.append((key, owner))

    async def done(self, key):
        self.done_keys.append(key)

    async def waiting(self, _limit):
        if self.inbox_fault:
            raise self.inbox_fault
        return ["e1"]

    async def hear(self, _event):
        if self.fault:
            raise self.fault
        await asyncio.wait_for(self.gate.wait(), 60)

    async def press(self, event):
        self.pressed.append(event)

    async def add(self, messages):
        self.told += messages

    async def send(self, job, key):
        self.rung.append((job, key))

    async def due(self, _now, _limit):
        return self.due_runs

    async def expire(self, run_id):
        if run_id == self.poison:
            raise KeyError(run_id)
        self.expired.append(run_id)

    async def remind(self, run_id):
        self.reminded.append(run_id)

    async def rescue(self):
        self.rescues += 1

    async def plan(self, _run_id):
        raise self.fault or KeyError("surprise")

    async def tell_fault(self, run_id, reference):
        self.told.append((run_id, reference))

    async def give_up(self, run_id, reference):
        self.told.append((run_id, reference))

    async def apply(self, run_id):
        await self.plan(run_id)

    async def close(self, run_id):
        await self.plan(run_id)


def hearing(world: World, lease_s: float = 60.0) -> Hearing:
    telling = Telling(Words.load(), book_of(Settings().everybody))
    return Hearing(world, world, world, telling, Tongue(world, telling.words), "w1", lease_s)  # type: ignore[arg-type]


def worker(world: World) -> Worker:
    return Worker(hearing(world), world, world, world, world, world, lambda: 1000.0)  # type: ignore[arg-type]


async def test_an_event_stays_ours_for_as_long_as_the_crew_thinks():
    world = World()
    await hearing(world, lease_s=0.1).hear("e1")
    assert len(world.renewed) >= 3
    assert world.done_keys == ["e1"]


async def test_an_event_that_may_heal_is_said_once_and_not_laid_aside():
    world = World(fault=Broken("asking", "gone", is_worth_retrying=True))
    with pytest.raises(Broken):
        await hearing(world).hear("e1")
    assert world.done_keys == []
    assert [message.key for message in world.told] == ["wait:e1"]
    assert world.given_back == [("e1", "w1")]


async def test_an_event_that_cannot_be_given_back_waits_for_the_end_of_its_claim():
    healing = Broken("asking", "gone", is_worth_retrying=True)
    world = World(fault=healing, inbox_fault=Broken("the database", "away", is_worth_retrying=True))
    with pytest.raises(Broken) as met:
        await hearing(world).hear("e1")
    assert met.value is healing


async def test_an_event_whose_turn_was_lost_in_the_middle_comes_again_without_a_word():
    world = World(fault=Lost("test:local:main:t1"))
    with pytest.raises(Lost):
        await hearing(world).hear("e1")
    assert (world.done_keys, world.told, world.given_back) == ([], [], [("e1", "w1")])


@pytest.mark.parametrize("fault", [Broken("asking", "it is broken"), KeyError("surprise")])
async def test_an_event_that_cannot_heal_is_said_and_laid_aside(fault):
    world = World(fault=fault)
    await hearing(world).hear("e1")
    assert world.done_keys == ["e1"]
    assert [message.key for message in world.told] == ["broken:e1"]


async def test_a_fault_is_told_in_the_persons_language():
    world = World(fault=KeyError("surprise"))
    await hearing(world).hear("e1")
    assert "référence" in world.told[0].card.plain


async def test_a_press_goes_to_the_approving_stage():
    world = World(event=PRESSED)
    await hearing(world).hear("p1")
    assert world.pressed == [PRESSED]
    assert world.done_keys == ["p1"]


async def test_an_event_that_another_worker_holds_is_left_to_it():
    world = World(event=None)
    await hearing(world).hear("e1")
    assert world.done_keys == []


async def test_the_sweeper_rings_for_each_state_what_it_needs():
    states = [S.PENDING, S.PLANNING, S.APPROVED, S.APPLYING, S.APPLIED, S.ERRORED]
    world = World(due_runs=[(state.value, state) for state in states])
    await worker(world).sweep()
    assert world.rung == [
        ("hear", "e1"),
        ("plan", "pending"),
        ("plan", "planning"),
        ("apply", "approved"),
        ("apply", "applying"),
        ("close", "applied"),
        ("close", "errored"),
    ]


async def test_a_plan_whose_time_is_over_expires_at_the_sweep():
    world = World(due_runs=[("r1", S.PLANNED)])
    await worker(world).sweep()
    assert world.expired == ["r1"]


async def test_one_bad_row_holds_up_neither_the_others_nor_the_rescue():
    world = World(due_runs=[("bad", S.PLANNED), ("r2", S.PLANNED), ("r3", S.APPROVED)], poison="bad")
    await worker(world).sweep()
    assert world.expired == ["r2"]
    assert ("apply", "r3") in world.rung
    assert world.rescues == 1


async def test_an_inbox_that_cannot_be_read_does_not_stop_the_rescue():
    world = World(inbox_fault=KeyError("inbox"))
    await worker(world).sweep()
    assert world.rescues == 1


@pytest.mark.parametrize("job", ["plan", "apply", "close"])
async def test_a_job_that_breaks_in_a_new_way_is_told_under_a_reference(job):
    world = World()
    await worker(world).handlers()[job]("r1")
    ((run_id, reference),) = world.told
    assert run_id == "r1"
    assert len(reference) == 8


@pytest.mark.parametrize("fault", [Lost("r1"), Broken("reading the database", "gone", is_worth_retrying=True)])
async def test_a_claim_that_was_lost_or_a_fault_that_may_heal_gives_nothing_up(fault):
    world = World(fault=fault)
    await worker(world).handlers()["plan"]("r1")
    assert world.told == []


async def test_the_bell_wakes_the_sender():
    bell = worker(World())
    await bell.handlers()["tell"]("web:local:main:t1")
    assert bell.bell.is_set()


async def test_a_press_does_not_wait_behind_words_that_are_thought_about():
    world = World()
    working = worker(world)
    thinking = [asyncio.create_task(working.handlers()["hear"](f"e{n}")) for n in range(THINKING_AT_ONCE + 3)]
    for _ in range(10):  # each has had its chance to begin
        await asyncio.sleep(0)
    assert len(world.claimed) == THINKING_AT_ONCE
    world.event = PRESSED
    async with asyncio.timeout(60):
        await working.handlers()["press"]("p1")
    assert [event.dedupe for event in world.pressed] == ["p1"]
    assert len(world.claimed) == THINKING_AT_ONCE + 1
    world.gate.set()
    await asyncio.gather(*thinking)
