"""Cloning: a template or a guest, here or on another node, whole or linked."""

import copy
import re
from uuid import NAMESPACE_OID, uuid5

from iac.lab.api.qemu import add_guest, check_is_free, check_may_allocate, forget_guest
from iac.lab.disks import NET, data_drives, drives, is_cloudinit, new_mac, new_volume, size_of
from iac.lab.routing import Call, need, route
from iac.lab.running import Lab, Work, effect
from iac.lab.space import check_node_allows, full_error
from iac.lab.world import GIB, ApiError, Guest, Row

NEVER_COPIED = ("template", "parent", "lock", "protection")
SECONDS_PER_GIB = 0.15
TAKES = "newid!:i name description full:b pool snapname storage target format bwlimit:i"


@route("POST", "/nodes/{node}/qemu/{vmid}/clone", need("/vms/{vmid}", "VM.Clone"), takes=TAKES)
def vm_clone(call: Call) -> str:
    """Copy a guest to a new VMID; both are locked while it lasts, the new one as ``clone``."""
    source, new = call.free_guest, call.params["newid"]
    check_may_allocate(call, new)
    _check_storages(call, source)
    if new in call.world.guests:
        raise ApiError(500, f"unable to create VM {new}: config file already exists")
    check_is_free(call, new)
    guest = _copy(call, source, int(new))
    error = _full(call, guest)
    add_guest(call, guest, "clone")
    size = sum(size_of(value) for _, value in data_drives(guest)) / GIB
    seconds = 1 + SECONDS_PER_GIB * size * (1 if call.flag("full", default=not source.is_template) else 0.2)
    log = tuple(_log(source, guest))
    return call.task(Work(call["node"], "qmclone", source.vmid, seconds, "cloned", {"vmid": guest.vmid}, log, error))


@effect
def cloned(lab: Lab, args: Row, is_good: bool) -> None:  # noqa: FBT001 - the shape of an effect
    """The copy is free to use; a failed one is taken away again, as PVE does."""
    guest = lab.world.guests.get(str(args["vmid"]))
    if guest is None:
        return
    guest.lock = None
    if not is_good:
        forget_guest(lab, guest)


def _check_storages(call: Call, source: Guest) -> None:
    names = {call.params.get("storage") or value.partition(":")[0] for _, value in data_drives(source)}
    for name in sorted(names):
        call.who.require(f"/storage/{name}", "Datastore.AllocateSpace")
    _check_target(call, names)
    for key, value in source.config.items():
        bridge = re.search(r"bridge=([\w.-]+)", str(value)) if NET.match(key) else None
        if bridge:
            call.who.require(_sdn_path(call, bridge[1]), "SDN.Use")


def _sdn_path(call: Call, bridge: str) -> str:
    zone = call.world.table("vnets").get(bridge, {}).get("zone", "localnetwork")
    return f"/sdn/zones/{zone}/{bridge}"


def _check_target(call: Call, storages: set[str]) -> None:
    target = call.params.get("target", call["node"])
    if target not in call.world.nodes:
        raise ApiError(400, "Parameter verification failed.", {"target": f"no such cluster node '{target}'"})
    for name in sorted(storages):
        if not check_node_allows(call.world, name, target).is_shared and target != call["node"]:
            raise ApiError(500, f"can't clone to non-shared storage '{name}'")


def _copy(call: Call, source: Guest, vmid: int) -> Guest:
    origin = source.config if not call.params.get("snapname") else _kept(source, call.params["snapname"])
    guest = Guest(vmid=vmid, node=call.params.get("target", call["node"]), shadow=source.shadow)
    guest.config = {k: v for k, v in copy.deepcopy(origin).items() if k not in NEVER_COPIED and k[:6] != "unused"}
    guest.config["name"] = call.params.get("name", f"Copy-of-VM-{source.name}")
    for name in ("smbios1", "vmgenid"):
        unique = str(uuid5(NAMESPACE_OID, f"{name}/{vmid}/{call.lab.now}"))
        guest.config[name] = f"uuid={unique}" if name == "smbios1" else unique
    if "description" in call.params:
        guest.config["description"] = call.params["description"]
    _own_parts(guest, call.params.get("storage"))
    return guest


def _kept(source: Guest, name: str) -> Row:
    found = next((s for s in source.snapshots if s.name == name), None)
    if found is None:
        raise ApiError(500, f"snapshot '{name}' does not exist")
    return found.config


def _own_parts(guest: Guest, storage: str | None) -> None:
    """Volumes and hardware addresses of its own; cloud-init keeps its storage, CD-ROMs are shared."""
    for key, value in list(drives(guest)):
        place = storage or value.partition(":")[0]
        rest = value.partition(",")[2]
        if is_cloudinit(value):
            guest.config[key] = f"{place}:vm-{guest.vmid}-cloudinit,{rest or 'media=cdrom'}"
        elif "media=cdrom" not in value:
            guest.config[key] = "none"
            guest.config[key] = f"{new_volume(guest, place)},{rest}"
    for key, value in guest.config.items():
        if NET.match(key):
            mac = new_mac(guest.vmid, key)
            guest.config[key] = re.sub(r"=[0-9A-F]{2}(:[0-9A-F]{2}){5}", f"={mac}", str(value))


def _full(call: Call, guest: Guest) -> str:
    wanted: dict[str, int] = {}
    for _, value in data_drives(guest):
        name = value.partition(":")[0]
        wanted[name] = wanted.get(name, 0) + size_of(value)
    errors = (full_error(call.world, name, guest.node, size) for name, size in wanted.items())
    return next((f"clone failed: {error}" for error in errors if error), "")


def _log(source: Guest, guest: Guest) -> list[str]:
    lines = []
    for key, value in data_drives(guest):
        lines.append(f"create full clone of drive {key} ({str(source.config.get(key, '')).partition(',')[0]})")
        total = size_of(value) / GIB
        steps = (f"transferred {total * n / 100:.1f} GiB of {total:.1f} GiB ({n:.2f}%)" for n in (10, 25, 50, 75, 100))
        lines += steps
    return lines
