"""Migration: what stands in its way, and the move itself."""

from iac.lab.disks import data_drives, size_of
from iac.lab.load import running_on
from iac.lab.routing import Call, need, route
from iac.lab.running import Lab, Work, effect
from iac.lab.views import sid_of
from iac.lab.world import GIB, ApiError, Guest, Row, World

RIGHT = need("/vms/{vmid}", "VM.Migrate")
TAKES = (
    "target! online:b force:b with-local-disks:b targetstorage bwlimit:i migration_network migration_type"
    " with-conntrack-state:b"
)


def local_disks(world: World, guest: Guest) -> list[Row]:
    """The volumes that live on its node alone."""
    rows = []
    for key, value in data_drives(guest):
        name = value.partition(":")[0]
        if name in world.storages and not world.storages[name].is_shared:
            volume = value.partition(",")[0]
            row = {"volid": volume, "drivename": key, "size": size_of(value), "cdrom": 0, "is_unused": 0}
            rows.append(row | {"is_attached": 1, "replicate": 0, "shared": 0, "is_tpmstate": 0, "is_vmstate": 0})
    return rows


@route("GET", "/nodes/{node}/qemu/{vmid}/migrate", RIGHT, takes="target")
def migrate_check(call: Call) -> Row:
    """What a migration would meet."""
    guest = call.guest
    others = [node for node in call.world.nodes.values() if node.name != guest.node and node.is_online]
    return {
        "running": int(guest.is_running),
        "allowed_nodes": [node.name for node in others],
        "not_allowed_nodes": {},
        "local_disks": local_disks(call.world, guest),
        "local_resources": [],
        "mapped-resources": [],
        "mapped-resource-info": {},
        "has-dbus-vmstate": 0,
    }


@route("POST", "/nodes/{node}/qemu/{vmid}/migrate", RIGHT, takes=TAKES)
def migrate(call: Call) -> str:
    """Move it; a guest under HA is moved by the HA manager."""
    guest, target = call.free_guest, call.params["target"]
    check_target(call.world, guest, target)
    if guest.is_running and not call.flag("online"):
        raise ApiError(500, "can't migrate running VM without --online")
    local = local_disks(call.world, guest)
    if local and not call.flag("with-local-disks"):
        raise ApiError(500, f"can't migrate local disk '{local[0]['volid']}': local disk migration is disabled")
    if sid_of(guest) in call.world.table("ha"):
        begin_move(call.lab, guest, target)
        return call.task(Work(guest.node, "hamigrate", guest.vmid, 1))
    guest.lock = "migrate"
    return call.task(work_of(call.world, guest, target))


def check_target(world: World, guest: Guest, target: str) -> None:
    """Refuse a node that is not there, not online, or the one it is on."""
    node = world.nodes.get(target)
    if node is None:
        raise ApiError(400, "Parameter verification failed.", {"target": f"no such cluster node '{target}'"})
    if target == guest.node:
        raise ApiError(400, "Parameter verification failed.", {"target": "target is local node."})
    if not node.is_online:
        raise ApiError(500, f"node '{target}' is offline")


def work_of(world: World, guest: Guest, target: str) -> Work:
    """The migration as a task: longer with local disks; it fails where the target has not the memory."""
    local = sum(row["size"] for row in local_disks(world, guest)) / GIB
    seconds = 3 + local * 0.3 + (guest.memory / GIB * 0.2 if guest.is_running else 0)
    args = {"vmid": guest.vmid, "target": target}
    log = (f"starting migration of VM {guest.vmid} to node '{target}' ({world.nodes[target].ip})",)
    return Work(guest.node, "qmigrate", guest.vmid, seconds, "migrated", args, log, _error(world, guest, target))


def _error(world: World, guest: Guest, target: str) -> str:
    node = world.nodes[target]
    used = node.base_memory + sum(other.memory for other in running_on(world, target))
    return "migration aborted" if guest.is_running and used + guest.memory > node.memory else ""


def begin_move(lab: Lab, guest: Guest, target: str) -> None:
    """Let the HA manager move a guest in a moment."""
    lab.later(1, "ha_moves", vmid=guest.vmid, target=target)


@effect
def ha_moves(lab: Lab, args: Row, is_good: bool) -> None:  # noqa: FBT001, ARG001 - the shape of an effect
    """The HA manager begins the migration it was asked for."""
    guest = lab.world.guests.get(str(args["vmid"]))
    if guest and not guest.lock and guest.node != args["target"] and lab.world.nodes[args["target"]].is_online:
        guest.lock = "migrate"
        lab.start(work_of(lab.world, guest, args["target"]), "root@pam")


@effect
def migrated(lab: Lab, args: Row, is_good: bool) -> None:  # noqa: FBT001
    """It is on its new node, still running if it was; where the task failed it stays."""
    guest = lab.world.guests.get(str(args["vmid"]))
    if guest is None:
        return
    guest.lock = None
    if is_good and lab.world.nodes[args["target"]].is_online:
        guest.node = args["target"]
