"""Policy judges what terraform and the provider really plan, against a cluster that really holds the guests."""

import asyncio
from dataclasses import replace

import pytest

from iac.errors import Broken
from iac.policy import Allowed, violations
from iac.spec import Limits
from tests.fixtures.stacks import guest

pytestmark = pytest.mark.terraform

API = frozenset({"api01"})
CREATE = Allowed("create", API, frozenset({1000}), Limits(), nodes={"api01": "pmox01"})
CHANGE = replace(CREATE, intent="change", taken=frozenset({1000}))
DESTROY = replace(CHANGE, intent="destroy")
SECOND = {"name": "api02", "vmid": 1001}


def keys(plan, allowed):
    return [found.key for found in violations(plan, allowed)]


async def built(bench, *guests):
    plan = await bench.plan(*guests)
    assert (await asyncio.to_thread(bench.apply, plan.digest)).errors == ()
    return plan


async def test_a_new_guest_is_judged_good_and_each_bound_it_breaks_is_named(offline):
    plan = await offline.plan(guest())
    assert keys(plan, CREATE) == []
    assert keys(plan, replace(CREATE, taken=frozenset({1000}))) == ["policy.vmid_taken"]
    assert keys(plan, replace(CREATE, vmids=frozenset({1001}))) == ["policy.vmid"]
    assert keys(plan, replace(CREATE, nodes={"api01": "pmox02"})) == ["policy.other_node"]
    assert keys(plan, replace(CREATE, intent="change")) == ["policy.not_asked.create"]
    assert keys(plan, replace(CREATE, intent="destroy")) == ["policy.not_asked.create"]
    assert keys(plan, replace(CREATE, guests=frozenset({"web01"}))) == ["policy.guest_missing", "policy.not_ours"]


@pytest.mark.parametrize(
    ("limits", "key"),
    [
        (Limits(max_cores=3), "policy.cores"),
        (Limits(max_memory_mb=8191), "policy.memory"),
        (Limits(max_disk_gb=59), "policy.disk"),
        (Limits(max_guests=0), "policy.guests"),
    ],
)
async def test_a_new_guest_beyond_a_limit_is_refused_by_that_limit_alone(offline, limits, key):
    assert keys(await offline.plan(guest()), replace(CREATE, limits=limits)) == [key]


async def test_a_second_guest_leaves_the_first_alone(bench):
    await built(bench, guest())
    plan = await bench.plan(guest(), guest(**SECOND))
    second = Allowed("create", frozenset({"api02"}), frozenset({1000, 1001}), Limits(), taken=frozenset({1000}))
    assert plan.counts == {"create": 1}
    assert keys(plan, second) == []
    assert keys(plan, CREATE) == ["policy.not_ours", "policy.vmid"]


async def test_make_it_8_gb_instead_changes_the_guest_where_it_stands(bench, lab):
    await built(bench, guest(memory_mb=4096))
    booted = lab.lab.world.guests["1000"].booted_at
    plan = await bench.plan(guest(memory_mb=8192))
    (change,) = plan.changes
    assert (change.action, change.needs_restart) == ("update", ("memory.dedicated",))
    assert "~   memory.dedicated = 4096 -> 8192  # takes effect at the next restart" in plan.diff.splitlines()
    assert keys(plan, CHANGE) == []
    assert keys(plan, CREATE) == ["policy.not_asked.update"]
    assert (await asyncio.to_thread(bench.apply, plan.digest)).errors == ()
    machine = lab.lab.world.guests["1000"]
    assert (machine.booted_at, machine.pending["memory"]) == (booted, "8192")
    assert not (await bench.plan(guest(memory_mb=8192))).has_changes


async def test_make_it_8_gb_instead_finds_the_guest_where_ha_moved_it(bench, lab, control):
    await built(bench, guest(memory_mb=4096))
    await asyncio.to_thread(control.move_guest, 1000, "pmox03")
    plan = await bench.plan(guest(memory_mb=8192))
    assert plan.counts == {"update": 1}
    assert keys(plan, CHANGE) == []
    assert (await asyncio.to_thread(bench.apply, plan.digest)).errors == ()
    machine = lab.lab.world.guests["1000"]
    assert (machine.node, machine.pending["memory"]) == ("pmox03", "8192")


async def test_a_disk_grows_alone_and_never_shrinks(bench):
    await built(bench, guest())
    larger, smaller = await bench.plan(guest(disk_gb=80)), await bench.plan(guest(disk_gb=40))
    both = await bench.plan(guest(disk_gb=80, cores=8))
    assert keys(larger, CHANGE) == []
    assert keys(smaller, CHANGE) == ["policy.disk_shrinks"]
    assert keys(both, CHANGE) == ["policy.grow_alone"]
    assert [plan.counts for plan in (larger, smaller, both)] == [{"update": 1}] * 3


async def test_another_storage_for_the_same_guest_is_refused(bench):
    await built(bench, guest())
    plan = await bench.plan(guest(storage="local-lvm"))
    assert "policy.disk_moves" in keys(plan, CHANGE)


async def test_a_guest_under_another_name_is_a_destroy_and_a_create_that_nobody_asked_for(bench):
    await built(bench, guest())
    plan = await bench.plan(guest(name="web01"))
    found = keys(plan, replace(CHANGE, guests=frozenset({"api01", "web01"})))
    assert plan.counts == {"delete": 1, "create": 1}
    assert {"policy.not_asked.delete", "policy.not_asked.create"} <= set(found)


async def test_a_guest_under_another_number_is_not_even_planned(bench):
    await built(bench, guest())
    with pytest.raises(Broken, match="prevent_destroy"):
        await bench.plan(guest(vmid=1001))


async def test_a_guest_that_was_asked_to_go_goes_and_no_other(bench):
    await built(bench, guest(), guest(**SECOND))
    one, both = await bench.plan(guest(**SECOND)), await bench.plan()
    assert keys(one, DESTROY) == []
    assert keys(one, CHANGE) == ["policy.not_asked.delete"]
    assert keys(both, DESTROY) == ["policy.not_ours", "policy.vmid"]
    assert keys(both, replace(DESTROY, vmids=frozenset({1000, 1001}))) == ["policy.not_ours"]


async def test_high_availability_comes_stays_and_goes_with_what_the_spec_asks(bench):
    asked = frozenset({1000})
    new = await bench.plan(guest(is_ha=True))
    assert keys(new, replace(CREATE, ha_vmids=asked)) == []
    assert keys(new, CREATE) == ["policy.ha_not_asked"]
    assert (await asyncio.to_thread(bench.apply, new.digest)).errors == ()

    resized = await bench.plan(guest(is_ha=True, memory_mb=16384))
    assert resized.counts == {"update": 1}
    assert keys(resized, replace(CHANGE, ha_vmids=asked)) == []

    let_go = await bench.plan(guest())
    assert keys(let_go, CHANGE) == []
    assert keys(let_go, replace(CHANGE, ha_vmids=asked)) == ["policy.ha_not_asked"]
    assert keys(await bench.plan(), DESTROY) == []


async def test_a_guest_that_stands_is_put_under_high_availability_when_that_is_asked(bench, lab):
    await built(bench, guest())
    plan = await bench.plan(guest(is_ha=True))
    assert plan.counts == {"create": 1}
    assert keys(plan, replace(CHANGE, ha_vmids=frozenset({1000}))) == []
    assert keys(plan, CHANGE) == ["policy.ha_not_asked"]
    assert (await asyncio.to_thread(bench.apply, plan.digest)).errors == ()
    assert lab.lab.world.table("ha")["vm:1000"]["state"] == "started"
