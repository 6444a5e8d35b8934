"""The world at first start: cluster "lab", three nodes, storages, templates, a few guests, HA, pools, a network."""

import time

from iac.lab.addresses import address_of
from iac.lab.disks import new_mac
from iac.lab.seed_access import fill_access
from iac.lab.world import GIB, TIB, Guest, Node, Row, Storage, World

SHARED = "ceph-vm"
TEMPLATES = {
    100: ("ubuntu-2404-cloud", "Ubuntu 24.04 LTS cloud image", 3),
    101: ("debian-12-cloud", "Debian 12 cloud image", 2),
    102: ("rocky-9-cloud", "Rocky Linux 9 cloud image", 10),
}
# vmid, name, node, cores, memory in MB, disk in GiB, pool, share of its size it uses, the system it runs
GUESTS = (
    (110, "gitlab01", "pmox01", 4, 6144, 80, "prod", 0.55, "ubuntu"),
    (111, "web01", "pmox01", 2, 2048, 20, "prod", 0.35, "debian"),
    (112, "db01", "pmox02", 4, 8192, 120, "prod", 0.65, "debian"),
    (113, "web02", "pmox02", 2, 2048, 20, "prod", 0.30, "debian"),
    (114, "monitor01", "pmox03", 2, 4096, 40, "prod", 0.40, "ubuntu"),
    (115, "runner01", "pmox03", 4, 4096, 60, "dev", 0.25, "ubuntu"),
    (116, "api-staging", "pmox03", 2, 4096, 30, "staging", 0.20, "ubuntu"),
    (117, "bench01", "pmox02", 2, 4096, 30, "test", 0.10, "rocky"),
)
STOPPED = {117}
IN_HA = (110, 111, 112)


def first_world(now: float | None = None) -> World:
    """A fresh cluster; ``now`` is when it was made, epoch seconds."""
    world = World(born_at=time.time() if now is None else now)
    for number in (1, 2, 3):
        world.nodes[f"pmox0{number}"] = Node(f"pmox0{number}", f"192.168.0.1{number}")
    for storage in _storages():
        world.storages[storage.name] = storage
    for name in ("dev", "test", "staging", "prod"):
        world.pools[name] = {"comment": f"{name} guests", "vms": [], "storages": []}
    _fill_network(world)
    _fill_guests(world)
    _fill_ha(world)
    card = "node=pmox03,path=0000:01:00,id=10de:2489,subsystem-id=1458:4082,iommugroup=14"
    world.table("mapping_pci")["gpu"] = {"description": "graphics card for training", "map": [card]}
    fill_access(world)
    return world


def _storages() -> list[Storage]:
    return [
        Storage("local", "dir", "iso,vztmpl,import", 100 * GIB, 12 * GIB, is_shared=False, path="/var/lib/vz"),
        Storage("local-lvm", "lvmthin", "images,rootdir", 400 * GIB, 0, is_shared=False, path="/dev/pve"),
        Storage(SHARED, "rbd", "images,rootdir", 4 * TIB, 600 * GIB, is_shared=True, path="/dev/rbd/ceph-vm"),
        Storage("cephfs", "cephfs", "backup,iso,vztmpl", 2 * TIB, 300 * GIB, is_shared=True, path="/mnt/pve/cephfs"),
    ]


def _fill_network(world: World) -> None:
    world.table("zones")["main"] = {"zone": "main", "type": "simple", "ipam": "pve"}
    world.table("vnets")["mainvnet"] = {"vnet": "mainvnet", "zone": "main", "type": "vnet", "alias": "main network"}
    name = "main-192.168.0.0-16"
    subnet: Row = {"subnet": name, "id": name, "cidr": "192.168.0.0/16", "network": "192.168.0.0", "mask": "16"}
    place = {"gateway": "192.168.0.1", "vnet": "mainvnet", "zone": "main", "type": "subnet"}
    world.table("subnets/mainvnet")[name] = subnet | place


def _fill_guests(world: World) -> None:
    for vmid, (name, told, disk) in TEMPLATES.items():
        world.guests[str(vmid)] = template(vmid, name, told, disk)
    for vmid, name, node, cores, memory, disk, pool, shadow, system in GUESTS:
        guest = Guest(vmid=vmid, node=node, shadow=shadow)
        size: Row = {"cores": cores, "memory": str(memory), "scsi0": f"{SHARED}:vm-{vmid}-disk-0,size={disk}G"}
        guest.config = _machine(vmid, name) | size | {"tags": f"{pool};{system}", "onboot": 1}
        guest.config["ipconfig0"] = f"ip=192.168.10.{vmid - 100}/16,gw=192.168.0.1"
        if vmid not in STOPPED:
            guest.status, guest.booted_at, guest.address = "running", world.born_at - 86400, address_of(guest)
        world.guests[str(vmid)] = guest
        world.pools[pool]["vms"].append(vmid)


def template(vmid: int, name: str, told: str, disk: int, storage: str = SHARED) -> Guest:
    """A cloud image ready to be cloned: a small disk, a cloud-init drive, the agent on."""
    guest = Guest(vmid=vmid, node="pmox01", shadow=0.15)
    drives: Row = {
        "scsi0": f"{storage}:base-{vmid}-disk-0,size={disk}G",
        "ide2": f"{storage}:vm-{vmid}-cloudinit,media=cdrom",
    }
    size: Row = {"cores": 1, "memory": "1024", "description": told, "template": 1, "tags": "template"}
    guest.config = _machine(vmid, name) | size | drives
    return guest


def _machine(vmid: int, name: str) -> Row:
    return {
        "name": name,
        "sockets": 1,
        "scsihw": "virtio-scsi-single",
        "boot": "order=scsi0",
        "net0": f"virtio={new_mac(vmid, 'net0')},bridge=mainvnet",
        "serial0": "socket",
        "vga": "serial0",
        "agent": "1",
        "ostype": "l26",
        "cpu": "host",
        "smbios1": f"uuid=6c6d1b5c-0000-4000-8000-{vmid:012d}",
        "vmgenid": f"6c6d1b5d-0000-4000-8000-{vmid:012d}",
        "meta": "creation-qemu=10.1.2,ctime=1750000000",
    }


def _fill_ha(world: World) -> None:
    for vmid in IN_HA:
        world.table("ha")[f"vm:{vmid}"] = {"type": "vm", "state": "started", "max_restart": 1, "max_relocate": 1}
    row = {"type": "node-affinity", "resources": "vm:112", "nodes": "pmox02:2,pmox03:1", "comment": "near its data"}
    world.table("ha_rules")["db-prefers-pmox02"] = row
    world.table("ha_groups")["near-data"] = {"nodes": "pmox02:2,pmox03:1", "restricted": 0, "members": ["vm:112"]}
    job: Row = {"id": "nightly", "type": "vzdump", "enabled": 1, "schedule": "02:30", "storage": "cephfs"}
    world.table("backup")["nightly"] = job | {"mode": "snapshot", "compress": "zstd", "pool": "prod"}
