"""The rules of an environment, judged on what terraform and the provider really plan."""

import asyncio
from dataclasses import replace

import pytest

from iac.cost import Cost, Prices, cost_of
from iac.policy import Allowed, protected_vmids, violations
from iac.proxmox import Access, ProxmoxEye
from iac.spec import Limits
from tests.fixtures.stacks import guest

pytestmark = pytest.mark.terraform

BOUNDS = {
    "environment": "dev",
    "environment_nodes": ("pmox01",),
    "storages": ("ceph-vm",),
    "networks": ("mainvnet",),
    "tags": ("threadform",),
    "mark": "threadform",
}
CREATE = Allowed("create", frozenset({"api01"}), frozenset({1000}), Limits(), **BOUNDS)
CHANGE = replace(CREATE, intent="change", taken=frozenset({1000}))
DESTROY = replace(CHANGE, intent="destroy")
PRICES = Prices(core=4, memory_gb=1.5, disk_gb=0.05)


def keys(plan, allowed):
    return [found.key for found in violations(plan, allowed)]


async def built(bench, *guests):
    plan = await bench.plan(*guests)
    assert (await asyncio.to_thread(bench.apply, plan.digest)).errors == ()


async def test_a_new_guest_inside_its_environment_is_good_and_each_way_out_is_named(offline):
    plan = await offline.plan(guest())
    assert keys(plan, CREATE) == []
    assert keys(plan, replace(CREATE, environment_nodes=("pmox02",))) == ["policy.node_not_allowed"]
    assert keys(plan, replace(CREATE, storages=("local-lvm",))) == ["policy.storage_not_allowed"]
    assert keys(plan, replace(CREATE, networks=("vmbr0",))) == ["policy.network_not_allowed"]
    assert keys(plan, replace(CREATE, tags=("billing-7",))) == ["policy.tag_missing"]
    assert keys(plan, replace(CREATE, protected=("api*",))) == ["policy.protected"]
    assert cost_of(plan, PRICES) == Cost(0.0, 4 * 4 + 8 * 1.5 + 60 * 0.05)


async def test_a_guest_that_stands_is_judged_by_what_is_added_to_it(bench):
    await built(bench, guest(memory_mb=4096))
    plan = await bench.plan(guest(memory_mb=8192))
    assert keys(plan, CHANGE) == []
    assert keys(plan, replace(CHANGE, storages=("elsewhere",), networks=("elsewhere",))) == []
    assert keys(plan, replace(CHANGE, tags=("billing-7",))) == ["policy.tag_missing"]
    assert cost_of(plan, PRICES).change_eur == 6.0
    tagged = await bench.plan(guest(memory_mb=8192, tags=("billing-7", "run-r1", "threadform")))
    assert keys(tagged, replace(CHANGE, tags=("billing-7",))) == []


async def reading(lab):
    """What the product's own eye sees of the lab now."""
    access = lab.access
    return (await ProxmoxEye(Access(access.endpoint, access.bot_token, access.ca_path), seconds=60).read()).guests


async def test_a_guest_that_somebody_protected_in_proxmox_is_left_alone(bench, lab):
    await built(bench, guest())
    lab.lab.world.guests["1000"].config["tags"] = "protected;run-r1;threadform"
    assert "policy.protected" in keys(await bench.plan(guest(memory_mb=4096)), CHANGE)
    # Terraform does not look again at what it is to destroy: the reading says what the plan does not.
    seen = protected_vmids(await reading(lab), ())
    assert "policy.protected" in keys(await bench.plan(), replace(DESTROY, protected_vmids=seen))


async def test_a_guest_whose_mark_somebody_took_away_is_no_longer_ours(bench, lab):
    await built(bench, guest())
    lab.lab.world.guests["1000"].config["tags"] = "run-r1"
    assert "policy.unmanaged" in keys(await bench.plan(guest(memory_mb=4096)), CHANGE)
    foreign = frozenset(each.vmid for each in await reading(lab) if "threadform" not in each.tags)
    assert 1000 in foreign
    assert "policy.unmanaged" in keys(await bench.plan(), replace(DESTROY, foreign_vmids=foreign))
