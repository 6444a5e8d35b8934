"""Guests of the lab in model time: locks, tasks, the agent, SSH, pending changes, capacity, snapshots, migration."""

import asyncio

import pytest

from iac.lab.reach import LabReach
from tests.integration.lab.pve_client import until

TEMPLATE = "/nodes/pmox01/qemu/100"
NEW = "/nodes/pmox01/qemu/130"


async def clone(pve, **more):
    await pve.done("POST", f"{TEMPLATE}/clone", newid=130, name="api01", **more)


async def first_line(host, port):
    try:
        reader, writer = await asyncio.open_connection(host, port)
    except OSError:
        return b""
    line = await asyncio.wait_for(reader.readline(), 60)
    writer.close()
    return line


async def test_a_guest_is_locked_while_it_is_cloned(pve, steer):
    steer("fault", kind="task_hang", path="^qmclone$", times=1)
    upid = await pve.post(f"{TEMPLATE}/clone", newid=130, name="api01")
    assert (await pve.get(f"{NEW}/status/current"))["lock"] == "clone"
    assert (await pve.no("PUT", f"{NEW}/config", cores=2)).reason == "VM is locked (clone)"
    assert await pve.failed("POST", f"{NEW}/status/start") == "VM is locked (clone)"
    await pve.delete(f"/nodes/pmox01/tasks/{upid}")
    assert await pve.ended(upid) == "interrupted by signal"
    await pve.done("POST", f"{TEMPLATE}/clone", newid=131, name="api02")
    assert "lock" not in await pve.get("/nodes/pmox01/qemu/131/status/current")


async def test_a_task_logs_what_it_did(pve):
    upid = await pve.post(f"{TEMPLATE}/clone", newid=130)
    lines = [row["t"] for row in await pve.get(f"/nodes/pmox01/tasks/{upid}/log")]
    assert lines[0].startswith("create full clone of drive scsi0")
    assert lines[-1] == "TASK OK"
    assert await pve.get(f"/nodes/pmox01/tasks/{upid}/log", start=len(lines)) == []


async def test_the_agent_and_ssh_answer_a_moment_after_the_start(lab, pve, steer):
    await clone(pve)
    await pve.put(f"{NEW}/config", agent=1, ipconfig0="ip=192.168.20.5/16,gw=192.168.0.1")
    steer("pace", pace=0.1)
    await pve.done("POST", f"{NEW}/status/start")
    assert (await pve.no("POST", f"{NEW}/agent/ping")).reason == "QEMU guest agent is not running"

    async def greeting():
        host, port = await LabReach(lab.access)("192.168.20.5", 22)
        return await first_line(host, port) if host == "127.0.0.1" else b""

    assert (await until(greeting)).startswith(b"SSH-2.0-OpenSSH_")

    async def is_there():
        return (await pve.client.post(f"{NEW}/agent/ping")).status_code == 200

    assert await until(is_there)


async def test_the_port_of_a_stopped_guest_is_closed(lab, pve):
    host, port = lab.ports.reach()["192.168.10.10"]["22"]
    assert (await first_line(host, port)).startswith(b"SSH-2.0-OpenSSH_9.6p1 Ubuntu")
    assert await LabReach(lab.access)("192.168.10.10", 22) == (host, port)
    await pve.delete("/cluster/ha/resources/vm:110")
    await pve.done("POST", "/nodes/pmox01/qemu/110/status/stop")
    assert await first_line(host, port) == b""


async def test_an_open_connection_ends_when_its_guest_stops(lab, pve):
    host, port = lab.ports.reach()["192.168.10.14"]["22"]
    reader, writer = await asyncio.open_connection(host, port)
    await reader.readline()
    await pve.done("POST", "/nodes/pmox03/qemu/114/status/stop")
    assert await asyncio.wait_for(reader.read(), 60) == b""
    writer.close()


async def test_an_address_nobody_has_stays_as_it_is(lab):
    assert await LabReach(lab.access)("203.0.113.9", 22) == ("203.0.113.9", 22)


async def test_a_guest_without_an_address_gets_one_from_the_vnet(lab, pve):
    await clone(pve)
    await pve.done("POST", f"{NEW}/status/start")
    card = (await pve.get(f"{NEW}/agent/network-get-interfaces"))["result"][1]
    found = card["ip-addresses"][0]
    assert found["prefix"] == 16
    assert found["ip-address"].startswith("192.168.")
    assert found["ip-address"] in lab.ports.reach()


async def test_more_cores_wait_for_a_power_cycle(pve):
    await pve.put("/nodes/pmox03/qemu/114/config", cores=4, description="at once")
    pending = await pve.get("/nodes/pmox03/qemu/114/pending")
    assert {"key": "cores", "value": 2, "pending": 4} in pending
    assert (await pve.get("/nodes/pmox03/qemu/114/config"))["cores"] == 4
    assert (await pve.get("/nodes/pmox03/qemu/114/config", current=1))["cores"] == 2
    assert (await pve.get("/nodes/pmox03/qemu/114/status/current"))["cpus"] == 2
    await pve.done("POST", "/nodes/pmox03/qemu/114/status/reboot")
    assert (await pve.get("/nodes/pmox03/qemu/114/status/current"))["cpus"] == 4
    assert not [row for row in await pve.get("/nodes/pmox03/qemu/114/pending") if "pending" in row]


async def test_a_disk_grows_and_never_shrinks(pve):
    await clone(pve)
    await pve.done("PUT", f"{NEW}/resize", disk="scsi0", size="+5G")
    assert "size=8G" in (await pve.get(f"{NEW}/config"))["scsi0"]
    assert await pve.failed("PUT", f"{NEW}/resize", disk="scsi0", size="4G") == "shrinking disks is not supported"
    assert await pve.failed("PUT", f"{NEW}/resize", disk="scsi9", size="4G") == "disk 'scsi9' does not exist"
    assert (await pve.no("PUT", f"{NEW}/resize", disk="scsi0", size="big")).code == 400


async def test_a_removed_disk_is_kept_as_unused(pve):
    await clone(pve)
    await pve.put(f"{NEW}/config", scsi1="ceph-vm:5")
    volume = (await pve.get(f"{NEW}/config"))["scsi1"].split(",")[0]
    await pve.put(f"{NEW}/config", delete="scsi1")
    config = await pve.get(f"{NEW}/config")
    assert "scsi1" not in config
    assert config["unused0"] == volume


async def test_a_node_never_gives_more_memory_than_it_has(pve):
    await clone(pve)
    await pve.put(f"{NEW}/config", memory=30 * 1024)
    upid = await pve.post(f"{NEW}/status/start")
    assert await pve.ended(upid) == "start failed: QEMU exited with code 1"
    lines = [row["t"] for row in await pve.get(f"/nodes/pmox01/tasks/{upid}/log")]
    assert "Cannot allocate memory" in lines[0]
    assert (await pve.get(f"{NEW}/status/current"))["status"] == "stopped"


async def test_a_node_never_gives_more_cores_than_it_has(pve):
    await clone(pve)
    await pve.put(f"{NEW}/config", cores=4000)
    assert await pve.ended(await pve.post(f"{NEW}/status/start")) == "MAX 20 vcpus allowed per VM on this node"


async def test_a_snapshot_brings_back_what_was(pve):
    await clone(pve)
    await pve.done("POST", f"{NEW}/snapshot", snapname="before", description="clean")
    await pve.put(f"{NEW}/config", cores=8)
    await pve.done("POST", f"{NEW}/snapshot/before/rollback")
    assert (await pve.get(f"{NEW}/config"))["cores"] == 1
    [row, now] = await pve.get(f"{NEW}/snapshot")
    assert (row["name"], row["description"], now["name"], now["parent"]) == ("before", "clean", "current", "before")
    assert await pve.failed("POST", f"{NEW}/snapshot", snapname="before") == "snapshot name 'before' already used"
    await pve.done("DELETE", f"{NEW}/snapshot/before")
    assert await pve.failed("POST", f"{NEW}/snapshot/before/rollback") == "snapshot 'before' does not exist"


@pytest.mark.parametrize("name", ["9lives", "a", "with space", "current", "schnee-é"])
async def test_a_snapshot_needs_a_proper_name(pve, name):
    assert (await pve.no("POST", "/nodes/pmox01/qemu/111/snapshot", snapname=name)).code == 400


async def test_a_guest_moves_while_it_runs(pve):
    check = await pve.get("/nodes/pmox03/qemu/115/migrate")
    assert (check["running"], sorted(check["allowed_nodes"]), check["local_disks"]) == (1, ["pmox01", "pmox02"], [])
    assert "online" in (await pve.no("POST", "/nodes/pmox03/qemu/115/migrate", target="pmox02")).reason
    await pve.done("POST", "/nodes/pmox03/qemu/115/migrate", target="pmox02", online=1)
    assert (await pve.get("/nodes/pmox02/qemu/115/status/current"))["status"] == "running"
    refusal = await pve.no("GET", "/nodes/pmox03/qemu/115/config")
    assert refusal.reason == "Configuration file 'nodes/pmox03/qemu-server/115.conf' does not exist"


async def test_a_local_disk_holds_a_guest_where_it_is(pve):
    await clone(pve, storage="local-lvm")
    [row] = (await pve.get(f"{NEW}/migrate"))["local_disks"]
    assert row["volid"] == "local-lvm:vm-130-disk-0"
    assert "local disk" in (await pve.no("POST", f"{NEW}/migrate", target="pmox02")).reason
    await pve.done("POST", f"{NEW}/migrate", target="pmox02", **{"with-local-disks": 1})
    assert (await pve.get("/nodes/pmox02/qemu/130/config"))["name"] == "api01"


async def test_a_running_guest_is_not_destroyed(pve):
    assert await pve.failed("DELETE", "/nodes/pmox03/qemu/115") == "VM 115 is running - destroy failed"
    await pve.done("POST", "/nodes/pmox03/qemu/115/status/stop")
    await pve.done("DELETE", "/nodes/pmox03/qemu/115", purge=1)
    assert 115 not in [row["vmid"] for row in await pve.get("/cluster/resources", type="vm")]
    assert 115 not in [member["vmid"] for member in (await pve.get("/pools/dev"))["members"]]


async def test_a_destroyed_guest_under_ha_needs_purge(pve):
    await pve.put("/cluster/ha/resources/vm:111", state="stopped")
    assert "purge parameter not set" in (await pve.no("DELETE", "/nodes/pmox01/qemu/111")).reason
    await pve.done("DELETE", "/nodes/pmox01/qemu/111", purge=1)
    assert "vm:111" not in [row["sid"] for row in await pve.get("/cluster/ha/resources")]


async def test_a_backup_appears_on_the_storage(pve):
    await pve.done(
        "POST",
        "/nodes/pmox03/vzdump",
        vmid="114",
        storage="cephfs",
        mode="snapshot",
        **{"notes-template": "{{guestname}}"},
    )
    [row] = await pve.get("/nodes/pmox01/storage/cephfs/content", content="backup")
    assert (row["vmid"], row["notes"], row["content"]) == (114, "monitor01", "backup")
    volume = row["volid"].replace("/", "%2F")
    assert (await pve.client.delete(f"/nodes/pmox01/storage/cephfs/content/{volume}")).status_code == 200
    assert await pve.get("/nodes/pmox01/storage/cephfs/content", content="backup") == []


async def test_nextid_is_free_and_a_taken_one_is_refused(pve):
    assert await pve.get("/cluster/nextid") == "103"
    assert await pve.get("/cluster/nextid", vmid=500) == "500"
    refusal = await pve.no("GET", "/cluster/nextid", vmid=110)
    assert (refusal.code, refusal.errors) == (400, {"vmid": "VM 110 already exists"})
