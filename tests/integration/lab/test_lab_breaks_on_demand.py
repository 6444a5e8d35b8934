"""The faults a client meets, each as the client meets it; and HA when a node is lost."""

import asyncio

import httpx
import pytest

from iac.lab.trust import trusting
from tests.integration.lab.pve_client import until

VM = "/nodes/pmox03/qemu/114"


async def test_one_path_is_refused_as_often_as_was_planned(pve, steer):
    steer("fault", kind="answer", path="/status/current$", code=403, reason="Permission check failed", times=2)
    assert [(await pve.no("GET", f"{VM}/status/current")).code for _ in range(2)] == [403, 403]
    assert await pve.get(f"{VM}/status/current")


async def test_pve_times_out_in_its_own_words(pve, steer):
    steer("fault", kind="answer", method="PUT", path="/config$")
    refusal = await pve.no("PUT", f"{VM}/config", description="x")
    assert (refusal.code, refusal.reason) == (500, "got timeout")
    assert await pve.get(f"{VM}/config")
    steer("clear_faults")
    await pve.put(f"{VM}/config", description="x")


async def test_a_connection_is_closed_without_an_answer(pve, steer):
    steer("fault", kind="close", path="^/version$", times=1)
    with pytest.raises(httpx.TransportError):
        await pve.get("/version")
    assert await pve.get("/version")


async def test_a_silent_cluster_accepts_and_never_answers(pve, steer):
    steer("silence", is_silent=True)
    with pytest.raises(httpx.ReadTimeout):
        await pve.client.get("/version", timeout=0.2)
    steer("silence", is_silent=False)
    assert await pve.get("/version")


async def test_a_task_ends_with_an_error_and_its_text(pve, steer):
    steer("fault", kind="task_error", path="^qmclone$", text="clone failed: no space", times=1)
    upid = await pve.post("/nodes/pmox01/qemu/100/clone", newid=130)
    assert await pve.ended(upid) == "clone failed: no space"
    log = await pve.get(f"/nodes/pmox01/tasks/{upid}/log")
    assert log[-1]["t"] == "TASK ERROR: clone failed: no space"
    assert "does not exist" in (await pve.no("GET", "/nodes/pmox01/qemu/130/config")).reason
    assert upid in [row["upid"] for row in await pve.get("/nodes/pmox01/tasks", errors=1)]


async def test_a_task_that_hangs_goes_on_when_it_is_released(pve, steer):
    steer("fault", kind="task_hang", path="^qmstop$", times=1)
    upid = await pve.post(f"{VM}/status/stop")
    assert (await pve.get(f"/nodes/pmox03/tasks/{upid}/status"))["status"] == "running"
    steer("release")
    assert await pve.ended(upid) == "OK"
    assert (await pve.get(f"{VM}/status/current"))["status"] == "stopped"


async def test_a_task_never_ends_until_it_is_stopped(pve, steer):
    steer("fault", kind="task_hang", path="^qmstop$", times=1)
    upid = await pve.post(f"{VM}/status/stop")
    assert (await pve.get(f"/nodes/pmox03/tasks/{upid}/status"))["status"] == "running"
    assert upid in [row["upid"] for row in await pve.get("/nodes/pmox03/tasks", source="active")]
    await pve.delete(f"/nodes/pmox03/tasks/{upid}")
    assert await pve.ended(upid) == "interrupted by signal"
    assert (await pve.get(f"{VM}/status/current"))["status"] == "running"


async def test_a_task_is_slow_however_fast_the_lab_is(pve, steer):
    steer("fault", kind="task_slow", path="^qmstop$", seconds=0.3, times=1)
    upid = await pve.post(f"{VM}/status/stop")
    assert (await pve.get(f"/nodes/pmox03/tasks/{upid}/status"))["status"] == "running"
    assert await pve.ended(upid) == "OK"


async def test_a_full_storage_takes_no_clone_and_no_growth(pve, steer):
    steer("fill_storage", name="ceph-vm", is_full=True)
    row = await pve.get("/nodes/pmox01/storage/ceph-vm/status")
    assert row["avail"] == 0
    upid = await pve.post("/nodes/pmox01/qemu/100/clone", newid=130)
    assert "No space left on device" in await pve.ended(upid)
    assert "No space left" in await pve.ended(await pve.ask("PUT", f"{VM}/resize", disk="scsi0", size="+1G"))
    assert "No space left" in (await pve.no("PUT", f"{VM}/config", scsi1="ceph-vm:1")).reason
    steer("fill_storage", name="ceph-vm", is_full=False)
    await pve.done("POST", "/nodes/pmox01/qemu/100/clone", newid=130)


async def test_a_locked_guest_changes_nothing(pve, steer):
    steer("lock_guest", vmid=114, lock="backup")
    assert [row["lock"] for row in await pve.get("/cluster/resources", type="vm") if "lock" in row] == ["backup"]
    assert (await pve.no("PUT", f"{VM}/config", cores=4)).reason == "VM is locked (backup)"
    named = {"snapname": "x1"}
    for method, path, args in [("POST", "/status/stop", {}), ("POST", "/snapshot", named), ("DELETE", "", {})]:
        assert await pve.failed(method, VM + path, **args) == "VM is locked (backup)"
    steer("lock_guest", vmid=114, lock=None)
    await pve.done("POST", f"{VM}/status/stop")


async def test_a_vmid_is_taken_by_somebody_else(pve, steer):
    steer("take_vmid", vmid=130)
    refusal = await pve.no("POST", "/nodes/pmox01/qemu/100/clone", newid=130)
    assert refusal.reason == "unable to create VM 130: config file already exists"
    with pytest.raises(ValueError, match="taken already"):
        steer("take_vmid", vmid=130)


async def test_a_silent_agent_says_so(pve, steer):
    steer("agent", vmid=114, is_silent=True)
    assert (await pve.no("POST", f"{VM}/agent/ping")).reason == "QEMU guest agent is not running"
    steer("agent", vmid=114, is_silent=False)
    assert await pve.post(f"{VM}/agent/ping") == {"result": {}}
    await pve.put(f"{VM}/config", agent="enabled=0")
    await pve.done("POST", f"{VM}/status/reboot")
    assert (await pve.no("POST", f"{VM}/agent/ping")).reason == "No QEMU guest agent configured"


async def test_a_guest_is_moved_and_stopped_behind_the_api(pve, steer):
    steer("move_guest", vmid=114, node="pmox01")
    assert "does not exist" in (await pve.no("GET", f"{VM}/config")).reason
    steer("stop_guest", vmid=114)
    assert (await pve.get("/nodes/pmox01/qemu/114/status/current"))["status"] == "stopped"


async def test_without_quorum_everything_can_be_read_and_nothing_written(pve, steer):
    steer("quorum", is_there=False)
    assert (await pve.get("/cluster/status"))[0]["quorate"] == 0
    refusal = await pve.no("POST", f"{VM}/status/stop")
    assert (refusal.code, refusal.reason) == (500, "cluster not ready - no quorum?")
    steer("quorum", is_there=True)
    await pve.done("POST", f"{VM}/status/stop")


async def test_a_lost_node_takes_its_guests_along_until_ha_brings_them_back(lab, pve, steer):
    steer("pace", pace=0.05)
    address = "192.168.10.12"
    steer("node", name="pmox02", is_online=False)
    await lab.ports.follow()
    rows = {row["vmid"]: row for row in await pve.get("/cluster/resources", type="vm")}
    assert (rows[112]["status"], rows[113]["status"]) == ("unknown", "unknown")
    assert address not in lab.ports.reach()
    refusal = await pve.no("GET", "/nodes/pmox02/qemu/113/config")
    assert (refusal.code, refusal.reason) == (595, "No route to host")
    assert [row["online"] for row in (await pve.get("/cluster/status"))[1:]] == [1, 0, 1]

    async def is_back():
        found = {row["vmid"]: row for row in await pve.get("/cluster/resources", type="vm")}
        return found[112]["node"] != "pmox02" and found[112]["status"] == "running"

    await until(is_back)
    assert rows[113]["node"] == "pmox02"

    async def answers():
        return address in lab.ports.reach()

    await until(answers)
    steer("node", name="pmox02", is_online=True)
    row = await pve.get("/nodes/pmox02/qemu/113/status/current")
    assert row["status"] == "running"


async def test_two_lost_nodes_are_a_lost_quorum_and_ha_stays_still(pve, steer):
    steer("node", name="pmox02", is_online=False)
    steer("node", name="pmox03", is_online=False)
    assert (await pve.get("/cluster/status"))[0]["quorate"] == 0
    rows = {row["vmid"]: row for row in await pve.get("/cluster/resources", type="vm")}
    assert rows[112]["node"] == "pmox02"
    states = {row["sid"]: row["state"] for row in await pve.get("/cluster/ha/status/current") if "sid" in row}
    assert states["vm:112"] == "fence"


async def test_ha_moves_a_guest_when_it_is_asked_to(pve):
    told = await pve.post("/cluster/ha/resources/vm:110/migrate", node="pmox03")
    assert told == {"sid": "vm:110", "requested-node": "pmox03"}

    async def has_moved():
        rows = await pve.get("/cluster/resources", type="vm")
        return [row for row in rows if row["vmid"] == 110 and row["node"] == "pmox03" and row["status"] == "running"]

    await until(has_moved)


async def test_power_under_ha_is_a_wish_that_ha_carries_out(pve):
    upid = await pve.post("/nodes/pmox01/qemu/111/status/stop")
    assert ":hastop:" in upid
    assert (await pve.get("/cluster/ha/resources/vm:111"))["state"] == "stopped"

    async def is_off():
        return (await pve.get("/nodes/pmox01/qemu/111/status/current"))["status"] == "stopped"

    await until(is_off)
    await pve.put("/cluster/ha/resources/vm:111", state="started")

    async def is_on():
        return (await pve.get("/nodes/pmox01/qemu/111/status/current"))["status"] == "running"

    await until(is_on)


async def test_reset_brings_the_first_world_back_and_keeps_the_keys(lab, pve, steer):
    await pve.done("POST", "/nodes/pmox01/qemu/100/clone", newid=130)
    steer("reset")
    assert 130 not in [row["vmid"] for row in await pve.get("/cluster/resources", type="vm")]
    assert lab.lab.world.secrets["control"] == lab.access.control_token


@pytest.mark.parametrize(
    ("verb", "args"),
    [
        ("fault", {"kind": "earthquake"}),
        ("node", {"name": "pmox09", "is_online": False}),
        ("stop_guest", {"vmid": 999}),
        ("teleport", {}),
    ],
)
async def test_a_wrong_order_is_refused_with_its_reason(lab, verb, args):
    headers = {"Authorization": f"Bearer {lab.access.control_token}"}
    async with httpx.AsyncClient(verify=trusting(lab.access), headers=headers) as client:
        answer = await client.post(f"{lab.access.endpoint}/lab/{verb}", json=args)
    assert answer.status_code == 400
    assert answer.json()["error"]


async def test_many_clients_at_once_are_all_answered(pve):
    rows = await asyncio.gather(*(pve.get("/cluster/resources") for _ in range(50)))
    assert {len(row) for row in rows} == {len(rows[0])}
