"""Journeys through the lab; PVE's own schema judges every request they made and every answer they got."""

import pytest

from tests.conformance.lab.pve_schema import findings

NEW = "/nodes/pmox02/qemu/130"


@pytest.fixture
def judged(lab, schema):
    """Judge what was recorded; insist that there was enough of it to say something."""

    def judge(least):
        records = list(lab.door.records)
        assert len(records) >= least
        assert findings(records, schema) == []

    return judge


async def make_guest(pve):
    clone = {
        "newid": 130,
        "name": "api01",
        "full": 1,
        "pool": "dev",
        "target": "pmox02",
        "description": "made by a test",
    }
    await pve.done("POST", "/nodes/pmox01/qemu/100/clone", **clone)
    cloudinit = {"ciuser": "ubuntu", "ipconfig0": "ip=192.168.20.5/16,gw=192.168.0.1", "nameserver": "192.168.0.1"}
    await pve.put(f"{NEW}/config", cores=2, memory=2048, agent="enabled=1", tags="bot;dev", **cloudinit)
    await pve.done("PUT", f"{NEW}/resize", disk="scsi0", size="20G")
    await pve.done("POST", f"{NEW}/status/start")


async def test_reading_the_whole_cluster(pve, judged):
    for path in ("/version", "/cluster/resources", "/cluster/status", "/cluster/options", "/cluster/tasks", "/nodes"):
        await pve.get(path)
    for kind in ("vm", "node", "storage", "sdn"):
        await pve.get("/cluster/resources", type=kind)
    for path in ("resources", "rules", "status/current", "status/manager_status", "resources/vm:110"):
        await pve.get(f"/cluster/ha/{path}")
    for path in ("/storage", "/storage/ceph-vm", "/pools", "/pools/prod", "/cluster/backup", "/cluster/backup/nightly"):
        await pve.get(path)
    await pve.get("/pools", poolid="prod")
    await pve.get("/cluster/nextid")
    for path in ("zones", "vnets", "zones/main", "vnets/mainvnet", "vnets/mainvnet/subnets"):
        await pve.get(f"/cluster/sdn/{path}")
    judged(25)


async def test_reading_the_hardware_and_the_last_day(pve, judged):
    await pve.post(
        "/cluster/mapping/pci", id="tpu", description="new", map=["node=pmox01,path=0000:02:00,id=1ac1:089a"]
    )
    for path in ("", "/gpu", "/tpu"):
        await pve.get(f"/cluster/mapping/pci{path}")
    for node in ("pmox01", "pmox03"):
        await pve.get(f"/nodes/{node}/hardware/pci")
        await pve.get(f"/nodes/{node}/tasks", errors=1, since=1_700_000_000, limit=200)
        await pve.get(f"/nodes/{node}/status")
    await pve.delete("/cluster/mapping/pci/tpu")
    judged(11)


async def test_reading_each_node(pve, judged):
    for node in ("pmox01", "pmox02", "pmox03"):
        for path in ("", "/status", "/version", "/network", "/storage", "/qemu", "/lxc", "/tasks", "/sdn/zones"):
            await pve.get(f"/nodes/{node}{path}")
        for storage in ("local", "local-lvm", "ceph-vm", "cephfs"):
            for path in ("status", "content"):
                await pve.get(f"/nodes/{node}/storage/{storage}/{path}")
    await pve.get("/nodes/pmox01/network", type="any_bridge")
    await pve.get("/nodes/pmox01/storage/ceph-vm/content/ceph-vm:base-100-disk-0")
    judged(50)


@pytest.mark.parametrize("frame", ["hour", "day", "week", "month", "year"])
async def test_reading_history(pve, judged, frame):
    for path in ("", "/qemu/110", "/storage/ceph-vm"):
        await pve.get(f"/nodes/pmox01{path}/rrddata", timeframe=frame, cf="AVERAGE")
    judged(3)


async def test_the_life_of_a_guest(pve, judged):
    await make_guest(pve)
    for path in ("", "/config", "/pending", "/status/current", "/cloudinit", "/snapshot", "/migrate"):
        await pve.get(NEW + path)
    await pve.put(f"{NEW}/config", cores=4, description="more")
    await pve.get(f"{NEW}/pending")
    for verb in ("reboot", "reset", "suspend", "resume", "shutdown", "start", "stop"):
        await pve.done("POST", f"{NEW}/status/{verb}")
    await pve.done("POST", f"{NEW}/config", delete="description")
    await pve.put(f"{NEW}/cloudinit")
    await pve.done("POST", f"{NEW}/migrate", target="pmox03")
    await pve.done("DELETE", NEW.replace("02", "03"), purge=1, **{"destroy-unreferenced-disks": 1})
    judged(36)


async def test_the_agent_of_a_guest(pve, judged):
    await make_guest(pve)
    await pve.post(f"{NEW}/agent/ping")
    for path in ("network-get-interfaces", "get-osinfo", "get-host-name", "get-fsinfo"):
        await pve.get(f"{NEW}/agent/{path}")
    pid = (await pve.post(f"{NEW}/agent/exec", command=["cloud-init", "status"]))["pid"]
    assert (await pve.get(f"{NEW}/agent/exec-status", pid=pid))["out-data"] == "status: done\n"
    judged(14)


async def test_snapshots_of_a_guest(pve, judged):
    await make_guest(pve)
    await pve.done("POST", f"{NEW}/snapshot", snapname="before", description="keep", vmstate=1)
    for path in ("", "/before", "/before/config"):
        await pve.get(f"{NEW}/snapshot{path}")
    await pve.put(f"{NEW}/snapshot/before/config", description="kept")
    await pve.get(f"{NEW}/config", snapshot="before")
    await pve.done("POST", f"{NEW}/snapshot/before/rollback")
    await pve.done("DELETE", f"{NEW}/snapshot/before")
    judged(18)


async def test_high_availability_and_backups(pve, judged):
    await make_guest(pve)
    await pve.post("/cluster/ha/resources", sid="vm:130", state="started", max_restart=1, max_relocate=1)
    await pve.post("/cluster/ha/rules", rule="near", type="node-affinity", resources="vm:130", nodes="pmox02:2")
    await pve.get("/cluster/ha/rules/near")
    await pve.put("/cluster/ha/resources/vm:130", comment="kept up")
    await pve.post("/cluster/ha/resources/vm:130/migrate", node="pmox03")
    for path in ("resources", "rules", "status/current"):
        await pve.get(f"/cluster/ha/{path}")
    await pve.delete("/cluster/ha/rules/near")
    await pve.delete("/cluster/ha/resources/vm:130")
    await pve.post("/cluster/backup", id="hourly", schedule="hourly", storage="cephfs", vmid="130", mode="snapshot")
    await pve.put("/cluster/backup/hourly", enabled=0)
    await pve.get("/cluster/backup/hourly")
    await pve.delete("/cluster/backup/hourly")
    await pve.done("POST", "/nodes/pmox01/vzdump", vmid="110", storage="cephfs", mode="snapshot", compress="zstd")
    await pve.get("/nodes/pmox01/storage/cephfs/content", content="backup")
    judged(24)


async def test_access_and_pools(pve, judged):
    await pve.post("/access/roles", roleid="Reader", privs="VM.Audit,Sys.Audit")
    await pve.post("/access/users", userid="dora@pve", password="a-long-password", comment="new")
    await pve.post("/access/users/dora@pve/token/laptop", privsep=1)
    await pve.put("/access/acl", path="/vms/110", roles="Reader", users="dora@pve")
    for path in ("roles", "roles/Reader", "users", "users/dora@pve", "acl", "permissions", "users/dora@pve/token"):
        await pve.get(f"/access/{path}")
    await pve.get("/access/users/dora@pve/token/laptop")
    await pve.put("/access/users/dora@pve", comment="old")
    await pve.post("/access/ticket", username="dora@pve", password="a-long-password")
    await pve.delete("/access/users/dora@pve/token/laptop")
    await pve.delete("/access/users/dora@pve")
    await pve.delete("/access/roles/Reader")
    await pve.post("/pools", poolid="lab", comment="new")
    await pve.put("/pools", poolid="lab", vms="110", **{"allow-move": 1})
    await pve.put("/pools", poolid="lab", vms="110", delete=1)
    await pve.delete("/pools", poolid="lab")
    judged(20)


async def test_tasks_and_their_logs(pve, judged):
    await make_guest(pve)
    for row in await pve.get("/nodes/pmox01/tasks"):
        for path in ("", "/status", "/log"):
            await pve.get(f"/nodes/pmox01/tasks/{row['upid']}{path}")
    await pve.get("/cluster/tasks")
    judged(12)


async def test_the_judge_finds_what_is_wrong(pve, lab, schema):
    """A judge that never says no proves nothing."""
    await pve.get("/version")
    record = dict(lab.door.records[-1])
    assert findings([record], schema) == []
    assert findings([record | {"p": "/versions"}], schema) == ["GET /versions: no such path and method"]
    assert findings([record | {"q": {"full": "1"}}], schema) == ["GET /version full: unknown parameter: '1'"]
    wrong = {"data": {"version": 9, "release": "9.1", "repoid": "x"}}
    assert findings([record | {"r": wrong}], schema) == ["GET /version answer.version: not a JSON string: 9"]
