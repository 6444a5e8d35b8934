"""Histories, tasks, rules and devices as PVE 8 and PVE 9 tell them, with gaps, odd types and nonsense in between."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iac.inventory import Affinity, Device, History, Sample
from iac.inventory.history import DAY_S, HOUR_S, cpu, pressure
from iac.inventory.signals import expected, signals_of
from iac.proxmox.told import (
    parse_cpu,
    parse_devices,
    parse_groups,
    parse_held,
    parse_history,
    parse_rules,
    parse_tasks,
)

V3 = "cx16 lahf_lm popcnt sse4_1 sse4_2 ssse3 aes avx avx2 bmi1 bmi2 f16c fma movbe"


def history(*cpus, step=3600.0):
    return History("n1", tuple(Sample(i * step, value) for i, value in enumerate(cpus)))


# ---------------------------------------------------------------- histories


@pytest.mark.parametrize(
    ("row", "sample"),
    [
        ({"time": 60, "cpu": 0.5, "memused": 4, "memtotal": 16, "iowait": 0.1}, Sample(60, 0.5, 0.25, 0.1)),
        ({"time": 60, "cpu": 0.5, "mem": 4, "maxmem": 16}, Sample(60, 0.5, 0.25)),
        ({"time": 60, "cpu": "0.5", "pressureiosome": 12.5, "iowait": 0.9}, Sample(60, 0.5, None, 0.125)),
        ({"time": "60", "cpu": None, "memused": math.nan, "memtotal": 16}, Sample(60)),
        ({"time": 60, "cpu": 3, "pressureiosome": 400}, Sample(60, 1.0, None, 1.0)),
        ({"time": 60, "cpu": -1, "memused": 1, "memtotal": 0}, Sample(60)),
    ],
)
def test_a_row_is_read_as_far_as_it_goes(row, sample):
    assert parse_history("n1", [row]) == History("n1", (sample,))


def test_rows_come_in_any_order_and_nonsense_is_left_out():
    found = parse_history("n1", [{"time": 120, "cpu": 0.2}, None, 7, {"cpu": 1}, {"time": 60, "cpu": 0.1}])
    assert [s.at for s in found.samples] == [60, 120]
    assert parse_history("n1", {"data": 1}) == History("n1")


def test_the_step_is_what_most_samples_are_apart():
    assert history(0.1, 0.2, 0.3, step=1800).step_s == 1800
    with_a_hole = History("n1", tuple(Sample(at, 0.1) for at in (0, 60, 120, 4000, 4060)))
    assert with_a_hole.step_s == 60
    assert (History("n1").step_s, history(0.1).step_s) == (0, 0)


def test_a_gap_counts_neither_as_idle_nor_as_busy():
    gappy = history(0.5, None, 0.7)
    assert gappy.mean(cpu, 3 * HOUR_S) == pytest.approx(0.6)
    assert (gappy.peak(cpu), gappy.known_share) == (0.7, pytest.approx(2 / 3))
    assert gappy.mean(pressure, HOUR_S) is None


def test_only_the_last_hour_is_the_last_hour():
    assert history(0.9, 0.1, 0.2, step=1800).mean(cpu, HOUR_S) == pytest.approx(0.15)


def test_a_load_that_grows_by_a_tenth_a_day_is_seen_to_grow():
    growing = history(*(0.1 + 0.1 * day for day in range(6)), step=DAY_S)
    assert growing.rise_per_day(cpu) == pytest.approx(0.1)
    assert expected(growing) == pytest.approx(0.7)


def test_morning_and_evening_are_no_trend():
    assert history(0.1, 0.2, 0.3, 0.4, 0.5, step=HOUR_S).rise_per_day(cpu) is None
    assert history(0.1, 0.5, step=DAY_S).rise_per_day(cpu) is None


def test_the_next_day_is_bounded_by_the_highest_of_the_week():
    week = history(*[0.2, 0.8, 0.2, 0.2, 0.2, 0.2, 0.2], step=DAY_S)
    assert expected(week) == 0.8
    assert expected(history(None, None)) is None


@given(st.lists(st.none() | st.floats(0, 1), max_size=40), st.floats(0, 0.5), st.sampled_from([60.0, 1800.0, 10800.0]))
def test_more_load_everywhere_is_never_expected_to_be_less(loads, more, step):
    busier = [None if value is None else value + more for value in loads]
    low, high = expected(history(*loads, step=step)), expected(history(*busier, step=step))
    assert (low is None) == (high is None)
    assert low is None or high >= low - 1e-9
    assert low is None or 0 <= low <= 1


# ---------------------------------------------------------------- tasks


def task(**row):
    (found,) = parse_tasks([{"upid": "UPID:n1:1:1:1:qmclone:100:root@pam:", "starttime": 10, **row}])
    return found


def test_a_task_without_an_end_runs():
    assert task().is_running
    assert task(status="running").is_running
    assert not task(endtime=20, status="OK").is_running


@pytest.mark.parametrize(
    ("row", "is_failed", "counts"),
    [
        ({"endtime": 20, "status": "OK"}, False, False),
        ({"endtime": 20, "status": "WARNINGS: 2"}, False, False),
        ({"endtime": 20, "status": "start failed"}, True, True),
        ({"endtime": 20, "status": "interrupted by signal"}, True, False),
        ({"endtime": 20, "status": "connection timed out", "type": "vncproxy"}, True, False),
        ({}, False, False),
    ],
)
def test_only_failures_that_may_be_the_nodes_speak_against_it(row, is_failed, counts):
    assert (task(**row).is_failed, task(**row).speaks_against_node) == (is_failed, counts)


def test_what_a_row_leaves_out_stands_in_its_upid():
    found = task()
    assert (found.node, found.kind, found.subject, found.user) == ("n1", "qmclone", "100", "root@pam")
    assert parse_tasks([{}, None, "x"]) == ()


def test_what_could_not_be_read_is_not_zero():
    blind = signals_of("n1", None, None, None, None)
    assert (blind.busy, blind.expected, blind.pressure, blind.failed, blind.running) == (None,) * 5
    quiet = signals_of("n1", history(0.1), history(0.1), [], [task()])
    assert (quiet.failed, quiet.running) == (0, 1)


# ---------------------------------------------------------------- rules and groups


def test_rules_of_pve_9_say_nodes_together_and_apart():
    found = parse_rules([
        {"rule": "a", "type": "node-affinity", "resources": "vm:100,ct:101", "nodes": "n2:2,n1", "strict": 1},
        {"rule": "b", "type": "resource-affinity", "affinity": "positive", "resources": "vm:100,vm:102"},
        {"rule": "c", "type": "resource-affinity", "affinity": "negative", "resources": "vm:1,vm:2"},
        {"rule": "off", "type": "resource-affinity", "affinity": "negative", "resources": "vm:1,vm:2", "disable": 1},
        {"rule": "new", "type": "of-tomorrow", "resources": "vm:1"},
        {"rule": "empty", "type": "node-affinity", "resources": "", "nodes": "n1"},
    ])  # fmt: skip
    assert found == (
        Affinity("a", "nodes", frozenset({100, 101}), ("n1", "n2"), is_strict=True),
        Affinity("b", "together", frozenset({100, 102})),
        Affinity("c", "apart", frozenset({1, 2})),
    )
    assert found[0].binds(101)


def test_groups_of_pve_8_are_rules_about_nodes():
    groups = [{"group": "g", "nodes": "n1:2,n2", "restricted": 1}, {"group": "unused", "nodes": "n1"}]
    members = [{"sid": "vm:100", "group": "g"}, {"sid": "ct:101", "group": "g"}, {"sid": "vm:102"}]
    assert parse_groups(groups, members) == (Affinity("g", "nodes", frozenset({100, 101}), ("n1", "n2")),)
    assert parse_groups(None, None) == parse_rules("x") == ()


# ---------------------------------------------------------------- processors and devices


@pytest.mark.parametrize(
    ("flags", "most"),
    [
        ("sse sse2", set()),
        ("cx16 lahf_lm popcnt sse4_1 sse4_2 ssse3", {"x86-64-v2"}),
        (V3, {"x86-64-v2", "x86-64-v2-AES", "x86-64-v3"}),
        (V3.replace("aes ", ""), {"x86-64-v2"}),
    ],
)
def test_a_processor_gives_the_types_whose_flags_it_has(flags, most):
    assert parse_cpu({"cpuinfo": {"model": "M", "flags": flags}}) == ("M", frozenset(most))


@pytest.mark.parametrize("told", [{}, None, {"cpuinfo": 1}, {"cpuinfo": {"model": "M"}}])
def test_a_processor_that_tells_no_flags_is_unknown_and_not_old(told):
    assert parse_cpu(told)[1] is None


def test_devices_are_counted_by_node_with_who_holds_them():
    told = [
        {"id": "gpu", "description": "card", "map": ["node=n1,path=0000:01:00.0", "node=n1,path=02:00", "node=n2"]},
        {"id": "bare"},
        {"map": ["node=n1,path=1"]},
        {"id": "odd", "map": ["nonsense"]},
    ]
    assert parse_devices(told, {("gpu", "n1"): (101,)}) == (
        Device("gpu", "n1", 2, "card", (101,)),
        Device("gpu", "n2", 1, "card", ()),
    )


def test_a_device_nobody_could_look_at_is_taken():
    (device,) = parse_devices([{"id": "gpu", "map": ["node=n1"]}], None)
    assert (device.held_by, device.free) == (None, 0)


def test_only_mapped_devices_are_held_by_name():
    config = {"hostpci0": "mapping=gpu,pcie=1", "hostpci1": "0000:01:00.0", "hostpcix": "mapping=no", "net0": "a=b"}
    assert parse_held(config) == {"gpu"}
    assert parse_held(None) == frozenset()
