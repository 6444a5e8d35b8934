"""Pools, networks, firewall, backup jobs, containers: what is written reads back, and nonsense is refused."""

import pytest

from iac.lab import child

VNETS = "/cluster/sdn/vnets"
WALL = "/nodes/pmox01/qemu/110/firewall"


async def test_a_guest_is_in_one_pool_only(pve):
    assert "allow-move" in (await pve.no("PUT", "/pools", poolid="dev", vms="110")).reason
    await pve.put("/pools", poolid="dev", vms="110", **{"allow-move": 1})
    assert 110 in [row["vmid"] for row in (await pve.get("/pools", poolid="dev"))[0]["members"]]
    assert 110 not in [row["vmid"] for row in (await pve.get("/pools/prod"))["members"]]
    assert "not empty" in (await pve.no("DELETE", "/pools", poolid="dev")).reason
    assert (await pve.no("PUT", "/pools", poolid="dev", vms="999")).reason == "VM 999 does not exist"
    assert "already exists" in (await pve.no("POST", "/pools", poolid="dev")).reason


async def test_the_first_network_is_there(pve):
    [row] = await pve.get(f"{VNETS}/mainvnet/subnets")
    assert (row["cidr"], row["gateway"], row["zone"]) == ("192.168.0.0/16", "192.168.0.1", "main")
    names = {row["iface"] for row in await pve.get("/nodes/pmox02/network", type="any_bridge")}
    assert names == {"vmbr0", "mainvnet"}


async def test_a_network_is_taken_apart_from_the_inside(pve):
    await pve.post("/cluster/sdn/zones", zone="lab", type="simple")
    await pve.post(VNETS, vnet="labnet", zone="lab")
    await pve.post(f"{VNETS}/labnet/subnets", subnet="10.9.0.0/24", type="subnet", gateway="10.9.0.1")
    subnet = f"{VNETS}/labnet/subnets/lab-10.9.0.0-24"
    await pve.put(subnet, gateway="10.9.0.254")
    assert (await pve.get(subnet))["gateway"] == "10.9.0.254"
    assert "used by a vnet" in (await pve.no("DELETE", "/cluster/sdn/zones/lab")).reason
    assert "subnets exists" in (await pve.no("DELETE", f"{VNETS}/labnet")).reason
    for path in (subnet, f"{VNETS}/labnet", "/cluster/sdn/zones/lab"):
        await pve.delete(path)
    await pve.done("PUT", "/cluster/sdn")
    assert "does not exist" in (await pve.no("GET", f"{VNETS}/labnet")).reason


async def test_firewall_rules_keep_their_order(pve):
    for port in ("22", "443"):
        await pve.post(f"{WALL}/rules", type="in", action="ACCEPT", dport=port, proto="tcp", enable=1)
    assert [(row["pos"], row["dport"]) for row in await pve.get(f"{WALL}/rules")] == [(0, "443"), (1, "22")]
    await pve.put(f"{WALL}/rules/1", moveto=0)
    await pve.put(f"{WALL}/rules/0", comment="ssh")
    rule = await pve.get(f"{WALL}/rules/0")
    assert (rule["pos"], rule["dport"], rule["comment"], rule["enable"]) == ("0", "22", "ssh", 1)
    await pve.delete(f"{WALL}/rules/0")
    assert (await pve.no("GET", f"{WALL}/rules/1")).reason == "no rule at position 1"
    await pve.put(f"{WALL}/options", enable=1, policy_in="DROP")
    assert await pve.get(f"{WALL}/options") == {"enable": 1, "policy_in": "DROP"}


async def test_a_destroyed_guest_leaves_its_backup_job(pve):
    await pve.post("/cluster/backup", id="two", storage="cephfs", vmid="114,117", schedule="daily")
    await pve.done("DELETE", "/nodes/pmox02/qemu/117", purge=1)
    assert (await pve.get("/cluster/backup/two"))["vmid"] == "114"
    assert (await pve.no("GET", "/cluster/backup/none")).reason == "No such job 'none'"


async def test_a_container_lives_and_dies(pve):
    image = "local:vztmpl/debian-12.tar.zst"
    card = {"net0": "name=eth0,bridge=vmbr0,ip=192.168.30.7/16"}
    await pve.done(
        "POST", "/nodes/pmox01/lxc", vmid=200, ostemplate=image, hostname="ct200", start=1, memory=512, **card
    )
    path = "/nodes/pmox01/lxc/200"
    assert (await pve.get(f"{path}/status/current"))["status"] == "running"
    assert (await pve.get(f"{path}/interfaces"))[1]["inet"] == "192.168.30.7/16"
    assert "running" in (await pve.no("DELETE", path)).reason
    await pve.put(f"{path}/config", cores=2)
    assert (await pve.get(f"{path}/config"))["cores"] == 2
    await pve.done("POST", f"{path}/status/shutdown")
    await pve.done("DELETE", path, purge=1)
    assert (
        await pve.no("GET", f"{path}/config")
    ).reason == "Configuration file 'nodes/pmox01/lxc/200.conf' does not exist"


async def test_ha_refuses_what_it_cannot_look_after(pve):
    assert "no such guest" in (await pve.no("POST", "/cluster/ha/resources", sid="vm:999")).reason
    assert "template" in (await pve.no("POST", "/cluster/ha/resources", sid="vm:100")).reason
    assert "already defined" in (await pve.no("POST", "/cluster/ha/resources", sid="vm:110")).reason
    assert (await pve.no("GET", "/cluster/ha/resources/vm:114")).reason == "no such resource 'vm:114'"
    assert "migrated to rules" in (await pve.no("GET", "/cluster/ha/groups")).reason
    refusal = await pve.no(
        "POST", "/cluster/ha/rules", rule="x", type="node-affinity", resources="vm:110", nodes="mars:1"
    )
    assert refusal.errors == {"nodes": "node 'mars' does not exist"}


@pytest.mark.parametrize("body", [b"{", b"[1]", b'"x"', b"\xff\xfe"])
async def test_a_body_that_is_no_json_is_refused(pve, body):
    headers = {"Content-Type": "application/json; charset=latin-1"}
    answer = await pve.client.put("/nodes/pmox01/qemu/110/config", content=body, headers=headers)
    assert (answer.status_code, "malformed JSON" in answer.reason_phrase) == (400, True)


async def test_a_json_body_is_as_good_as_a_form(pve):
    answer = await pve.client.put("/nodes/pmox01/qemu/110/config", json={"description": "json", "onboot": False})
    assert answer.status_code == 200
    config = await pve.get("/nodes/pmox01/qemu/110/config")
    assert (config["description"], config["onboot"]) == ("json", 0)


async def test_what_the_lab_cannot_do_is_answered_and_logged(pve, caplog):
    refusal = await pve.no("PUT", "/pools", poolid="dev", vms="abc")
    assert (refusal.code, "cannot do this" in refusal.reason) == (500, True)
    assert "lab.request.broke PUT /pools" in caplog.text
    assert await pve.get("/version")


def test_the_control_client_steers_a_lab_in_another_process(tmp_path, control):
    lab = child.start(tmp_path, pace=0)
    steer = control(lab.access)
    steer.pace(0.5)
    steer.node_offline("pmox03")
    steer.quorum(False)
    steer.fill_storage("ceph-vm")
    steer.agent_silent(110)
    steer.lock_guest(110, "backup")
    steer.fault("task_error", "qmclone", text="no")
    state = steer.state()
    assert (state["pace"], state["has_quorum"], "secrets" in state) == (0.5, False, False)
    assert not state["nodes"]["pmox03"]["is_online"]
    assert state["storages"]["ceph-vm"]["is_full"]
    assert (state["guests"]["110"]["is_agent_silent"], state["guests"]["110"]["lock"]) == (True, "backup")
    steer.node_online("pmox03")
    steer.clear_faults()
    steer.move_guest(111, "pmox02")
    steer.stop_guest(114)
    steer.start_guest(117)
    steer.remove_guest(115)
    steer.take_vmid(500)
    state = steer.state()
    assert (state["faults"], state["guests"]["111"]["node"]) == ([], "pmox02")
    assert (state["guests"]["114"]["status"], state["guests"]["117"]["status"]) == ("stopped", "running")
    assert ("115" in state["guests"], "500" in state["guests"]) == (False, True)
    steer.reset()
    assert steer.state()["guests"]["111"]["node"] == "pmox01"
    lab.stop()
