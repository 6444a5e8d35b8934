"""The volumes of a virtual machine: growing one, and moving one to another storage."""

from iac.lab.api.qemu import BASE
from iac.lab.disks import in_units, parsed_size, size_of, stored_drive
from iac.lab.routing import Call, need, route
from iac.lab.running import Lab, Work, effect
from iac.lab.space import check_node_allows, full_error
from iac.lab.world import ApiError, Guest, Row

DISK_RIGHT = need("/vms/{vmid}", "VM.Config.Disk")


@route("PUT", BASE + "/resize", DISK_RIGHT, takes="disk! size! digest skiplock:b")
def vm_resize(call: Call) -> str:
    """Grow a disk: +5G, 20G or bytes; PVE never shrinks."""
    if parsed_size(call.params["size"]) < 0:
        raise ApiError(400, "Parameter verification failed.", {"size": "value does not match the regex pattern"})
    storage = str(call.guest.config.get(call.params["disk"], "")).partition(":")[0]
    if storage:
        call.who.require(f"/storage/{storage}", "Datastore.AllocateSpace")
    return call.worker("resize", lambda guest: _growth(call, guest))


def _growth(call: Call, guest: Guest) -> Work:
    disk, size = call.params["disk"], call.params["size"]
    if disk not in guest.config:
        raise ApiError(500, f"disk '{disk}' does not exist")
    old, new = size_of(guest.config[disk]), parsed_size(size)
    new = old + new if size.startswith("+") else new
    if new < old:
        raise ApiError(500, "shrinking disks is not supported")
    storage = str(guest.config[disk]).partition(":")[0]
    error = full_error(call.world, storage, guest.node, new - old)
    args = {"vmid": guest.vmid, "disk": disk, "size": new}
    return Work(guest.node, "resize", guest.vmid, 1, "resized", args, error=error)


@effect
def resized(lab: Lab, args: Row, is_good: bool) -> None:  # noqa: FBT001
    """The disk has its new size."""
    guest = lab.world.guests.get(str(args["vmid"]))
    if guest and is_good and args["disk"] in guest.config:
        text = str(guest.config[args["disk"]])
        rest = [part for part in text.split(",") if not part.startswith("size=")]
        guest.config[args["disk"]] = ",".join([*rest, f"size={in_units(args['size'])}"])


@route("POST", BASE + "/move_disk", DISK_RIGHT, takes="disk! storage format delete:b bwlimit:i digest")
def vm_move_disk(call: Call) -> str:
    """Bring a disk to another storage."""
    guest, disk = call.free_guest, call.params["disk"]
    if disk not in guest.config:
        raise ApiError(500, f"disk '{disk}' does not exist")
    target = call.params.get("storage", "")
    call.who.require(f"/storage/{target}", "Datastore.AllocateSpace")
    check_node_allows(call.world, target, guest.node)
    guest.lock = "disk"
    error = full_error(call.world, target, guest.node, size_of(guest.config[disk]))
    args = {"vmid": guest.vmid, "disk": disk, "storage": target}
    return call.task(Work(guest.node, "qmmove", guest.vmid, 4, "moved_disk", args, error=error))


@effect
def moved_disk(lab: Lab, args: Row, is_good: bool) -> None:  # noqa: FBT001
    """The disk is on its new storage."""
    guest = lab.world.guests.get(str(args["vmid"]))
    if guest is None:
        return
    guest.lock = None
    if is_good:
        text = str(guest.config[args["disk"]])
        size = size_of(text)
        guest.config[args["disk"]] = stored_drive(guest, f"{args['storage']}:{size // 2**30}")
