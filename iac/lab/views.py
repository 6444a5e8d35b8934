"""How PVE shows a guest, a node and a storage: the rows that several answers share, with PVE's JSON types."""

from iac.lab import load
from iac.lab.disks import boot_size
from iac.lab.world import GIB, Guest, Node, Row, Storage, World


def status_of(world: World, guest: Guest) -> str:
    """``running``, ``stopped``, or ``unknown`` while its node is away."""
    return guest.status if world.nodes[guest.node].is_online else "unknown"


def resource_of_guest(world: World, guest: Guest, now: float) -> Row:
    """The guest's row in ``/cluster/resources``."""
    row: Row = {
        "id": f"{guest.kind}/{guest.vmid}",
        "type": guest.kind,
        "vmid": guest.vmid,
        "node": guest.node,
        "name": guest.name,
        "status": status_of(world, guest),
        "template": int(guest.is_template),
        "maxcpu": guest.cores,
        "maxmem": guest.memory,
        "maxdisk": boot_size(guest),
        **_use(world, guest, now),
    }
    pool, ha = world.pool_of(guest.vmid), world.table("ha").get(sid_of(guest))
    row |= {"pool": pool} if pool else {}
    row |= {"hastate": ha_state(world, guest, ha)} if ha else {}
    row |= {"tags": str(guest.config["tags"])} if guest.config.get("tags") else {}
    return row | ({"lock": guest.lock} if guest.lock else {})


def row_of_guest(world: World, guest: Guest, now: float) -> Row:
    """The guest's row in ``/nodes/{node}/qemu`` and in ``status/current``."""
    row: Row = {
        "vmid": guest.vmid,
        "name": guest.name,
        "status": status_of(world, guest),
        "cpus": guest.cores,
        "maxmem": guest.memory,
        "maxdisk": boot_size(guest),
        **_use(world, guest, now),
    }
    row |= {"template": 1} if guest.is_template else {}
    row |= {"tags": str(guest.config["tags"])} if guest.config.get("tags") else {}
    row |= {"pid": 40000 + guest.vmid} if guest.is_running else {}
    return row | ({"lock": guest.lock} if guest.lock else {})


def sid_of(guest: Guest) -> str:
    """The name of a guest in high availability: vm:101 or ct:101."""
    return f"{'vm' if guest.kind == 'qemu' else 'ct'}:{guest.vmid}"


def ha_state(world: World, guest: Guest, row: Row) -> str:
    """What the HA manager says about a guest it looks after."""
    if not world.nodes[guest.node].is_online:
        return "fence"
    if guest.lock == "migrate":
        return "migrate"
    wanted = str(row.get("state", "started"))
    if wanted == "started":
        return "started" if guest.is_running else "starting"
    return wanted if wanted != "stopped" or not guest.is_running else "request_stop"


def row_of_node(world: World, node: Node, now: float) -> Row:
    """The node's row in ``/nodes`` and ``/cluster/resources``; an absent node keeps only its name and limits."""
    row: Row = {
        "id": f"node/{node.name}",
        "type": "node",
        "node": node.name,
        "level": "",
        "ssl_fingerprint": ":".join(f"{ord(c) & 255:02X}" for c in f"{node.name:<32}"[:32]),
    }
    if not node.is_online:
        return row | {"status": "offline"}
    return row | {
        "status": "online",
        "cpu": load.node_cpu(world, node, now),
        "maxcpu": node.threads,
        "mem": load.node_memory(world, node, now),
        "maxmem": node.memory,
        "disk": 12 * GIB,
        "maxdisk": 100 * GIB,
        "uptime": uptime(world, now),
    }


def uptime(world: World, now: float) -> int:
    """Seconds since the nodes were started: three weeks before the lab was made."""
    return int(now - world.born_at) + 21 * load.DAY


def resource_of_storage(world: World, storage: Storage, node: Node) -> Row:
    """The storage's row in ``/cluster/resources``, as that node sees it."""
    row: Row = {
        "id": f"storage/{node.name}/{storage.name}",
        "type": "storage",
        "node": node.name,
        "storage": storage.name,
        "plugintype": storage.kind,
        "content": storage.content,
        "shared": int(storage.is_shared),
    }
    if not node.is_online:
        return row | {"status": "unknown"}
    return row | {"status": "available", "disk": load.storage_used(world, storage, node.name), "maxdisk": storage.total}


def row_of_storage(world: World, storage: Storage, node: str) -> Row:
    """The storage's row in ``/nodes/{node}/storage``."""
    used = load.storage_used(world, storage, node)
    return {
        "storage": storage.name,
        "type": storage.kind,
        "content": storage.content,
        "active": 1,
        "enabled": 1,
        "shared": int(storage.is_shared),
        "total": storage.total,
        "used": used,
        "avail": storage.total - used,
        "used_fraction": used / storage.total,
    }


def _use(world: World, guest: Guest, now: float) -> Row:
    idle: Row = {"cpu": 0, "mem": 0, "disk": 0, "diskread": 0, "diskwrite": 0, "netin": 0, "netout": 0, "uptime": 0}
    if status_of(world, guest) != "running":
        return idle
    seconds = max(0, int(now - guest.booted_at))
    counted = {"netin": 90_000 * seconds, "netout": 60_000 * seconds, "diskwrite": 30_000 * seconds}
    flow = counted | {"diskread": 9_000_000 + 4_000 * seconds, "uptime": seconds}
    return idle | flow | {"cpu": load.guest_cpu(guest, now), "mem": load.guest_memory(guest, now)}
