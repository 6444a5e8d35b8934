"""Answers of the API become values, whatever is missing, null or written as text."""

import pytest

from iac.proxmox.parse import (
    nodes_in_maintenance,
    parse_cluster,
    parse_disk_storages,
    parse_guests,
    parse_nodes,
    parse_pools,
    parse_version,
    template_places,
)
from iac.proxmox.places import parse_bridges, parse_storages, parse_vnets
from iac.proxmox.rows import flag, number, rows, text, whole, words

NONSENSE = [None, {}, [], "text", 42, [None, 7, "x", []], {"errors": "no"}]


@pytest.mark.parametrize("answer", NONSENSE)
def test_an_answer_that_is_none_of_ours_reads_as_nothing(answer):
    assert parse_nodes(answer, answer, answer, answer) == ()
    assert parse_guests(answer, {}) == ()
    assert parse_storages(answer, answer) == ()
    assert parse_vnets(answer, {}, answer, ()) == ()
    assert parse_bridges({"n1": answer}) == ()
    assert parse_pools(answer) == ()
    assert parse_disk_storages(answer) == ()
    assert parse_cluster(answer) == ("pve", False)
    assert parse_version(answer) == ""


@pytest.mark.parametrize(
    ("value", "read"), [(7, 7), ("7", 7), (7.9, 7), ("7.9", 7), (None, 0), ("x", 0), (-1, 0), ([], 0)]
)
def test_a_number_is_read_however_it_is_written(value, read):
    assert whole({"n": value}, "n") == read


def test_a_number_that_never_ends_is_none():
    assert number({"n": "inf", "m": "nan", "k": 3}, "n", "m", "k") == 3


@pytest.mark.parametrize(
    ("value", "read"), [(1, True), ("1", True), (True, True), (0, False), ("0", False), (None, None)]
)
def test_a_flag_is_read_however_it_is_written(value, read):
    assert flag({"f": value}, "f") is read


def test_texts_and_lists_are_read_defensively():
    assert text({"a": "", "b": None, "c": 7}, "a", "b", "c") == "7"
    assert words({"t": "b; a,b  c"}, "t") == ("b", "a", "c")
    assert list(rows({"a": 1})) == []


# ---------------------------------------------------------------- cluster and nodes


def test_a_single_node_needs_nobodys_vote():
    assert parse_cluster([{"type": "node", "name": "alone", "online": 1}]) == ("alone", True)


def test_a_cluster_that_does_not_say_quorate_is_not():
    assert parse_cluster([{"type": "cluster", "name": "c"}]) == ("c", False)
    assert parse_cluster([{"type": "cluster", "name": "c", "quorate": 1}]) == ("c", True)


def read_node(resource=None, listed=None, vote=None, ha=None):
    status = [] if vote is None else [{"type": "node", "name": "n1", "online": vote}]
    (node,) = parse_nodes([resource] if resource else [], [listed] if listed else [], status, ha or [])
    return node


def test_a_node_is_merged_from_everything_that_mentions_it():
    resource = {"type": "node", "node": "n1", "status": "online", "maxcpu": 8, "maxmem": "100", "mem": None}
    node = read_node(resource, {"node": "n1", "mem": 40, "cpu": 0.5}, vote=1)
    assert (node.is_online, node.cores, node.memory_bytes, node.memory_used_bytes, node.cpu_load) == (
        True,
        8,
        100,
        40,
        0.5,
    )


@pytest.mark.parametrize(
    ("status", "vote", "is_online"),
    [
        ("online", 1, True),
        ("online", 0, False),
        ("unknown", 1, False),
        ("offline", None, False),
        ("online", None, True),
    ],
)
def test_a_node_is_online_only_when_nothing_says_otherwise(status, vote, is_online):
    assert read_node({"type": "node", "node": "n1", "status": status}, vote=vote).is_online is is_online


def test_a_node_that_only_the_cluster_knows_is_shown_with_nothing_in_it():
    node = read_node(vote=0)
    assert (node.name, node.is_online, node.memory_bytes) == ("n1", False, 0)


def test_a_node_without_a_name_is_known_by_its_id():
    assert read_node({"type": "node", "id": "node/n1"}).name == "n1"


@pytest.mark.parametrize(
    "row",
    [
        {"type": "lrm", "id": "lrm:n1", "status": "n1 (maintenance mode, Mon Jan 5 10:00:00 2026)"},
        {"type": "lrm", "node": "n1", "status": "x", "state": "maintenance"},
    ],
)
def test_maintenance_is_read_from_the_ha_status(row):
    assert list(nodes_in_maintenance([row])) == ["n1"]
    assert read_node({"type": "node", "node": "n1", "status": "online"}, ha=[row]).is_in_maintenance


def test_maintenance_is_read_from_the_node_itself_too():
    assert read_node({"type": "node", "node": "n1", "hastate": "maintenance"}).is_in_maintenance
    assert list(nodes_in_maintenance([{"type": "lrm", "node": "n1", "status": "n1 (active, ...)"}])) == []


# ---------------------------------------------------------------- guests


def test_a_guest_without_a_name_is_named_by_its_number():
    vm, ct = parse_guests([{"type": "qemu", "vmid": 7}, {"type": "lxc", "vmid": "8"}], {})
    assert (vm.name, ct.name, vm.status, ct.kind) == ("VM 7", "CT 8", "unknown", "lxc")


def test_a_guest_without_a_number_is_found_by_its_id_or_left_out():
    found = parse_guests([{"type": "qemu", "id": "qemu/9"}, {"type": "qemu", "name": "nobody"}], {})
    assert [g.vmid for g in found] == [9]


def test_everything_a_guest_says_is_kept():
    row = {
        "type": "qemu",
        "vmid": 9,
        "tags": "b;a",
        "pool": "prod",
        "hastate": "started",
        "lock": "clone",
        "template": 0,
    }
    (guest,) = parse_guests([row], {})
    assert (guest.tags, guest.pool, guest.ha_state, guest.lock) == (("a", "b"), "prod", "started", "clone")


def test_only_templates_of_machines_are_worth_a_second_look():
    resources = [
        {"type": "qemu", "vmid": 1, "node": "n1", "template": "1"},
        {"type": "qemu", "vmid": 2, "node": "n1", "template": 0},
        {"type": "lxc", "vmid": 3, "node": "n1", "template": 1},
        {"type": "qemu", "vmid": 4, "template": 1},
    ]
    assert template_places(resources) == (("n1", 1),)


def test_disks_tell_their_storages_and_cd_drives_do_not():
    config = {
        "scsi0": "ceph-vm:base-1-disk-0,size=4G",
        "efidisk0": "local-lvm:base-1-disk-1,size=4M",
        "ide2": "nas:vm-1-cloudinit,media=cdrom",
        "ide0": "iso:iso/debian.iso,media=cdrom",
        "sata1": "none,media=cdrom",
        "scsihw": "virtio-scsi-single",
        "net0": "virtio=AA:BB:CC:DD:EE:FF,bridge=vmbr0",
        "unused0": "old:vm-1-disk-9",
    }
    assert parse_disk_storages(config) == ("ceph-vm", "local-lvm")


# ---------------------------------------------------------------- storages


def row_of(node, **more):
    plain = {"type": "storage", "storage": "s", "node": node, "status": "available", "content": "images", "shared": 1}
    return plain | {"maxdisk": 100, "disk": 10} | more


def test_a_shared_storage_is_one_and_a_local_one_is_one_a_node():
    shared = parse_storages([row_of("n1"), row_of("n2")], [])
    assert [(s.is_shared, s.nodes) for s in shared] == [(True, ("n1", "n2"))]
    local = parse_storages([row_of("n1", shared=0), row_of("n2", shared="0")], [])
    assert [(s.is_shared, s.nodes) for s in local] == [(False, ("n1",)), (False, ("n2",))]


def test_the_fullest_reading_of_a_shared_storage_is_believed():
    (storage,) = parse_storages([row_of("n1", disk=10), row_of("n2", disk="60")], [])
    assert storage.used_bytes == 60


def test_a_storage_is_not_reached_from_a_node_that_does_not_have_it_now():
    (storage,) = parse_storages([row_of("n1"), row_of("n2", status="unknown")], [])
    assert (storage.nodes, storage.is_active) == (("n1",), True)
    (gone,) = parse_storages([row_of("n1", status="unknown")], [])
    assert not gone.is_active


def test_a_disabled_storage_is_not_active():
    (storage,) = parse_storages([row_of("n1")], [{"storage": "s", "disable": 1}])
    assert not storage.is_active


@pytest.mark.parametrize(("kind", "is_shared"), [("rbd", True), ("nfs", True), ("lvmthin", False), ("dir", False)])
def test_where_the_flag_is_missing_the_kind_says_whether_it_is_shared(kind, is_shared):
    (storage,) = parse_storages([row_of("n1", shared=None)], [{"storage": "s", "type": kind}])
    assert (storage.kind, storage.is_shared) == (kind, is_shared)


def test_content_comes_from_the_configuration_where_the_resource_leaves_it_out():
    (storage,) = parse_storages([row_of("n1", content=None)], [{"storage": "s", "content": "images,iso"}])
    assert storage.content == {"images", "iso"}


# ---------------------------------------------------------------- networks


def bridge(**more):
    return [{"type": "bridge", "iface": "vmbr0"} | more, {"type": "eth", "iface": "eno1"}]


def test_a_bridge_of_several_nodes_is_one_network():
    (network,) = parse_bridges(
        {"n1": bridge(cidr="10.0.0.1/24", gateway="10.0.0.254"), "n2": bridge(cidr="10.0.0.2/24")}
    )
    assert (network.nodes, network.cidr, network.gateway) == (("n1", "n2"), "10.0.0.0/24", "10.0.0.254")


def test_nodes_that_disagree_leave_the_range_open():
    (network,) = parse_bridges({"n1": bridge(cidr="10.0.0.1/24"), "n2": bridge(cidr="10.9.0.2/24")})
    assert (network.cidr, network.gateway) == (None, None)


def test_a_vnet_is_on_the_nodes_of_its_zone_or_on_all():
    zones = [{"zone": "z1", "nodes": "n2,n1"}, {"zone": "z2"}]
    vnets = [{"vnet": "b", "zone": "z2"}, {"vnet": "a", "zone": "z1"}]
    found = parse_vnets(vnets, {}, zones, ("n1", "n2", "n3"))
    assert [(n.name, n.nodes) for n in found] == [("a", ("n1", "n2")), ("b", ("n1", "n2", "n3"))]


@pytest.mark.parametrize(
    "subnet",
    [{"cidr": "10.9.0.0/24", "gateway": "10.9.0.1"}, {"subnet": "z1-10.9.0.0-24", "gateway": "10.9.0.1"}],
)
def test_a_vnet_has_the_range_of_its_first_ipv4_subnet(subnet):
    subnets = {"a": [{"cidr": "fd00::/64"}, {"cidr": "10.10.0.0/24"}, subnet, {"cidr": "nonsense"}]}
    (network,) = parse_vnets([{"vnet": "a", "zone": "z"}], subnets, [], ("n1",))
    assert (network.cidr, network.gateway) == ("10.9.0.0/24", "10.9.0.1")


@pytest.mark.parametrize(("answer", "read"), [({"version": "9.1.2"}, "9.1.2"), ({"release": "8.4"}, "8.4")])
def test_the_version_is_read(answer, read):
    assert parse_version(answer) == read
