"""Our readers on answers of PVE 8 and 9 that others collected: old and odd shapes, fields absent, names missing."""

import json
from pathlib import Path

import pytest

from iac.inventory import Affinity
from iac.proxmox.parse import parse_cluster, parse_disk_storages, parse_guests, parse_nodes, parse_pools, parse_version
from iac.proxmox.places import parse_bridges, parse_storages, parse_vnets
from iac.proxmox.told import parse_cpu, parse_devices, parse_groups, parse_history, parse_rules, parse_tasks
from iac.usable.agent import parse_addresses, parse_cloud_init

FIXTURES = Path(__file__).resolve().parents[3] / "../shared/data/pve/fixtures"
pytestmark = pytest.mark.skipif(not FIXTURES.exists(), reason="the recorded answers are not on this machine")


def recorded(version):
    """All answers of one recording by path; several of the same path in order."""
    found = {}
    for line in (FIXTURES / f"go-proxmox/{version}.jsonl").read_text().splitlines():
        row = json.loads(line)
        found.setdefault(row["path"], []).append((row["body"] or {}).get("data"))
    return found


def kept(name):
    return json.loads((FIXTURES / name).read_text())


@pytest.mark.parametrize("version", ["pve8", "pve9"])
def test_a_whole_cluster_is_read(version):
    answers = recorded(version)
    resources = max(answers["/cluster/resources"], key=len)
    status = answers["/cluster/status"][0]
    nodes = parse_nodes(resources, answers["/nodes"][0], status, answers["/cluster/ha/status/current"][0])
    assert parse_cluster(status) == ("clustername", True)
    assert [n.name for n in nodes] == ["node1", "node2", "node3", "node4"]
    assert all(n.is_online and n.cores and n.memory_bytes for n in nodes)
    guests = parse_guests(resources, {})
    assert {g.vmid: g.is_template for g in guests if g.kind == "qemu"} == {
        100: False,
        101: True,
        102: False,
        200: False,
    }
    assert parse_pools(answers["/pools"][0]) == ("test-pool",)
    assert parse_version(answers["/version"][0]).startswith(version.removeprefix("pve"))


@pytest.mark.parametrize("version", ["pve8", "pve9"])
def test_storages_of_a_cluster_are_told_apart(version):
    answers = recorded(version)
    resources = max(answers["/cluster/resources"], key=len)
    told = [r for r in resources if r["type"] == "storage"]
    storages = parse_storages(resources, answers["/storage"][0])
    local = [s for s in storages if not s.is_shared]
    assert len(local) == len({(r["storage"], r["node"]) for r in told if not r["shared"]})
    assert {s.name for s in storages if s.is_shared} == {r["storage"] for r in told if r["shared"]}
    assert all(s.total_bytes >= s.used_bytes for s in storages)


@pytest.mark.parametrize("version", ["pve8", "pve9"])
def test_every_configuration_tells_its_storages_without_a_fault(version):
    configs = [a for path, found in recorded(version).items() if path.endswith("/config") for a in found]
    assert configs
    assert all(isinstance(parse_disk_storages(config), tuple) for config in configs)


@pytest.mark.parametrize("version", ["pve8", "pve9"])
def test_bridges_are_read_from_every_network_answer(version):
    answers = recorded(version)
    found = parse_bridges({n: answers[f"/nodes/{n}/network"][0] for n in ("node1", "node2")})
    assert {b.name for b in found} == {"vmbr0", "vmbr1"}
    assert next(b for b in found if b.name == "vmbr0").cidr == "192.168.1.0/24"


@pytest.mark.parametrize("version", ["pve8", "pve9"])
def test_every_reader_survives_every_recorded_answer(version):
    for answers in recorded(version).values():
        for answer in answers:
            parse_nodes(answer, answer, answer, answer)
            parse_guests(answer, {100: answer})
            parse_storages(answer, answer)
            parse_vnets(answer, {"x": answer}, answer, ("n1",))
            parse_bridges({"n1": answer})
            parse_pools(answer)
            parse_cluster(answer)
            parse_version(answer)
            parse_addresses(answer)
            if isinstance(answer, dict):
                parse_cloud_init(answer)


def test_a_cluster_with_a_node_that_is_down():
    status = kept("psproxmoxve/pve9_cluster_status.json")["data"]
    nodes = parse_nodes([], kept("psproxmoxve/pve9_nodes.json")["data"], status, None)
    assert {n.name: n.is_online for n in nodes} == {"pve1": True, "pve2": True, "pve3": False}


def test_a_bare_list_of_guests_is_read_once_it_says_what_they_are():
    listed = kept("home-assistant/qemu.json")
    guests = parse_guests([{"type": "qemu", "node": "pve1"} | row for row in listed], {})
    assert [(g.vmid, g.cores, g.node) for g in guests] == [(100, 2, "pve1"), (101, 2, "pve1")]


def test_a_storage_list_of_one_node_is_read_once_it_says_where():
    listed = kept("home-assistant/storage.json")
    rows = [row | {"type": "storage", "plugintype": row["type"], "node": "pve1"} for row in listed]
    found = {s.name: s for s in parse_storages(rows, [])}
    assert found["synology"].is_shared
    assert found["synology"].holds_images
    assert found["local"].free_bytes == 100861726720 - 85734563840


def test_vnets_without_subnets_are_networks_without_a_range():
    vnets = parse_vnets(
        kept("psproxmoxve/pve9_sdn_vnets.json")["data"], {}, kept("psproxmoxve/pve9_sdn_zones.json")["data"], ("pve1",)
    )
    assert [(v.name, v.cidr) for v in vnets] == [("myvnet", None), ("prodnet", None)]


def test_the_addresses_of_a_real_agent_leave_loopback_out():
    (answer,) = recorded("pve9")["/nodes/node1/qemu/101/agent/network-get-interfaces"]
    found = parse_addresses(answer)
    assert found
    assert not any(a.startswith(("127.", "::1", "fe80")) for a in found)


@pytest.mark.parametrize("version", ["pve8", "pve9"])
def test_the_past_of_a_cluster_is_read_from_recorded_answers(version):
    answers = recorded(version)
    groups = parse_groups(answers["/cluster/ha/groups"][0], answers["/cluster/ha/resources"][0])
    assert groups == (Affinity("test-group", "nodes", frozenset({100}), ("node1", "node2"), is_strict=False),)
    (rule,) = parse_rules(answers["/cluster/ha/rules"][0])
    assert (rule.guests, rule.nodes, rule.is_strict) == ({100}, ("node1",), True)
    histories = [parse_history("node1", a) for p, found in answers.items() if p.endswith("/rrddata") for a in found]
    assert histories
    assert all(h.step_s == 60 for h in histories if len(h.samples) > 1)
    model, types = parse_cpu(answers["/nodes/node1/status"][0])
    assert model.startswith("Intel")
    assert types is None


def test_a_task_that_runs_is_told_from_one_that_is_over():
    running, done = parse_tasks(recorded("pve9")["/cluster/tasks"][0])
    assert (running.node, running.is_running) == ("node2", True)
    assert (done.node, done.is_running, done.is_failed) == ("node1", False, False)


@pytest.mark.parametrize("version", ["pve8", "pve9"])
def test_every_reader_of_the_past_survives_every_recorded_answer(version):
    for answers in recorded(version).values():
        for answer in answers:
            parse_tasks(answer)
            parse_history("n", answer)
            parse_rules(answer)
            parse_groups(answer, answer)
            parse_cpu(answer)
            parse_devices(answer, {})
