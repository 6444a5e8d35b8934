"""What is read apart, on a real HTTPS server that speaks as PVE 9 and as PVE 8; each part fails alone and is said."""

import pytest

from iac.errors import Broken
from iac.inventory import Affinity, Device, Records
from iac.proxmox import CachedEye, ProxmoxEye, ProxmoxRecords, Watch, WatchingEye

VERSIONS = ("9.1.4", "8.4.5")


@pytest.fixture(params=VERSIONS)
async def spoken(lab, request):
    """The lab, speaking as each version."""
    await lab.do("version", request.param)
    return lab


def eye_of(lab, seconds=60.0, clock=None):
    more = {"clock": clock} if clock else {}
    return WatchingEye(ProxmoxEye(lab.access, seconds=60), Watch(ProxmoxRecords(lab.access, seconds=seconds), **more))


async def signals_of(lab, node):
    return (await eye_of(lab).read()).signals.of(node)


async def recorded(lab):
    """Forget what was asked before; from now on it is kept."""
    await lab.do("record")
    await lab.do("records")


async def test_every_node_is_measured(spoken):
    inventory = await eye_of(spoken).read()
    assert [n.node for n in inventory.signals.nodes] == ["pmox01", "pmox02", "pmox03"]
    assert inventory.signals.missing == ()
    for found in inventory.signals.nodes:
        assert 0 < found.busy < 1
        assert found.busy <= found.expected <= 1
        assert (found.failed, found.running) == (0, 0)


async def test_a_node_whose_work_waits_for_storage_is_seen_to_wait(spoken):
    await spoken.do("wait", "pmox02", 0.3)
    assert (await signals_of(spoken, "pmox02")).pressure == pytest.approx(0.3, abs=0.02)
    assert (await signals_of(spoken, "pmox01")).pressure < 0.02


async def test_failed_work_is_counted_on_its_node_and_closed_screens_are_not(spoken):
    await spoken.do("fail_task", "pmox03", "start failed: QEMU exited with code 1")
    await spoken.do("fail_task", "pmox03", "connection timed out", kind="vncproxy")
    await spoken.do("fail_task", "pmox03", "interrupted by signal")
    assert (await signals_of(spoken, "pmox03")).failed == 1
    assert (await signals_of(spoken, "pmox01")).failed == 0


async def test_tasks_are_told_newest_first_and_only_the_failed_ones_on_demand(spoken):
    await spoken.do("fail_task", "pmox01", "no space left", kind="vzdump")
    eye = eye_of(spoken)
    (failed,) = await eye.tasks(only_failed=True)
    assert (failed.node, failed.kind, failed.outcome) == ("pmox01", "vzdump", "no space left")
    assert failed in await eye.tasks()


@pytest.mark.parametrize(("version", "steps"), [("9.1.4", (60, 60, 1800)), ("8.4.5", (60, 1800, 10800))])
async def test_the_step_of_a_history_is_what_the_version_gives(lab, version, steps):
    await lab.do("version", version)
    eye = eye_of(lab)
    assert tuple([(await eye.history("pmox01", window)).step_s for window in ("hour", "day", "week")]) == steps


@pytest.mark.parametrize(("version", "name"), [("9.1.4", "db-prefers-pmox02"), ("8.4.5", "near-data")])
async def test_rules_of_pve_9_and_groups_of_pve_8_are_one_thing(lab, version, name):
    await lab.do("version", version)
    inventory = await eye_of(lab).read()
    wanted = Affinity(name, "nodes", frozenset({112}), ("pmox02", "pmox03"), is_strict=False)
    assert inventory.affinities == (wanted,)


async def test_mapped_devices_and_processors_are_told(spoken):
    inventory = await eye_of(spoken).read()
    assert inventory.devices == (Device("gpu", "pmox03", 1, "graphics card for training", ()),)
    assert {n.cpu_types for n in inventory.nodes} == {frozenset({"x86-64-v2", "x86-64-v2-AES", "x86-64-v3"})}


async def test_the_records_are_records_and_have_no_verb_that_changes(lab):
    eye = eye_of(lab)
    assert isinstance(eye, Records)
    assert [name for name in dir(eye) if not name.startswith("_")] == ["history", "read", "tasks"]
    await recorded(lab)
    await eye.read()
    await eye.tasks()
    assert {row["m"] for row in await lab.do("records") if "/lab/" not in row["p"]} == {"GET"}


# ---------------------------------------------------------------- each part fails alone

PARTS = {
    "/rrddata": "place.signal_unread.load",
    "/nodes/[^/]+/tasks": "place.signal_unread.failures",
    "/cluster/tasks": "place.signal_unread.work",
    "/cluster/ha/rules": "place.signal_unread.affinities",
    "/cluster/mapping/pci": "place.signal_unread.devices",
}


@pytest.mark.parametrize("path", PARTS)
async def test_a_part_that_may_not_be_read_is_said_and_the_rest_is_read(lab, path):
    why = "Permission check failed (/nodes/pmox01, Sys.Audit)"
    await lab.do("fault", "answer", path, times=-1, code=403, reason=why)
    inventory = await eye_of(lab).read()
    (said,) = inventory.signals.missing
    assert said.key == PARTS[path]
    assert said.values["why"] == "Sys.Audit (/nodes/pmox01)"
    assert len(inventory.nodes) == 3
    healthy = {"busy", "pressure", "failed", "running"} - {"/rrddata": {"busy", "pressure"}}.get(path, set())
    known = {name for name in healthy if getattr(inventory.signals.of("pmox01"), name) is not None}
    assert len(known) >= len(healthy) - 1


async def test_one_node_that_hides_its_history_leaves_the_others_measured(lab):
    await lab.do("fault", "answer", "/nodes/pmox02/rrddata", times=-1, code=403, reason="Forbidden")
    signals = (await eye_of(lab).read()).signals
    assert [s.key for s in signals.missing] == ["place.signal_unread.load"]
    assert [n.busy is None for n in signals.nodes] == [False, True, False]


async def test_a_history_that_never_comes_costs_its_time_once_and_no_reading(lab):
    await lab.do("fault", "silent", "/nodes/pmox02/rrddata", times=-1)
    eye = eye_of(lab, seconds=2.0)
    inventory = await eye.read()
    assert len(inventory.nodes) == 3
    assert inventory.signals.of("pmox02").busy is None
    assert "place.signal_unread.load" in [s.key for s in inventory.signals.missing]
    await recorded(lab)
    await eye.read()
    assert not [row for row in await lab.do("records") if "rrddata" in row["p"]]


async def test_who_looks_closer_is_told_what_is_missing(lab):
    await lab.do("fault", "answer", "tasks", times=-1, code=403, reason="Permission check failed (/, Sys.Audit)")
    with pytest.raises(Broken, match=r"Sys\.Audit"):
        await eye_of(lab).tasks()
    with pytest.raises(Broken):
        await eye_of(lab).history("pmox99", "hour")


# ---------------------------------------------------------------- what was read is used again


async def test_what_is_read_apart_is_read_again_after_a_minute(lab):
    now = [1000.0]
    eye = eye_of(lab, clock=lambda: now[0])
    first = await eye.read()
    await lab.do("wait", "pmox01", 0.5)
    now[0] += 59
    assert (await eye.read()).signals == first.signals
    now[0] += 2
    assert (await eye.read()).signals.of("pmox01").pressure > 0.4


async def test_a_node_that_leaves_is_seen_at_once(lab):
    eye = eye_of(lab)
    await eye.read()
    await lab.do("node_offline", "pmox02")
    assert [n.node for n in (await eye.read()).signals.nodes] == ["pmox01", "pmox03"]


async def test_two_eyes_of_a_process_share_what_is_read_apart(lab):
    plain = ProxmoxEye(lab.access, seconds=60)
    watch = Watch(ProxmoxRecords(lab.access))
    first = await WatchingEye(plain, watch).read()
    await recorded(lab)
    second = await WatchingEye(CachedEye(plain, max_age_s=1), watch).read()
    assert second.signals == first.signals
    assert not [row for row in await lab.do("records") if "rrddata" in row["p"]]


async def test_a_guest_that_has_a_device_holds_it(lab):
    await lab.do("hold_device", 114, "gpu")
    inventory = await eye_of(lab).read()
    assert [(d.held_by, d.free) for d in inventory.devices] == [((114,), 0)]
