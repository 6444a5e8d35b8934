"""Backups: the jobs, and backing up now."""

import time

from iac.lab.api.tables import change_row, found_row, values_of
from iac.lab.disks import data_drives, size_of
from iac.lab.routing import Call, need, route
from iac.lab.running import Lab, Work, effect
from iac.lab.space import full_error
from iac.lab.world import ApiError, Guest, Row

SEE, CHANGE = need("/", "Sys.Audit"), need("/", "Sys.Modify")
SHARED = (
    "all:b bwlimit:i compress dumpdir exclude exclude-path fleecing ionice:i lockwait:i mailnotification mailto mode"
    " notes-template notification-mode pbs-change-detection-mode performance pigz:i pool protected:b prune-backups"
    " quiet:b remove:b script stdexcludes:b stop:b stopwait:i storage tmpdir vmid zstd:i"
)
JOB_TAKES = SHARED + " comment dow enabled:b node repeat-missed:b schedule starttime"
MISSING = "No such job '{name}'"


@route("GET", "/cluster/backup", SEE)
def job_list(call: Call) -> list[Row]:
    """Every job."""
    return list(call.world.table("backup").values())


@route("POST", "/cluster/backup", CHANGE, takes=JOB_TAKES + " id")
def job_add(call: Call) -> None:
    """Make a job."""
    table = call.world.table("backup")
    name = call.params.get("id", f"backup-{len(table) + 1:08x}")
    if name in table:
        raise ApiError(500, f"Job '{name}' already exists")
    table[name] = {"enabled": 1, "type": "vzdump"} | values_of(JOB_TAKES, call.params) | {"id": name}


@route("GET", "/cluster/backup/{id}", SEE)
def job_show(call: Call) -> Row:
    """One job."""
    return found_row(call.world.table("backup"), call["id"], MISSING)


@route("PUT", "/cluster/backup/{id}", CHANGE, takes=JOB_TAKES + " delete")
def job_change(call: Call) -> None:
    """Change a job."""
    change_row(found_row(call.world.table("backup"), call["id"], MISSING), JOB_TAKES, call.params)


@route("DELETE", "/cluster/backup/{id}", CHANGE)
def job_remove(call: Call) -> None:
    """Remove a job."""
    found_row(call.world.table("backup"), call["id"], MISSING)
    del call.world.table("backup")[call["id"]]


@route("POST", "/nodes/{node}/vzdump", takes=SHARED + " job-id stdout:b")
def backup_now(call: Call) -> str:
    """Back up guests of this node now; those it names must all be allowed."""
    storage = call.params.get("storage", "local")
    call.who.require(f"/storage/{storage}", "Datastore.AllocateSpace")
    guests = _chosen(call)
    for guest in guests:
        call.who.require(f"/vms/{guest.vmid}", "VM.Backup")
        call.lab.unlocked(guest).lock = "backup"
    size = sum(_size(guest) for guest in guests)
    error = full_error(call.world, storage, call["node"], size)
    vmids = [guest.vmid for guest in guests]
    args = {"vmids": vmids, "storage": storage, "notes": call.params.get("notes-template", "")}
    log = tuple(f"INFO: Starting Backup of VM {vmid} (qemu)" for vmid in vmids)
    one = vmids[0] if len(vmids) == 1 else ""
    return call.task(Work(call["node"], "vzdump", one, 4 * len(vmids), "backed_up", args, log, error))


def _chosen(call: Call) -> list[Guest]:
    here = [g for g in call.world.guests.values() if g.node == call["node"] and not g.is_template]
    if call.flag("all"):
        return here
    wanted = set(filter(None, call.params.get("vmid", "").split(",")))
    if pool := call.params.get("pool"):
        wanted |= {str(vmid) for vmid in call.world.pools.get(pool, {"vms": []})["vms"]}
    if not wanted:
        raise ApiError(500, "only root may set 'all' and no guest was named: you have to specify VMs/CTs")
    return [guest for guest in here if str(guest.vmid) in wanted]


def _size(guest: Guest) -> int:
    return sum(size_of(value) for _, value in data_drives(guest)) // 4


@effect
def backed_up(lab: Lab, args: Row, is_good: bool) -> None:  # noqa: FBT001 - the shape of an effect
    """The backups are on the storage."""
    stamp = time.strftime("%Y_%m_%d-%H_%M_%S", time.gmtime(lab.now))
    for vmid in args["vmids"]:
        guest = lab.world.guests.get(str(vmid))
        if guest is None:
            continue
        guest.lock = None
        if is_good:
            name = f"{args['storage']}:backup/vzdump-{guest.kind}-{vmid}-{stamp}.vma.zst"
            row: Row = {"volid": name, "format": "vma.zst", "size": _size(guest), "ctime": int(lab.now), "vmid": vmid}
            notes = {"notes": args["notes"].replace("{{guestname}}", guest.name)} if args["notes"] else {}
            lab.world.backups.append(row | {"content": "backup"} | notes)
