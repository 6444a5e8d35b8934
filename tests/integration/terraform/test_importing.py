"""Guests that no state knows are taken into it: the next plan of their stack changes nothing that is whole."""

import asyncio
import ssl

import httpx
import pytest

from iac.spec import FoundGuest
from iac.terraform.importer import TerraformImporter
from tests.fixtures.stacks import guest, stack

pytestmark = pytest.mark.terraform


@pytest.fixture
def importer(bench):
    return TerraformImporter(bench.toolchain, bench.home, bench.credentials, seconds=30)


def found(placed, *, is_running=True, is_in_ha=False):
    return FoundGuest(placed, placed.node, is_running=is_running, is_in_ha=is_in_ha)


async def built_and_forgotten(bench, *guests):
    """As after a machine that died: the guests are there, no state is."""
    plan = await bench.plan(*guests)
    assert (await asyncio.to_thread(bench.apply, plan.digest)).errors == ()
    bench.state = None


async def clone(bench, lab, placed, *, is_ours=True):
    """What a terraform leaves that was killed right after its first call: a clone, never configured or started."""
    verify = ssl.create_default_context(cafile=str(bench.credentials.ca_path))
    head = {"Authorization": f"PVEAPIToken={bench.credentials.api_token}"}
    body = {"newid": placed.vmid, "name": placed.spec.name, "full": 1, "target": placed.node}
    body |= {"description": placed.description} if is_ours else {}
    url = f"{bench.credentials.endpoint}/api2/json/nodes/{placed.template_node}/qemu/{placed.template_vmid}/clone"
    async with httpx.AsyncClient(verify=verify, headers=head, timeout=60) as client:
        (await client.post(url, data=body | {"storage": placed.storage})).raise_for_status()
    for _ in range(2400):
        if not lab.lab.world.guests[str(placed.vmid)].lock:
            return
        await asyncio.sleep(0.05)
    pytest.fail("the clone never ended")


async def test_a_whole_guest_comes_back_as_if_its_state_had_never_been_lost(bench, importer):
    placed = guest(pool="staging")
    await built_and_forgotten(bench, placed)
    taken = await importer.take_in("r1", stack(placed), [found(placed)], None)
    assert (taken.failed, importer.known(taken.state)) == ({}, {"api01"})
    bench.state = taken.state
    assert not (await bench.plan(placed)).has_changes


async def test_a_guest_under_high_availability_comes_back_with_it(bench, importer):
    placed = guest(is_ha=True)
    await built_and_forgotten(bench, placed)
    taken = await importer.take_in("r1", stack(placed), [found(placed, is_in_ha=True)], None)
    bench.state = taken.state
    assert not (await bench.plan(placed)).has_changes


async def test_a_clone_that_was_never_configured_is_finished_in_place_and_started(bench, importer, lab):
    placed = guest()
    await clone(bench, lab, placed)
    taken = await importer.take_in("r1", stack(placed), [found(placed, is_running=False)], None)
    bench.state = taken.state
    plan = await bench.plan(placed)
    assert plan.counts == {"update": 1}
    assert plan.changes[0].is_creation
    assert (await asyncio.to_thread(bench.apply, plan.digest)).errors == ()
    machine = lab.lab.world.guests["1000"]
    assert (machine.status, str(machine.config["cores"])) == ("running", "4")
    assert not (await bench.plan(placed)).has_changes


async def test_a_guest_that_the_state_knows_already_stays_as_it_is(bench, importer):
    first, second = guest(), guest(name="api02", vmid=1001)
    plan = await bench.plan(first)
    assert (await asyncio.to_thread(bench.apply, plan.digest)).errors == ()
    kept = bench.state
    both = await bench.plan(first, second)
    assert (await asyncio.to_thread(bench.apply, both.digest)).errors == ()
    taken = await importer.take_in("r2", stack(first, second), [found(second)], kept)
    bench.state = taken.state
    assert importer.known(taken.state) == {"api01", "api02"}
    assert not (await bench.plan(first, second)).has_changes


async def test_one_that_is_not_there_is_told_in_terraforms_words_and_hinders_no_other(bench, importer):
    there, gone = guest(), guest(name="ghost", vmid=1009)
    await built_and_forgotten(bench, there)
    taken = await importer.take_in("r1", stack(there, gone), [found(gone), found(there)], None)
    assert importer.known(taken.state) == {"api01"}
    assert set(taken.failed) == {"ghost"}
    assert "ghost" in taken.failed["ghost"]
    assert bench.credentials.api_token not in taken.failed["ghost"]


@pytest.mark.parametrize("is_running", [True, False])
async def test_a_guest_of_somebody_else_with_our_number_name_and_tags_is_never_taken_in(
    bench, importer, lab, is_running
):
    ours, theirs = guest(), guest(name="db01", vmid=1001)
    await built_and_forgotten(bench, ours)
    await clone(bench, lab, theirs, is_ours=False)
    lab.lab.world.guests["1001"].config["tags"] = ";".join(theirs.tags)
    wanted = [found(theirs, is_running=is_running), found(ours)]
    taken = await importer.take_in("r1", stack(ours, theirs), wanted, None)
    assert (taken.foreign, taken.failed, importer.known(taken.state)) == ({"db01"}, {}, {"api01"})


async def test_what_was_known_before_stays_known_beside_a_guest_of_somebody_else(bench, importer, lab):
    ours, theirs = guest(), guest(name="db01", vmid=1001)
    plan = await bench.plan(ours)
    assert (await asyncio.to_thread(bench.apply, plan.digest)).errors == ()
    await clone(bench, lab, theirs, is_ours=False)
    taken = await importer.take_in("r1", stack(ours, theirs), [found(theirs)], bench.state)
    assert (taken.foreign, importer.known(taken.state)) == ({"db01"}, {"api01"})


async def test_nothing_in_the_cluster_is_touched(bench, importer, lab):
    placed = guest()
    await built_and_forgotten(bench, placed)
    before = dict(lab.lab.world.guests["1000"].config)
    await importer.take_in("r1", stack(placed), [found(placed)], None)
    assert dict(lab.lab.world.guests["1000"].config) == before


async def test_a_guest_that_was_made_here_can_be_taken_out_again(bench, importer, lab):
    placed = guest()
    await built_and_forgotten(bench, placed)
    bench.state = (await importer.take_in("r1", stack(placed), [found(placed)], None)).state
    plan = await bench.plan()
    assert plan.counts == {"delete": 1}
    assert (await asyncio.to_thread(bench.apply, plan.digest)).errors == ()
    assert "1000" not in lab.lab.world.guests
