"""The guarded apply under bad luck: the hand, the attempt and the database are the test's own."""

import asyncio
import threading
import time
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import structlog

from bot import log
from bot.domain.errors import Lost, Refused
from bot.domain.outcome import Ending, parse_outcome
from bot.domain.run import UNTOUCHED, RunState
from bot.guarded import Guarded, Hand
from bot.ports import Attempt
from iac.errors import Broken
from tests.fixtures.runs import run as a_run


@pytest.fixture(autouse=True)
def _quick_log():
    """Tracebacks drawn for a terminal take longer than a beat."""
    log.configure("json", "critical")
    yield
    structlog.reset_defaults()


AWAY = Broken("writing to the database", "gone", is_worth_retrying=True)
BEAT_S = 60.0
PATIENCE_S = 60.0
ATTEMPT = Attempt("r", "t", 1.0, None, None, 2.0)


@dataclass
class World:
    """Terraform, the database and the attempt, as the test wants them."""

    beats: list[bool | Exception] = field(default_factory=list)
    faults: dict[str, list[Exception]] = field(default_factory=dict)
    states: list[tuple[int, bytes]] = field(default_factory=list)
    is_mine: bool = True
    is_free: bool = True
    stop_by: str | None = None
    has_plan: bool = True
    kept: bytes | None = None
    unpacked: list[bytes] = field(default_factory=list)
    ends_by_itself: bool = False
    fault: Exception | None = None
    saved: list[tuple[int, bytes]] = field(default_factory=list)
    finished: list[tuple[int, Any]] = field(default_factory=list)
    interrupts: int = 0
    is_deaf: bool = False
    at: float = 0.0
    beaten: list[float] = field(default_factory=list)
    interrupted_at: float = 0.0
    begun: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)

    # The clock of the heart: a busy machine takes nothing from it.
    def steady(self):
        return self.at

    async def sleep(self, seconds):
        await asyncio.sleep(0.002)
        self.at += seconds

    def _raise(self, seam: str) -> None:
        if self.faults.get(seam):
            raise self.faults[seam].pop(0)

    # Runs, Stacks and Attempts, as far as a runner uses them.
    async def get(self, _run_id):
        self._raise("get")
        return a_run(RunState.APPLYING)

    async def state(self, _stack_id):
        return None

    async def save_state(self, copy, *, token):
        self._raise("save")
        assert token == "t"
        self.saved.append((copy.serial, copy.body))

    async def attempt(self, _run_id):
        self._raise("attempt")
        return replace(ATTEMPT, stop_by=self.stop_by)

    async def load(self, _run_id, digest):
        self._raise("load")
        assert digest == a_run(RunState.APPLYING).digest
        return self.kept

    def unpack(self, files):
        self.unpacked.append(files)

    async def begin(self, _run_id, _token, _beat_s):
        return self.is_mine

    async def beat(self, _run_id, _token, _beat_s):
        answer = self.beats.pop(0) if self.beats else True
        if isinstance(answer, Exception):
            raise answer
        self.beaten.append(self.at)
        return answer

    async def finish(self, _run_id, _token, code, *, outcome):
        self._raise("finish")
        self.finished.append((code, parse_outcome(outcome)))
        return a_run(RunState.APPLIED if code == 0 else RunState.ERRORED)

    # The hand: one apply that lasts until it is interrupted or let go.
    def apply(self, _digest):
        if self.fault is not None:
            raise self.fault
        self.begun.set()
        if not self.ends_by_itself:
            assert self.released.wait(PATIENCE_S)
        return Ending(is_applied=self.is_deaf or self.interrupts == 0, seconds=1)

    def interrupt(self):
        self.interrupts += 1
        self.interrupted_at = self.at
        self.released.set()

    def newest(self):
        return self.states[0] if len(self.states) == 1 else self.states.pop(0) if self.states else None


def guarded(world: World) -> Guarded:
    hand = Hand(lambda: world.is_free, lambda: world.has_plan, world.unpack, world.apply, world.interrupt, world.newest)
    seams = (world, world, world, world)
    return Guarded(*seams, hand, lambda: 1_795_000_000.0, BEAT_S, world.steady, world.sleep)  # type: ignore[arg-type]


async def until(found, seconds: float = PATIENCE_S) -> None:
    end = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < end
        await asyncio.sleep(0.01)


async def test_a_runner_whose_token_is_not_the_attempts_touches_nothing():
    world = World(is_mine=False, fault=AssertionError("it was touched"))
    await guarded(world).run("r", "t")
    assert world.finished == []


async def test_an_apply_that_ends_well_is_recorded_with_its_last_state():
    world = World(ends_by_itself=True, states=[(3, b"last")])
    await guarded(world).run("r", "t")
    assert world.saved == [(3, b"last")]
    assert [code for code, _ in world.finished] == [0]


async def test_the_state_is_kept_each_time_it_changes_and_once_a_version():
    world = World(states=[(1, b"a"), (1, b"a"), (2, b"b"), (2, b"b")])
    working = asyncio.create_task(guarded(world).run("r", "t"))
    await until(lambda: world.saved == [(1, b"a"), (2, b"b")])
    world.released.set()
    await working
    assert world.saved == [(1, b"a"), (2, b"b")]


async def test_a_token_that_was_taken_over_interrupts_terraform_exactly_once():
    world = World(beats=[False] * 20, faults={"finish": [Lost("r")]})
    await guarded(world).run("r", "t")
    assert world.interrupts == 1
    assert world.finished == []


async def test_a_database_that_is_away_for_a_moment_interrupts_nothing():
    world = World(beats=[AWAY])
    working = asyncio.create_task(guarded(world).run("r", "t"))
    await until(lambda: len(world.beaten) >= 2)
    world.released.set()
    await working
    assert world.interrupts == 0
    assert [code for code, _ in world.finished] == [0]


async def test_terraform_is_stopped_before_the_last_beat_has_run_out():
    world = World(beats=[True, *[AWAY] * 100])
    await guarded(world).run("r", "t")
    assert world.interrupts == 1
    assert world.interrupted_at - world.beaten[0] < BEAT_S


async def test_a_state_that_cannot_be_kept_does_not_stop_the_heart():
    world = World(states=[(1, b"a")], faults={"save": [AWAY] * 4})
    working = asyncio.create_task(guarded(world).run("r", "t"))
    await until(lambda: len(world.beaten) >= 3 and not world.faults["save"])
    world.released.set()
    await working
    assert world.interrupts == 0
    assert world.saved == [(1, b"a")]


async def test_a_state_that_is_older_than_the_one_kept_does_not_keep_the_runner_for_ever():
    older = [Refused("run.state_older", stack="s", serial=1, newest=2)] * 50
    world = World(ends_by_itself=True, states=[(1, b"a")], faults={"save": older})
    await asyncio.wait_for(guarded(world).run("r", "t"), PATIENCE_S)
    assert [code for code, _ in world.finished] == [0]


async def test_an_end_is_recorded_as_soon_as_the_database_is_back():
    world = World(ends_by_itself=True, faults={"finish": [AWAY, AWAY]})
    await guarded(world).run("r", "t")
    assert [code for code, _ in world.finished] == [0]


async def test_a_database_that_is_away_behind_the_door_is_waited_for():
    world = World(ends_by_itself=True, faults={"get": [AWAY, AWAY]})
    await guarded(world).run("r", "t")
    assert [code for code, _ in world.finished] == [0]


@pytest.mark.parametrize(
    ("fault", "ends"),
    [(Refused("terraform.plan_changed"), UNTOUCHED), (Broken("terraform apply", "it broke"), 1)],
)
async def test_what_speaks_against_an_apply_is_recorded_as_its_end(fault, ends):
    world = World(fault=fault)
    await guarded(world).run("r", "t")
    ((code, outcome),) = world.finished
    assert code == ends
    assert outcome.error == fault.sentence


async def test_a_surprise_in_the_hand_is_recorded_too_and_not_left_to_the_watchdog():
    world = World(fault=OSError(28, "No space left on device"))
    await guarded(world).run("r", "t")
    ((code, outcome),) = world.finished
    assert code == 1
    assert outcome.error is not None
    assert "No space left" in str(outcome.error.values)


async def test_a_yes_that_is_days_old_is_not_carried_out_by_a_late_runner():
    world = World(ends_by_itself=True)
    late = replace(guarded(world), now=lambda: 1_795_000_000.0 + 3 * 86_400)
    await late.run("r", "t")
    ((code, outcome),) = world.finished
    assert code == UNTOUCHED
    assert outcome.error is not None
    assert outcome.error.key == "apply.too_late"


async def test_a_directory_in_which_somebody_still_works_is_left_alone_and_the_door_stays_shut():
    world = World(is_free=False, fault=AssertionError("it was touched"))
    await guarded(world).run("r", "t")
    assert world.finished == []


async def test_a_wish_to_stop_interrupts_terraform_once_and_is_its_end():
    world = World()
    working = asyncio.create_task(guarded(world).run("r", "t"))
    await until(world.begun.is_set)
    world.stop_by = "web:alice"
    await working
    assert world.interrupts == 1
    ((code, outcome),) = world.finished
    assert code == 1
    assert outcome.error.key == "apply.stopped"


async def test_a_wish_to_stop_that_came_before_terraform_means_that_it_never_starts():
    world = World(stop_by="web:alice", fault=AssertionError("it was started"))
    await guarded(world).run("r", "t")
    ((code, outcome),) = world.finished
    assert (code, outcome.error.key, outcome.ending) == (UNTOUCHED, "apply.stopped", None)


async def test_a_wish_to_stop_that_came_too_late_takes_nothing_from_what_was_applied():
    world = World(is_deaf=True)
    working = asyncio.create_task(guarded(world).run("r", "t"))
    await until(world.begun.is_set)
    world.stop_by = "web:alice"
    await working
    assert world.interrupts == 1
    ((code, outcome),) = world.finished
    assert (code, outcome.error) == (0, None)


async def test_a_state_that_is_no_longer_ours_to_write_does_not_keep_the_runner_for_ever():
    world = World(ends_by_itself=True, states=[(1, b"a")], faults={"save": [Lost("r")] * 50, "finish": [Lost("r")]})
    await asyncio.wait_for(guarded(world).run("r", "t"), PATIENCE_S)
    assert world.saved == []


async def test_a_machine_without_the_plan_rebuilds_it_from_what_was_kept():
    world = World(ends_by_itself=True, has_plan=False, kept=b"files", faults={"load": [AWAY]})
    await guarded(world).run("r", "t")
    assert world.unpacked == [b"files"]
    assert [code for code, _ in world.finished] == [0]


async def test_a_plan_that_is_nowhere_any_more_is_not_applied():
    world = World(has_plan=False, fault=AssertionError("it was touched"))
    await guarded(world).run("r", "t")
    ((code, outcome),) = world.finished
    assert (code, outcome.error.key) == (UNTOUCHED, "terraform.plan_gone")


async def test_a_plan_that_cannot_be_read_ends_the_apply_instead_of_waiting_for_ever():
    sealed = Broken("reading", "another key", key="run.state_sealed")
    world = World(has_plan=False, faults={"load": [sealed]})
    await asyncio.wait_for(guarded(world).run("r", "t"), PATIENCE_S)
    ((code, outcome),) = world.finished
    assert (code, outcome.error.key) == (1, "run.state_sealed")
