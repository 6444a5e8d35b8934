"""Snapshots: take, list, roll back, delete."""

import copy
import re

from iac.lab.api.power import boot, halt
from iac.lab.api.qemu import AUDIT, BASE
from iac.lab.config import typed
from iac.lab.routing import Call, need, route
from iac.lab.running import Lab, Work, effect
from iac.lab.world import ApiError, Guest, Row, Snapshot

TAKE = need("/vms/{vmid}", "VM.Snapshot")
BACK = need("/vms/{vmid}", "VM.Snapshot", "VM.Snapshot.Rollback", is_any=True)
READ = need("/vms/{vmid}", "VM.Snapshot", "VM.Snapshot.Rollback", "VM.Audit", is_any=True)
NAME = re.compile(r"^[A-Za-z][A-Za-z0-9_-]+$")


@route("GET", BASE + "/snapshot", AUDIT)
def snapshot_list(call: Call) -> list[Row]:
    """What was kept, and the pseudo entry ``current``, which is now."""
    guest = call.guest
    rows = [_row(kept) for kept in guest.snapshots]
    now: Row = {"name": "current", "description": "You are here!", "running": int(guest.is_running)}
    parent = guest.config.get("parent")
    return [*rows, now | ({"parent": str(parent)} if parent else {})]


def _row(kept: Snapshot) -> Row:
    row: Row = {"name": kept.name, "description": kept.description, "snaptime": kept.taken_at}
    return row | {"vmstate": int(kept.has_memory)} | ({"parent": kept.parent} if kept.parent else {})


def _kept(guest: Guest, name: str) -> Snapshot:
    found = next((s for s in guest.snapshots if s.name == name), None)
    if found is None:
        raise ApiError(500, f"snapshot '{name}' does not exist")
    return found


@route("POST", BASE + "/snapshot", TAKE, takes="snapname! description vmstate:b")
def snapshot_take(call: Call) -> str:
    """Keep it as it is now; ``vmstate`` keeps the memory too."""
    name = call.params["snapname"]
    if not NAME.match(name) or name == "current":
        fault = {"snapname": f"invalid format - invalid configuration ID '{name}'"}
        raise ApiError(400, "Parameter verification failed.", fault)
    return call.worker("qmsnapshot", lambda guest: _taking(call, guest))


def _taking(call: Call, guest: Guest) -> Work:
    name = call.params["snapname"]
    if any(kept.name == name for kept in guest.snapshots):
        raise ApiError(500, f"snapshot name '{name}' already used")
    guest.lock = "snapshot"
    args = {"vmid": guest.vmid, "name": name, "description": call.params.get("description", "")}
    args["memory"] = call.flag("vmstate") and guest.is_running
    seconds = 1 + (guest.memory / 2**30 * 0.3 if args["memory"] else 0)
    return Work(guest.node, "qmsnapshot", guest.vmid, seconds, "snapshot_taken", args)


@effect
def snapshot_taken(lab: Lab, args: Row, is_good: bool) -> None:  # noqa: FBT001 - the shape of an effect
    """The snapshot is there, and the guest's next one will hang from it."""
    guest = lab.world.guests.get(str(args["vmid"]))
    if guest is None:
        return
    guest.lock = None
    if is_good:
        config = {k: v for k, v in copy.deepcopy(guest.config).items() if k != "parent"}
        parent = guest.config.get("parent")
        kept = Snapshot(args["name"], args["description"], int(lab.now), config, parent, args["memory"])
        guest.snapshots.append(kept)
        guest.config["parent"] = kept.name


@route("GET", BASE + "/snapshot/{snapname}", is_local=True)
def snapshot_index(call: Call) -> list[Row]:
    """What there is below a snapshot."""
    _kept(call.guest, call["snapname"])
    return [{"cmd": "config"}, {"cmd": "rollback"}]


@route("GET", BASE + "/snapshot/{snapname}/config", READ)
def snapshot_config(call: Call) -> Row:
    """The configuration as it was kept."""
    kept = _kept(call.guest, call["snapname"])
    return typed(kept.config) | {"description": kept.description, "snaptime": kept.taken_at}


@route("PUT", BASE + "/snapshot/{snapname}/config", TAKE, takes="description")
def snapshot_describe(call: Call) -> None:
    """Say something else about it."""
    _kept(call.guest, call["snapname"]).description = call.params.get("description", "")


@route("POST", BASE + "/snapshot/{snapname}/rollback", BACK, takes="start:b")
def snapshot_rollback(call: Call) -> str:
    """Go back to it; what happened since is lost."""
    return call.worker("qmrollback", lambda guest: _going_back(call, guest))


def _going_back(call: Call, guest: Guest) -> Work:
    kept = _kept(guest, call["snapname"])
    guest.lock = "rollback"
    args = {"vmid": guest.vmid, "name": kept.name, "start": call.flag("start") or kept.has_memory}
    return Work(guest.node, "qmrollback", guest.vmid, 2, "rolled_back", args)


@effect
def rolled_back(lab: Lab, args: Row, is_good: bool) -> None:  # noqa: FBT001
    """It is as it was; it runs only if its memory was kept or a start was asked for."""
    guest = lab.world.guests.get(str(args["vmid"]))
    if guest is None:
        return
    guest.lock = None
    if not is_good:
        return
    halt(guest)
    guest.config = copy.deepcopy(_kept(guest, args["name"]).config) | {"parent": args["name"]}
    if args["start"]:
        boot(lab, guest)


@route("DELETE", BASE + "/snapshot/{snapname}", TAKE, takes="force:b")
def snapshot_delete(call: Call) -> str:
    """Forget it."""
    return call.worker("qmdelsnapshot", lambda guest: _forgetting(call, guest))


def _forgetting(call: Call, guest: Guest) -> Work:
    kept = _kept(guest, call["snapname"])
    guest.lock = "snapshot-delete"
    args = {"vmid": guest.vmid, "name": kept.name}
    return Work(guest.node, "qmdelsnapshot", guest.vmid, 1, "snapshot_gone", args)


@effect
def snapshot_gone(lab: Lab, args: Row, is_good: bool) -> None:  # noqa: FBT001
    """It is gone; what hung from it hangs from its parent."""
    guest = lab.world.guests.get(str(args["vmid"]))
    if guest is None:
        return
    guest.lock = None
    if is_good:
        gone = _kept(guest, args["name"])
        guest.snapshots.remove(gone)
        for kept in guest.snapshots:
            kept.parent = gone.parent if kept.parent == gone.name else kept.parent
        _hang_from(guest, gone)


def _hang_from(guest: Guest, gone: Snapshot) -> None:
    if guest.config.get("parent") != gone.name:
        return
    guest.config.pop("parent")
    if gone.parent:
        guest.config["parent"] = gone.parent
