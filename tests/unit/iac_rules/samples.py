"""A small cluster as values, the way people would describe it: three equal nodes, shared storage, three templates."""

from dataclasses import replace

from iac.inventory import GIB, Guest, Inventory, Network, Node, Storage
from iac.spec import GuestSpec

NODES = ("pmox01", "pmox02", "pmox03")


def node(name, **changes):
    plain = Node(name, True, cores=20, cpu_load=0.1, memory_bytes=32 * GIB, memory_used_bytes=4 * GIB, uptime_s=1000)
    return replace(plain, **changes)


def guest(vmid, name, at="pmox01", **changes):
    plain = Guest(vmid, name, at, "qemu", "running", False, cores=2, memory_bytes=2 * GIB, disk_bytes=20 * GIB)
    return replace(plain, **changes)


def template(vmid, name, at="pmox01", storages=("ceph-vm",), **changes):
    return guest(vmid, name, at, status="stopped", is_template=True, disk_bytes=4 * GIB, storages=storages, **changes)


def storage(name="ceph-vm", nodes=NODES, *, is_shared=True, total_gb=1000, used_gb=100, content=("images", "rootdir")):
    return Storage(name, "rbd", is_shared, frozenset(content), total_gb * GIB, used_gb * GIB, tuple(nodes))


CLUSTER = Inventory(
    cluster="lab",
    version="9.1.2",
    is_quorate=True,
    nodes=tuple(node(name) for name in NODES),
    guests=(
        template(100, "ubuntu-2404-cloud"),
        template(101, "debian-12-cloud"),
        template(102, "rocky-9-cloud"),
        guest(200, "web01"),
        guest(201, "db01", "pmox02"),
    ),
    storages=(storage(), storage("backups", content=("backup", "iso"))),
    networks=(
        Network("mainvnet", "vnet", NODES, "192.168.0.0/16", "192.168.0.1"),
        Network("vmbr0", "bridge", NODES),
    ),
    pools=("prod", "staging"),
    read_at=1000.0,
)


def cluster(**changes):
    return replace(CLUSTER, **changes)


def with_node(name, **changes):
    """The cluster with one node as it is told."""
    return cluster(nodes=tuple(node(n, **changes) if n == name else node(n) for n in NODES))


def ask(name="api01", template="ubuntu-2404-cloud", cores=4, memory_mb=8192, disk_gb=60, **wishes):
    return GuestSpec(name, template, cores, memory_mb, disk_gb, **wishes)
