"""The cluster as a whole: version, resources, status, the next free VMID, options."""

from collections.abc import Iterator

from iac.lab.routing import Call, need, route
from iac.lab.views import resource_of_guest, resource_of_storage, row_of_node
from iac.lab.world import ApiError, Row

SEE = need("/", "Sys.Audit")
KINDS = ("vm", "storage", "node", "sdn")
LOWEST, HIGHEST = 100, 1_000_000


@route("GET", "/version")
def version(call: Call) -> Row:
    """Which PVE this claims to be."""
    release = ".".join(call.world.version.split(".")[:2])
    return {"version": call.world.version, "release": release, "repoid": "5ac30304265fbd8e"}


@route("GET", "/cluster/nextid", takes="vmid:i")
def next_id(call: Call) -> str:
    """A VMID that is free; with ``vmid`` whether that one is."""
    wanted = call.params.get("vmid")
    if wanted is None:
        return next(str(n) for n in range(LOWEST, HIGHEST) if str(n) not in call.world.guests)
    if int(wanted) < LOWEST:
        fault = {"vmid": f"value must have a minimum value of {LOWEST}"}
        raise ApiError(400, "Parameter verification failed.", fault)
    if wanted in call.world.guests:
        raise ApiError(400, "Parameter verification failed.", {"vmid": f"VM {wanted} already exists"})
    return wanted


@route("GET", "/cluster/resources", takes="type")
def resources(call: Call) -> list[Row]:
    """Everything the caller may see, in one list; ``type`` narrows it."""
    wanted = call.params.get("type")
    if wanted and wanted not in KINDS:
        names = ", ".join(KINDS)
        fault = {"type": f"value '{wanted}' does not have a value in the enumeration '{names}'"}
        raise ApiError(400, "Parameter verification failed.", fault)
    kinds = {"vm": _guests, "node": _nodes, "storage": _storages, "sdn": _zones}
    return [row for kind, rows in kinds.items() if wanted in (None, kind) for row in rows(call)]


def _guests(call: Call) -> Iterator[Row]:
    for guest in call.world.guests.values():
        if call.who.holds(f"/vms/{guest.vmid}", "VM.Audit"):
            yield resource_of_guest(call.world, guest, call.lab.now)


def _nodes(call: Call) -> Iterator[Row]:
    """Every node shows; its load only to those who may audit it."""
    for node in call.world.nodes.values():
        row = row_of_node(call.world, node, call.lab.now)
        row.pop("ssl_fingerprint")
        if call.who.holds(f"/nodes/{node.name}", "Sys.Audit"):
            yield row
        else:
            yield {key: row[key] for key in ("id", "type", "node", "status", "level")}


def _storages(call: Call) -> Iterator[Row]:
    for node in call.world.nodes.values():
        for storage in call.world.storages.values():
            if call.who.holds(f"/storage/{storage.name}", "Datastore.Audit", "Datastore.AllocateSpace", is_any=True):
                yield resource_of_storage(call.world, storage, node)


def _zones(call: Call) -> Iterator[Row]:
    names = ["localnetwork", *call.world.table("zones")]
    for node in call.world.nodes.values():
        for name in names:
            if call.who.holds(f"/sdn/zones/{name}", "SDN.Audit"):
                row = {"id": f"sdn/{node.name}/{name}", "type": "sdn", "sdn": name, "node": node.name}
                yield row | {"status": "ok" if node.is_online else "unknown"}


@route("GET", "/cluster/status", SEE)
def status(call: Call) -> list[Row]:
    """Whether the cluster is quorate, and which nodes are online."""
    world = call.world
    head: Row = {"type": "cluster", "id": "cluster", "name": world.cluster, "version": len(world.nodes)}
    rows = [head | {"nodes": len(world.nodes), "quorate": int(world.is_quorate)}]
    local = next((n.name for n in world.nodes.values() if n.is_online), "")
    for number, node in enumerate(world.nodes.values(), 1):
        row: Row = {"type": "node", "id": f"node/{node.name}", "name": node.name, "nodeid": number, "ip": node.ip}
        rows.append(row | {"online": int(node.is_online), "local": int(node.name == local), "level": ""})
    return rows


@route("GET", "/cluster/options", SEE)
def options(call: Call) -> Row:
    """The options of the datacenter."""
    return {"keyboard": "en-us", "mac_prefix": "BC:24:11"} | call.world.table("options").get("datacenter", {})
