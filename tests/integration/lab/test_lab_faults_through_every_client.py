"""The faults of the lab as the product's own clients meet them: the eye on proxmoxer, and the real provider."""

import asyncio
import os
import signal

import pytest

from iac.errors import Broken, ClusterSilent
from iac.lab import child
from iac.lab.access import read_access
from iac.proxmox import Access, ProxmoxEye
from iac.proxmox.door import Door, Forbidden
from iac.terraform.applier import Applier
from iac.terraform.environment import Credentials
from iac.terraform.planner import TerraformPlanner
from tests.fixtures.stacks import guest, stack
from tests.integration.lab.pve_client import Pve, until


@pytest.fixture
async def door(lab):
    found = Door(access_of(lab), seconds=1)
    yield found
    found.close()


def access_of(lab):
    return Access(lab.access.endpoint, lab.access.bot_token, lab.access.ca_path)


# ---------------------------------------------------------------- through proxmoxer


@pytest.mark.parametrize(
    ("code", "reason", "kind"),
    [
        (401, "authentication failure", Forbidden),
        (403, "Permission check failed (/, Sys.Audit)", Forbidden),
        (500, "got timeout", Broken),
        (503, "Service Unavailable", Broken),
        (595, "No route to host", ClusterSilent),
        (596, "Broken pipe", ClusterSilent),
    ],
)
async def test_a_planned_answer_is_told_in_pves_words(door, steer, code, reason, kind):
    steer("fault", kind="answer", path="^/nodes$", code=code, reason=reason)
    with pytest.raises(kind) as told:
        await door.get("nodes")
    assert reason in told.value.why
    assert await door.get("version")


async def test_a_closed_connection_is_a_silent_cluster(door, steer):
    steer("fault", kind="close", path="^/nodes$")
    with pytest.raises(ClusterSilent, match="GET nodes"):
        await door.get("nodes")


async def test_a_request_that_is_never_answered_ends_by_the_clock(door, steer):
    steer("fault", kind="silent", path="^/nodes$")
    with pytest.raises(ClusterSilent):
        await door.get("nodes")
    assert await door.get("version")


async def test_a_silent_agent_is_a_fault_that_is_worth_retrying(door, steer):
    steer("fault", kind="agent_silent", path="^110$", times=1)
    path = "nodes/pmox01/qemu/110/agent/network-get-interfaces"
    with pytest.raises(Broken, match="QEMU guest agent is not running") as told:
        await door.get(path)
    assert told.value.is_worth_retrying
    assert (await door.get(path))["result"]


async def test_one_fault_in_the_middle_of_a_reading_gives_no_half_reading(lab, steer):
    steer("fault", kind="answer", path="/storage$", code=500, reason="got timeout", times=1)
    with pytest.raises(Broken):
        await ProxmoxEye(access_of(lab), seconds=60).read()
    assert (await ProxmoxEye(access_of(lab), seconds=60).read()).storages


# ---------------------------------------------------------------- through the real provider


@pytest.fixture
def apply(lab, toolchain, tmp_path):
    """Plans one guest, then breaks the lab as told, then applies."""
    keys = Credentials(lab.access.endpoint, lab.access.bot_token, lab.access.ca_path)
    planner = TerraformPlanner(toolchain, tmp_path / "runs", keys)

    async def run(between):
        plan = await planner.plan("run1", stack(guest()), None)
        between()
        applier = Applier(toolchain, keys, tmp_path / "runs" / "run1", 60)
        return await asyncio.to_thread(applier.apply, plan.digest)

    return run


@pytest.mark.terraform
@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"kind": "task_error", "path": "^qmclone$", "text": "clone failed: no space left"}, "no space left"),
        ({"kind": "task_error", "path": "^resize$", "text": "lvextend failed"}, "lvextend failed"),
        ({"kind": "task_error", "path": "^qmstart$", "text": "start failed: no KVM"}, "no KVM"),
        (
            {
                "kind": "answer",
                "path": "/clone$",
                "code": 403,
                "reason": "Permission check failed (/vms/100, VM.Clone)",
            },
            "VM.Clone",
        ),
        (
            {"kind": "answer", "path": "/config$", "method": "PUT", "code": 500, "reason": "cfs-lock timeout"},
            "cfs-lock timeout",
        ),
    ],
    ids=lambda value: str(value["path"]) if isinstance(value, dict) else "",
)
async def test_an_apply_that_meets_a_fault_ends_with_the_clusters_words(apply, lab, steer, fault, words):
    applied = await apply(lambda: steer("fault", **fault))
    assert applied.exit_code == 1
    assert words in "\n".join(applied.errors)
    assert lab.access.bot_token.partition("=")[2] not in "\n".join(applied.errors)


@pytest.mark.terraform
@pytest.mark.parametrize(
    ("verb", "args", "words"),
    [
        ("fill_storage", {"name": "ceph-vm", "is_full": True}, "No space left on device"),
        ("quorum", {"is_there": False}, "no quorum"),
        ("take_vmid", {"vmid": 1000}, "already exists"),
        ("lock_guest", {"vmid": 100, "lock": "backup"}, "locked"),
    ],
)
async def test_an_apply_on_a_cluster_that_moved_ends_with_the_clusters_words(apply, steer, verb, args, words):
    applied = await apply(lambda: steer(verb, **args))
    assert applied.exit_code == 1
    assert words in "\n".join(applied.errors)


@pytest.mark.terraform
async def test_a_slow_task_is_waited_for(apply, lab, steer):
    applied = await apply(lambda: steer("fault", kind="task_slow", path="^qmclone$", seconds=1.5))
    assert applied.errors == ()
    assert applied.seconds > 1.5
    assert lab.lab.world.guests["1000"].is_running


# ---------------------------------------------------------------- a lab that is killed


async def test_a_lab_that_is_killed_comes_back_with_what_it_had_answered(tmp_path):
    killed = await asyncio.to_thread(child.start, tmp_path, pace=0)
    pve = Pve.of(killed.access, killed.access.admin_token)
    await pve.put("/nodes/pmox01/qemu/110/config", description="kept")
    await pve.done("POST", "/nodes/pmox01/qemu/100/clone", newid=130, name="kept01")

    async def is_written():
        return b"kept01" in (tmp_path / "world.json").read_bytes()

    await until(is_written)
    os.kill(killed.access.pid, signal.SIGKILL)
    await asyncio.to_thread(killed.stop)
    await pve.client.aclose()
    again = await asyncio.to_thread(child.start, tmp_path, pace=0)
    pve = Pve.of(again.access, killed.access.admin_token)
    assert (await pve.get("/nodes/pmox01/qemu/110/config"))["description"] == "kept"
    assert (await pve.get("/nodes/pmox01/qemu/130/config"))["name"] == "kept01"
    await pve.client.aclose()
    await asyncio.to_thread(again.stop)
    assert read_access(tmp_path).ca_path == killed.access.ca_path


async def test_a_lab_killed_at_any_moment_leaves_a_world_that_can_be_read(tmp_path):
    for strokes in (1, 7, 20):
        lab = await asyncio.to_thread(child.start, tmp_path, pace=0)
        pve = Pve.of(lab.access, lab.access.admin_token)
        for stroke in range(strokes):
            await pve.put("/nodes/pmox01/qemu/110/config", description="x" * 1000 * stroke)
        os.kill(lab.access.pid, signal.SIGKILL)
        await asyncio.to_thread(lab.stop)
        await pve.client.aclose()
    lab = await asyncio.to_thread(child.start, tmp_path, pace=0)
    assert lab.process is not None
    await asyncio.to_thread(lab.stop)
    assert [path.name for path in tmp_path.glob("*.tmp")] == []
