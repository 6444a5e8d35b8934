"""High availability: the guests it looks after, its picture of the cluster, and what it does when a node is lost."""

from iac.lab.api.migrate import begin_move, check_target
from iac.lab.api.power import boot, start_error
from iac.lab.api.tables import change_row, found_row, values_of
from iac.lab.config import digest
from iac.lab.disks import data_drives
from iac.lab.load import node_memory
from iac.lab.routing import Call, need, route
from iac.lab.running import Lab, effect
from iac.lab.views import ha_state, sid_of
from iac.lab.world import ApiError, Guest, Node, Row, World

SEE, CHANGE = need("/", "Sys.Audit"), need("/", "Sys.Console")
TAKES = "auto-rebalance:b comment failback:b group max_relocate:i max_restart:i state"
MISSING = "no such resource '{name}'"
FENCE_SECONDS = 8.0


@route("GET", "/cluster/ha/resources", SEE, takes="type")
def ha_list(call: Call) -> list[Row]:
    """The guests HA looks after."""
    return [_shown(sid, row) | _group_of(call.world, sid) for sid, row in call.world.table("ha").items()]


def _shown(sid: str, row: Row) -> Row:
    return row | {"sid": sid, "digest": digest(row)}


def _group_of(world: World, sid: str) -> Row:
    """Before PVE 9 a guest names the group of nodes it belongs to."""
    names = [name for name, row in world.table("ha_groups").items() if sid in row["members"]]
    return {"group": names[0]} if names and world.is_before_9 else {}


def _sid(name: str) -> str:
    return name if ":" in name else f"vm:{name}"


def _guest(world: World, sid: str) -> Guest:
    kind, _, vmid = sid.partition(":")
    guest = world.guests.get(vmid)
    if guest is None or guest.kind != {"vm": "qemu", "ct": "lxc"}.get(kind):
        raise ApiError(500, f"unable to add resource '{sid}' - no such guest")
    return guest


@route("POST", "/cluster/ha/resources", CHANGE, takes="sid! type " + TAKES)
def ha_add(call: Call) -> None:
    """Let HA look after a guest; wanted as started, it is started."""
    sid = _sid(call.params.pop("sid"))
    guest, table = _guest(call.world, sid), call.world.table("ha")
    if sid in table:
        raise ApiError(500, f"resource ID '{sid}' already defined")
    if guest.is_template:
        raise ApiError(500, f"cannot add template '{sid}' as HA resource")
    if "group" in call.params:
        fault = {"group": "ha groups have been migrated to rules"}
        raise ApiError(400, "Parameter verification failed.", fault)
    call.params.pop("type", None)
    table[sid] = {"state": "started", "type": sid.partition(":")[0]} | values_of(TAKES, call.params)
    call.lab.later(2, "ha_powered", vmid=guest.vmid)


@route("GET", "/cluster/ha/resources/{sid}", SEE)
def ha_show(call: Call) -> Row:
    """How HA looks after one guest."""
    sid = _sid(call["sid"])
    return _shown(sid, found_row(call.world.table("ha"), sid, MISSING))


@route("PUT", "/cluster/ha/resources/{sid}", CHANGE, takes=TAKES + " delete digest")
def ha_change(call: Call) -> None:
    """Change it; a changed wish for its state is carried out in a moment."""
    sid = _sid(call["sid"])
    change_row(found_row(call.world.table("ha"), sid, MISSING), TAKES, call.params)
    call.lab.later(2, "ha_powered", vmid=int(sid.partition(":")[2]))


@route("DELETE", "/cluster/ha/resources/{sid}", CHANGE, takes="purge:b")
def ha_remove(call: Call) -> None:
    """Leave it alone from now on; its power stays as it is."""
    sid = _sid(call["sid"])
    found_row(call.world.table("ha"), sid, "cannot delete service '{name}', not HA managed: no such resource")
    del call.world.table("ha")[sid]


@route("POST", "/cluster/ha/resources/{sid}/migrate", CHANGE, takes="node!")
def ha_migrate(call: Call) -> Row:
    """Ask HA to move it while it runs."""
    return _move(call)


@route("POST", "/cluster/ha/resources/{sid}/relocate", CHANGE, takes="node!")
def ha_relocate(call: Call) -> Row:
    """Ask HA to stop it, move it and start it there."""
    return _move(call)


def _move(call: Call) -> Row:
    sid, target = _sid(call["sid"]), call.params["node"]
    found_row(call.world.table("ha"), sid, MISSING)
    guest = _guest(call.world, sid)
    check_target(call.world, guest, target)
    begin_move(call.lab, guest, target)
    return {"sid": sid, "requested-node": target}


@route("GET", "/cluster/ha/status/current", SEE)
def ha_status(call: Call) -> list[Row]:
    """HA's picture: quorum, master, one row a node, one row a guest."""
    world, now = call.world, int(call.lab.now)
    master = next((node.name for node in world.nodes.values() if node.is_online), "")
    quorum: Row = {
        "id": "quorum",
        "type": "quorum",
        "node": master,
        "status": "OK" if world.is_quorate else "No quorum!",
    }
    head: Row = {"id": "master", "type": "master", "node": master, "status": f"{master} (active, {now})"}
    rows = [quorum | {"quorate": int(world.is_quorate)}, head | {"timestamp": now}]
    rows += [_lrm(node, now) for node in world.nodes.values()]
    return rows + [_service(world, sid, row) for sid, row in world.table("ha").items()]


def _lrm(node: Node, now: int) -> Row:
    state = "active" if node.is_online else "old timestamp - dead?"
    row: Row = {"id": f"lrm:{node.name}", "type": "lrm", "node": node.name, "timestamp": now}
    return row | {"status": f"{node.name} ({state}, {now})"}


def _service(world: World, sid: str, row: Row) -> Row:
    guest = world.guests[sid.partition(":")[2]]
    state = ha_state(world, guest, row)
    seen: Row = {"id": f"service:{sid}", "type": "service", "sid": sid, "node": guest.node, "state": state}
    told = {
        "status": f"{sid} ({guest.node}, {state})",
        "crm_state": state,
        "request_state": row.get("state", "started"),
    }
    return seen | told | {"max_restart": row.get("max_restart", 1), "max_relocate": row.get("max_relocate", 1)}


@route("GET", "/cluster/ha/status/manager_status", SEE)
def manager_status(call: Call) -> Row:
    """The HA manager's own notes."""
    world = call.world
    nodes = {node.name: "online" if node.is_online else "fence" for node in world.nodes.values()}
    master = next((name for name, state in nodes.items() if state == "online"), "")
    services = {
        sid: {"node": guest.node, "state": ha_state(world, guest, row)}
        for sid, row in world.table("ha").items()
        if (guest := world.guests.get(sid.partition(":")[2]))
    }
    picture: Row = {"master_node": master, "node_status": nodes, "service_status": services}
    return {"manager_status": picture, "quorum": {"node": master, "quorate": str(int(world.is_quorate))}}


# -- when a node is lost ---------------------------------------------------------------------
def node_lost(lab: Lab, node: str) -> None:
    """Its guests lose their power now; HA restarts those it looks after elsewhere once the node is fenced."""
    lab.world.nodes[node].is_online = False
    lab.later(FENCE_SECONDS, "fenced", node=node)


@effect
def fenced(lab: Lab, args: Row, is_good: bool) -> None:  # noqa: FBT001, ARG001 - the shape of an effect
    """The node stayed away: its HA guests begin again on the nodes that are left, on shared storage only."""
    if lab.world.nodes[args["node"]].is_online or not lab.world.is_quorate:
        return
    for guest in [g for g in lab.world.guests.values() if g.node == args["node"]]:
        row = lab.world.table("ha").get(sid_of(guest))
        if row is not None and row.get("state", "started") == "started":
            _recover(lab, guest)


def _recover(lab: Lab, guest: Guest) -> None:
    target = _refuge(lab, guest)
    if target is None:
        return
    guest.node, guest.status, guest.lock = target.name, "stopped", None
    if not start_error(lab, guest):
        boot(lab, guest)


def _refuge(lab: Lab, guest: Guest) -> Node | None:
    world = lab.world
    names = {value.partition(":")[0] for _, value in data_drives(guest)}
    if not all(world.storages[name].is_shared for name in names if name in world.storages):
        return None
    online = [node for node in world.nodes.values() if node.is_online]
    return min(online, key=lambda node: node_memory(world, node, lab.now), default=None)


def node_back(lab: Lab, node: str) -> None:
    """It is back: what was not rescued starts again if it was to start at boot or HA looks after it."""
    lab.world.nodes[node].is_online = True
    for guest in [g for g in lab.world.guests.values() if g.node == node]:
        wants = int(guest.config.get("onboot", 0)) or sid_of(guest) in lab.world.table("ha")
        guest.status = "stopped"
        if wants and not guest.is_template and not start_error(lab, guest):
            boot(lab, guest)
