"""Storages: what there is, how full, and what is on it."""

import re
from collections.abc import Iterator

from iac.lab import load
from iac.lab.api.qemu import frame_of
from iac.lab.disks import CLOUDINIT_SIZE, drives, is_cloudinit, size_of, volume_of
from iac.lab.routing import Call, need, route
from iac.lab.running import Work
from iac.lab.space import check_node_allows
from iac.lab.views import row_of_storage
from iac.lab.world import ApiError, Guest, Row, Storage

SEEN = ("Datastore.Audit", "Datastore.AllocateSpace")
SEE = need("/storage/{storage}", *SEEN, is_any=True)
BASE = "/nodes/{node}/storage"


@route("GET", "/storage", takes="type")
def storage_list(call: Call) -> list[Row]:
    """Every storage's settings."""
    seen = [s for s in call.world.storages.values() if call.who.holds(f"/storage/{s.name}", *SEEN, is_any=True)]
    return [_settings(s) for s in seen if call.params.get("type", s.kind) == s.kind]


@route("GET", "/storage/{storage}", need("/storage/{storage}", "Datastore.Allocate"))
def storage_settings(call: Call) -> Row:
    """One storage's settings."""
    found = call.world.storages.get(call["storage"])
    if found is None:
        raise ApiError(500, f"storage '{call['storage']}' does not exist")
    return _settings(found)


def _settings(storage: Storage) -> Row:
    row: Row = {"storage": storage.name, "type": storage.kind, "content": storage.content, "digest": "0" * 40}
    return row | {"shared": int(storage.is_shared), "path": storage.path}


@route("GET", BASE, takes="content enabled:b format:b storage target")
def node_storages(call: Call) -> list[Row]:
    """The storages of a node that the caller may see."""
    wanted, name = call.params.get("content"), call.params.get("storage")
    return [
        row_of_storage(call.world, storage, call["node"])
        for storage in call.world.storages.values()
        if call.who.holds(f"/storage/{storage.name}", *SEEN, is_any=True)
        and name in (None, storage.name)
        and (wanted is None or set(wanted.split(",")) & set(storage.content.split(",")))
    ]


@route("GET", BASE + "/{storage}/status", SEE)
def storage_status(call: Call) -> Row:
    """How full it is."""
    row = row_of_storage(call.world, _found(call), call["node"])
    return {key: value for key, value in row.items() if key not in ("storage", "used_fraction")}


@route("GET", BASE + "/{storage}/rrddata", SEE, takes="timeframe! cf")
def storage_history(call: Call) -> list[Row]:
    """How full it was."""
    storage, now, node = _found(call), call.lab.now, call["node"]
    times = load.times(frame_of(call, most="year"), now, load.frames(call.world))
    return [load.storage_point(call.world, storage, node, at, now) for at in times]


@route("GET", BASE + "/{storage}/content", SEE, takes="content vmid:i")
def storage_content(call: Call) -> list[Row]:
    """What is on it: the volumes of guests, and backups."""
    storage, kind, vmid = _found(call), call.params.get("content"), call.params.get("vmid")
    rows = [
        *_volumes(call, storage),
        *(row for row in call.world.backups if row["volid"].startswith(f"{storage.name}:")),
    ]
    return [
        {key: value for key, value in row.items() if key != "node"}
        for row in rows
        if kind in (None, row["content"]) and vmid in (None, str(row["vmid"])) and _may_see(call, row)
    ]


def _may_see(call: Call, row: Row) -> bool:
    if call.who.holds(f"/storage/{call['storage']}", "Datastore.Allocate"):
        return True
    return call.who.holds(f"/vms/{row['vmid']}", "VM.Audit" if row["content"] != "backup" else "VM.Backup")


def _volumes(call: Call, storage: Storage) -> Iterator[Row]:
    for guest in call.world.guests.values():
        if storage.is_shared or guest.node == call["node"]:
            yield from _volumes_of(guest, storage)


def _volumes_of(guest: Guest, storage: Storage) -> Iterator[Row]:
    for _, value in drives(guest):
        if value.startswith(storage.name + ":"):
            size = size_of(value) or CLOUDINIT_SIZE
            content = "rootdir" if guest.kind == "lxc" else "images"
            yield {"volid": volume_of(value), "format": "raw", "size": size, "vmid": guest.vmid, "content": content}


@route("GET", BASE + "/{storage}/content/{volume}")
def volume_show(call: Call) -> Row:
    """One volume: where it is and how big."""
    storage = _found(call)
    row = _volume(call, storage)
    kept = {key: row[key] for key in ("notes", "protected") if key in row}
    name = row["volid"].partition(":")[2]
    used = row["size"] // (1 if is_cloudinit(row["volid"]) else 3)
    return {"path": f"{storage.path}/{name}", "format": row["format"], "size": row["size"], "used": used} | kept


@route("DELETE", BASE + "/{storage}/content/{volume}", takes="delay:i")
def volume_delete(call: Call) -> str:
    """Remove a backup or a volume that no guest holds."""
    storage = _found(call)
    call.who.require(f"/storage/{storage.name}", "Datastore.AllocateSpace")
    row = _volume(call, storage)
    if row["content"] != "backup":
        raise ApiError(500, f"unable to remove disk image '{row['volid']}' - it is owned by a guest (image in use)")
    call.world.backups.remove(row)
    return call.task(Work(call["node"], "imgdel", f"{row['vmid']}@{storage.name}"))


def _volume(call: Call, storage: Storage) -> Row:
    given = call["volume"]
    volid = given if ":" in given else f"{storage.name}:{given}"
    for row in [*_volumes(call, storage), *call.world.backups]:
        if row["volid"] == volid and _may_see(call, row):
            return row
    raise ApiError(500, f"volume '{volid}' does not exist")


def _found(call: Call) -> Storage:
    if not re.fullmatch(r"[A-Za-z][\w.-]*", call["storage"]):
        raise ApiError(400, "Parameter verification failed.", {"storage": "invalid format - storage ID"})
    return check_node_allows(call.world, call["storage"], call["node"])
