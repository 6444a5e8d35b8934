"""A mapped device and a type of processor, on what terraform and the provider really plan and make."""

import asyncio
from dataclasses import replace

import pytest

from iac.policy import Allowed, violations
from iac.proxmox import Access, ProxmoxEye, ProxmoxRecords, Watch, WatchingEye
from iac.spec import Limits
from tests.fixtures.stacks import guest

pytestmark = pytest.mark.terraform

CREATE = Allowed("create", frozenset({"api01"}), frozenset({1000}), Limits(), devices={"api01": ("gpu",)})


def keys(plan, allowed):
    return [found.key for found in violations(plan, allowed)]


async def test_only_the_device_that_was_asked_for_is_in_order(offline):
    plan = await offline.plan(guest(devices=("gpu",), cpu="x86-64-v3"))
    (change,) = plan.changes
    assert [(row["device"], row["mapping"]) for row in change.after["hostpci"]] == [("hostpci0", "gpu")]
    assert change.after["cpu"][0]["type"] == "x86-64-v3"
    assert keys(plan, CREATE) == []
    for devices in ({}, {"api01": ("tpu",)}, {"api01": ("gpu", "gpu")}, {"web01": ("gpu",)}):
        assert keys(plan, replace(CREATE, devices=devices)) == ["policy.dangerous"]


async def test_a_guest_with_a_device_is_made_holds_it_and_is_planned_empty_afterwards(bench):
    wanted = guest(devices=("gpu",), node="pmox03")
    plan = await bench.plan(wanted)
    assert (await asyncio.to_thread(bench.apply, plan.digest)).errors == ()
    keys_of = bench.credentials
    access = Access(keys_of.endpoint, keys_of.api_token, keys_of.ca_path)
    eye = WatchingEye(ProxmoxEye(access, seconds=60), Watch(ProxmoxRecords(access)))
    (device,) = (await eye.read()).devices
    assert (device.node, device.held_by, device.free) == ("pmox03", (1000,), 0)
    assert not (await bench.plan(wanted)).has_changes
