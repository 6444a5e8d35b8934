"""What a plan costs a month: created guests add, destroyed ones save, resized ones differ."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iac.cost import Cost, Prices, cost_of
from iac.plan import Change, Plan
from iac.policy import HA_KIND, OUR_KIND

PRICES = Prices(core=4, memory_gb=1.5, disk_gb=0.05)


def vm(cores=4, memory_mb=8192, disk_gb=60, **more):
    return {"cpu": [{"cores": cores}], "memory": [{"dedicated": memory_mb}], "disk": [{"size": disk_gb}], **more}


def plan(*pairs, kind=OUR_KIND):
    changes = [Change(f"vm[{n}]", kind, f"g{n}", "update", b, a, {}) for n, (b, a) in enumerate(pairs)]
    return Plan("d" * 64, 0, tuple(changes), "")


@pytest.mark.parametrize(
    ("before", "after", "cost"),
    [
        ({}, vm(), Cost(0.0, 31.0)),
        (vm(), {}, Cost(31.0, 0.0)),
        (vm(), vm(memory_mb=16384), Cost(31.0, 43.0)),
        (vm(), vm(), Cost(31.0, 31.0)),
        ({}, vm(cpu=[{"cores": 2, "sockets": 2}]), Cost(0.0, 31.0)),
    ],
)
def test_a_guest_costs_its_cores_memory_and_disk(before, after, cost):
    assert cost_of(plan((before, after)), PRICES) == cost


def test_the_change_is_what_is_added_or_saved():
    assert cost_of(plan(({}, vm()), (vm(), {}), (vm(), vm(cores=5))), PRICES).change_eur == 4.0


def test_without_prices_there_is_no_cost():
    assert cost_of(plan(({}, vm())), None) is None


@pytest.mark.parametrize(
    "broken", [{"cpu": []}, {"memory": [{}]}, {"disk": [{"size": None}]}, {"cpu": [{"cores": "x"}]}]
)
def test_a_size_that_is_not_known_gives_no_figure_rather_than_a_wrong_one(broken):
    assert cost_of(plan(({}, vm()), ({}, vm(**broken))), PRICES) is None


def test_high_availability_costs_nothing_by_itself():
    assert cost_of(plan(({}, {"resource_id": "vm:100"}), kind=HA_KIND), PRICES) == Cost(0.0, 0.0)


@given(st.lists(st.tuples(st.integers(1, 64), st.integers(128, 262144), st.integers(1, 4096)), max_size=6))
def test_creating_and_destroying_the_same_guests_is_even(sizes):
    made, gone = plan(*(({}, vm(*s)) for s in sizes)), plan(*((vm(*s), {}) for s in sizes))
    assert cost_of(made, PRICES).change_eur == -cost_of(gone, PRICES).change_eur >= 0
