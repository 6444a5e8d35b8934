"""Virtual machines: list, create, configuration, disks, destroy."""

import re
from typing import Any

from iac.lab import load
from iac.lab.api.config_keys import CONFIG_RIGHTS, CREATE_TAKES, UPDATE_TAKES, check_config_rights, check_storages
from iac.lab.config import apply_pending, check_digest, digest, pending_rows, shown, typed, update
from iac.lab.routing import Call, need, route
from iac.lab.running import Lab, Work, effect
from iac.lab.views import resource_of_guest, row_of_guest, sid_of
from iac.lab.world import ApiError, Guest, Row

BASE = "/nodes/{node}/qemu/{vmid}"
AUDIT = need("/vms/{vmid}", "VM.Audit")


@route("GET", "/nodes/{node}/qemu", takes="full:b")
def vm_list(call: Call) -> list[Row]:
    """The virtual machines of a node that the caller may see."""
    guests = [g for g in call.world.guests.values() if g.node == call["node"] and g.kind == "qemu"]
    return [row_of_guest(call.world, g, call.lab.now) for g in guests if call.who.holds(f"/vms/{g.vmid}", "VM.Audit")]


@route("POST", "/nodes/{node}/qemu", takes=CREATE_TAKES)
def vm_create(call: Call) -> str:
    """Make a new one from nothing."""
    vmid, node = call.params["vmid"], call["node"]
    check_may_allocate(call, vmid)
    check_is_free(call, vmid)
    guest = Guest(vmid=int(vmid), node=node)
    check_storages(call, guest)
    update(guest, call.params)
    guest.config.setdefault("boot", "order=scsi0")
    add_guest(call, guest, "create")
    args = {"vmid": guest.vmid, "start": call.flag("start")}
    return call.task(Work(node, "qmcreate", vmid, 2, "created", args))


def check_may_allocate(call: Call, vmid: str) -> None:
    """VM.Allocate on the new guest or on the pool it goes to."""
    pool = call.params.get("pool")
    if not (pool and call.who.holds(f"/pool/{pool}", "VM.Allocate")):
        call.who.require(f"/vms/{vmid}", "VM.Allocate")
    if pool and pool not in call.world.pools:
        raise ApiError(500, f"pool '{pool}' does not exist")


def check_is_free(call: Call, vmid: str) -> None:
    """Refuse a VMID that is taken, in PVE's words."""
    taken = call.world.guests.get(vmid)
    if taken:
        raise ApiError(500, f"unable to create VM {vmid} - VM {vmid} already exists on node '{taken.node}'")


def add_guest(call: Call, guest: Guest, lock: str) -> None:
    """Put a new guest into the world, locked, and into the pool that was named."""
    guest.lock = lock
    call.world.guests[str(guest.vmid)] = guest
    if pool := call.params.get("pool"):
        call.world.pools[pool]["vms"].append(guest.vmid)


@effect
def created(lab: Lab, args: Row, is_good: bool) -> None:  # noqa: FBT001 - the shape of an effect
    """The new guest is free to use; where its making failed it is gone."""
    guest = lab.world.guests.get(str(args["vmid"]))
    if guest is None:
        return
    guest.lock = None
    if not is_good:
        forget_guest(lab, guest)
    elif args.get("start"):
        guest.status, guest.booted_at = "running", lab.now


@route("GET", BASE + "/config", AUDIT, takes="current:b snapshot")
def vm_config(call: Call) -> Row:
    """The configuration; ``current=1`` leaves out what waits, ``snapshot`` shows a kept one."""
    guest, name = call.guest, call.params.get("snapshot")
    if name:
        kept = next((s for s in guest.snapshots if s.name == name), None)
        if kept is None:
            raise ApiError(500, f"snapshot '{name}' does not exist")
        return typed(kept.config) | {"digest": digest(kept.config)}
    seen = typed(guest.config) if call.flag("current") else shown(guest)
    return seen | {"digest": digest(shown(guest))} | ({"lock": guest.lock} if guest.lock else {})


@route("PUT", BASE + "/config", CONFIG_RIGHTS, takes=UPDATE_TAKES)
def vm_update(call: Call) -> None:
    """Change it."""
    change(call)


@route("POST", BASE + "/config", CONFIG_RIGHTS, takes=UPDATE_TAKES + " background_delay:i import-working-storage")
def vm_update_in_background(call: Call) -> str:
    """Change it in a task."""
    change(call)
    return call.task(Work(call["node"], "qmconfig", call["vmid"], 1))


def change(call: Call) -> None:
    """Check a change of the configuration, then make it."""
    guest = call.guest if call.flag("skiplock") else call.free_guest
    check_config_rights(call, guest)
    check_digest(guest, call.params.get("digest"))
    check_storages(call, guest)
    update(guest, call.params)


@route("GET", BASE + "/pending", AUDIT)
def vm_pending(call: Call) -> list[Row]:
    """What waits for a power cycle."""
    return pending_rows(call.guest)


@route("GET", BASE + "/cloudinit", AUDIT)
def vm_cloudinit(call: Call) -> list[Row]:
    """The cloud-init values; nothing of them ever waits here."""
    config = typed(call.guest.config)
    keys = [key for key in config if re.match(r"^(ci|sshkeys|ipconfig|nameserver|searchdomain)", key)]
    return [{"key": key, "value": str(config[key])} for key in keys if key != "cipassword"]


@route("PUT", BASE + "/cloudinit", need("/vms/{vmid}", "VM.Config.Cloudinit"))
def vm_cloudinit_write(call: Call) -> None:
    """Write the drive anew; the lab keeps no drive."""
    call.lab.unlocked(call.guest)


@route("POST", BASE + "/template", need("/vms/{vmid}", "VM.Allocate"), takes="disk")
def vm_template(call: Call) -> str:
    """From now on it can only be cloned."""
    guest = call.free_guest
    if guest.is_running:
        raise ApiError(500, "you can't convert a running VM to a template")
    apply_pending(guest)
    guest.config["template"] = 1
    return call.task(Work(guest.node, "qmtemplate", guest.vmid, 1))


@route("GET", BASE + "/status/current", AUDIT)
def vm_status(call: Call) -> Row:
    """What it is doing now."""
    guest = call.guest
    row = row_of_guest(call.world, guest, call.lab.now)
    ha = call.world.table("ha").get(sid_of(guest))
    managed: Row = {"managed": 1, "state": ha.get("state", "started")} if ha else {"managed": 0}
    agent = {"agent": 1} if str(guest.config.get("agent", "0")).startswith(("1", "enabled=1")) else {}
    return row | agent | {"qmpstatus": row["status"], "ha": managed}


@route("GET", BASE + "/rrddata", AUDIT, takes="timeframe! cf")
def vm_history(call: Call) -> list[Row]:
    """Its history."""
    guest = call.guest
    moments = load.times(frame_of(call, most="year"), call.lab.now, load.frames(call.world))
    return [load.guest_point(guest, at) for at in moments]


def frame_of(call: Call, most: str = "decade") -> str:
    """The timeframe that is asked for; ``decade`` is for nodes alone."""
    frame = call.params["timeframe"]
    known = [name for name in load.frames(call.world) if name != "decade" or most == "decade"]
    if frame not in known:
        names = ", ".join(known)
        fault = f"value '{frame}' does not have a value in the enumeration '{names}'"
        raise ApiError(400, "Parameter verification failed.", {"timeframe": fault})
    return frame


@route("GET", BASE)
def vm_index(call: Call) -> list[Row]:
    """What there is below it."""
    resource_of_guest(call.world, call.guest, call.lab.now)
    return [{"subdir": name} for name in ("config", "status", "agent", "snapshot", "firewall", "pending", "migrate")]


@route("DELETE", BASE, need("/vms/{vmid}", "VM.Allocate"), takes="purge:b destroy-unreferenced-disks:b skiplock:b")
def vm_destroy(call: Call) -> str:
    """Destroy it with its disks; ``purge`` takes it out of HA and backup jobs too."""
    guest = call.guest
    if int(guest.config.get("protection", 0)):
        raise ApiError(500, f"can't remove VM {guest.vmid} - protection mode enabled")
    if sid_of(guest) in call.world.table("ha") and not call.flag("purge"):
        raise ApiError(500, f"unable to remove VM {guest.vmid} - used in HA resources and purge parameter not set.")
    return call.worker("qmdestroy", lambda free: _destruction(call, free))


def _destruction(call: Call, guest: Guest) -> Work:
    if guest.is_running:
        raise ApiError(500, f"VM {guest.vmid} is running - destroy failed")
    guest.lock = "destroy"
    args = {"vmid": guest.vmid, "purge": call.flag("purge")}
    return Work(guest.node, "qmdestroy", guest.vmid, 1, "destroyed", args)


@effect
def destroyed(lab: Lab, args: Row, is_good: bool) -> None:  # noqa: FBT001
    """It is gone; where the task failed it stays as it was."""
    guest = lab.world.guests.get(str(args["vmid"]))
    if guest is None:
        return
    guest.lock = None
    if is_good:
        forget_guest(lab, guest, is_purged=args.get("purge", True))


def forget_guest(lab: Lab, guest: Guest, *, is_purged: bool = True) -> None:
    """Take a guest out of the world, its pool and, with purge, out of HA and the backup jobs."""
    world, vmid = lab.world, str(guest.vmid)
    world.guests.pop(vmid, None)
    for row in world.pools.values():
        row["vms"] = [member for member in row["vms"] if member != guest.vmid]
    world.acl = [row for row in world.acl if row["path"] != f"/vms/{vmid}"]
    if is_purged:
        world.table("ha").pop(sid_of(guest), None)
        _leave_jobs(lab, vmid)


def _leave_jobs(lab: Lab, vmid: str) -> Any:
    for job in lab.world.table("backup").values():
        if "vmid" in job:
            job["vmid"] = ",".join(member for member in str(job["vmid"]).split(",") if member != vmid)
    lab.is_dirty = True
