"""Nodes: list, status, network, history."""

from iac.lab import load
from iac.lab.api.qemu import frame_of
from iac.lab.routing import Call, need, route
from iac.lab.views import row_of_node, uptime
from iac.lab.world import GIB, Row

AUDIT = need("/nodes/{node}", "Sys.Audit")
KERNEL = "6.17.2-1-pve"


@route("GET", "/nodes")
def node_list(call: Call) -> list[Row]:
    """Every node; its load only to those who may audit it."""
    rows = [row_of_node(call.world, node, call.lab.now) for node in call.world.nodes.values()]
    short = ("id", "type", "node", "status", "level", "ssl_fingerprint")
    return [
        row if call.who.holds(f"/nodes/{row['node']}", "Sys.Audit") else {key: row[key] for key in short}
        for row in rows
    ]


@route("GET", "/nodes/{node}")
def node_index(_: Call) -> list[Row]:
    """What there is below a node."""
    return [{"name": name} for name in ("qemu", "lxc", "storage", "network", "tasks", "status", "rrddata", "vzdump")]


@route("GET", "/nodes/{node}/version")
def node_version(call: Call) -> Row:
    """Which PVE runs there."""
    release = ".".join(call.world.version.split(".")[:2])
    return {"version": call.world.version, "release": release, "repoid": "5ac30304265fbd8e"}


@route("GET", "/nodes/{node}/status", AUDIT)
def node_status(call: Call) -> Row:
    """What it is and how loaded."""
    world, now = call.world, call.lab.now
    node = world.nodes[call["node"]]
    cpu, used = load.node_cpu(world, node, now), load.node_memory(world, node, now)
    cpuinfo = {"cpus": node.threads, "cores": node.threads // 2, "sockets": 1, "model": "12th Gen Intel(R) Core(TM) i9"}
    cpuinfo["flags"] = node.cpu_flags
    memory = {"total": node.memory, "used": used, "free": node.memory - used, "available": node.memory - used}
    return {
        "uptime": uptime(world, now),
        "cpu": cpu,
        "wait": load.waiting(node, now),
        "cpuinfo": cpuinfo,
        "memory": memory,
        "swap": {"total": 8 * GIB, "used": 0, "free": 8 * GIB},
        "rootfs": {"total": 100 * GIB, "used": 12 * GIB, "free": 88 * GIB, "avail": 83 * GIB},
        "loadavg": [f"{cpu * node.threads:.2f}"] * 3,
        "pveversion": f"pve-manager/{world.version}/5ac30304265fbd8e",
        "kversion": f"Linux {KERNEL}",
        "boot-info": {"mode": "efi", "secureboot": 0},
        "current-kernel": {"sysname": "Linux", "release": KERNEL, "version": "#1 SMP PVE", "machine": "x86_64"},
    }


@route("GET", "/nodes/{node}/rrddata", AUDIT, takes="timeframe! cf")
def node_history(call: Call) -> list[Row]:
    """Its history."""
    node = call.world.nodes[call["node"]]
    moments = load.times(frame_of(call), call.lab.now, load.frames(call.world))
    return [load.node_point(call.world, node, at) for at in moments]


@route("GET", "/nodes/{node}/network", takes="type")
def node_network(call: Call) -> list[Row]:
    """Its bridge and the card behind it; with ``any_bridge`` also the vnets."""
    node, kind = call.world.nodes[call["node"]], call.params.get("type", "")
    card: Row = {"iface": "eno1", "type": "eth", "exists": 1, "active": 1, "method": "manual", "method6": "manual"}
    bridge: Row = {"iface": "vmbr0", "type": "bridge", "active": 1, "autostart": 1, "bridge_ports": "eno1"}
    bridge |= {"address": node.ip, "netmask": "16", "cidr": f"{node.ip}/16", "gateway": "192.168.0.1"}
    bridge |= {"method": "static", "method6": "manual", "priority": 4, "families": ["inet"], "bridge_stp": "off"}
    rows = [card | {"priority": 3, "families": ["inet"]}, bridge | {"bridge_fd": "0"}]
    if kind.startswith(("any", "include_sdn")):
        return [rows[1], *({"iface": name, "type": "vnet", "active": 1} for name in call.world.table("vnets"))]
    return [row for row in rows if kind in ("", row["type"])]


@route("GET", "/nodes/{node}/sdn/zones")
def node_zones(call: Call) -> list[Row]:
    """The zones as they stand on that node."""
    names = [n for n in call.world.table("zones") if call.who.holds(f"/sdn/zones/{n}", "SDN.Audit")]
    return [{"zone": name, "status": "available"} for name in names]
