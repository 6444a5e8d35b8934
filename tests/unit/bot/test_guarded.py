"""The guarded apply under bad luck."""

import asyncio
from dataclasses import replace

import pytest
import structlog

from bot import log
from bot.domain.errors import Lost, Refused
from bot.domain.run import UNTOUCHED
from iac.errors import Broken
from tests.fixtures.attempted import AWAY, BEAT_S, PATIENCE_S, World, guarded, until


@pytest.fixture(autouse=True)
def _quick_log():
    """Tracebacks drawn for a terminal take longer than a beat."""
    log.configure("json", "critical")
    yield
    structlog.reset_defaults()


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
