"""The lab's load and history: steady, in bounds, with days and weekends, and on PVE 9's grid."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iac.lab import load
from iac.lab.seed import first_world

MONDAY_14, SUNDAY_14, MONDAY_2 = 1_699_884_000, 1_699_797_600, 1_699_840_800
MOMENTS = st.integers(min_value=1_600_000_000, max_value=2_000_000_000)
WORLD = first_world(MONDAY_14)


@given(MOMENTS)
def test_a_load_is_always_a_share(at):
    for node in WORLD.nodes.values():
        point = load.node_point(WORLD, node, at)
        assert 0 < point["cpu"] <= 1
        assert 0 < point["memused"] < point["memtotal"]
    for guest in WORLD.guests.values():
        assert 0 < load.guest_cpu(guest, at) <= 1
        assert 0 < load.guest_memory(guest, at) < guest.memory


@given(MOMENTS)
def test_the_same_moment_reads_the_same_twice(at):
    node = WORLD.nodes["pmox01"]
    assert load.node_point(WORLD, node, at) == load.node_point(WORLD, node, at)


def test_afternoons_are_busy_and_nights_and_sundays_are_not():
    assert load.rhythm(MONDAY_14) > 1.3
    assert load.rhythm(MONDAY_14) > load.rhythm(SUNDAY_14) > load.rhythm(MONDAY_2) * 0.9
    assert load.rhythm(MONDAY_2) < 0.7


@pytest.mark.parametrize(
    ("frame", "step", "count"),
    [("hour", 60, 60), ("day", 60, 1440), ("week", 1800, 336), ("month", 21600, 121), ("decade", 604800, 570)],
)
def test_history_stands_on_the_grid_of_pve_9(frame, step, count):
    found = load.times(frame, MONDAY_14 + 17)
    assert len(found) == count
    assert {b - a for a, b in pairwise(found)} == {step}
    assert not [at for at in found if at % step]
    assert MONDAY_14 + 17 - step < found[-1] <= MONDAY_14 + 17


def test_a_guest_without_power_uses_nothing():
    stopped = next(guest for guest in WORLD.guests.values() if not guest.is_running)
    assert not {"cpu", "mem", "netin"} & set(load.guest_point(stopped, MONDAY_14))


def test_a_storage_has_been_filling():
    storage = WORLD.storages["ceph-vm"]
    then = load.storage_point(WORLD, storage, "pmox01", MONDAY_14 - 30 * load.DAY, MONDAY_14)
    now = load.storage_point(WORLD, storage, "pmox01", MONDAY_14, MONDAY_14)
    assert 0 < then["used"] < now["used"] < now["total"]


def test_the_first_world_fits_its_nodes():
    for node in WORLD.nodes.values():
        guests = load.running_on(WORLD, node.name)
        assert node.base_memory + sum(guest.memory for guest in guests) <= node.memory
        assert all(guest.cores <= node.threads for guest in guests)
