"""Volumes and network cards as PVE stores them, which is not how they are sent (facts: "What PVE stores differs")."""

import re
from collections.abc import Iterator

from iac.lab.world import GIB, Guest, World

UNITS = {"K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}
DISK = re.compile(r"^(scsi|virtio|sata|ide|efidisk|tpmstate)\d+$|^rootfs$|^mp\d+$")
NET = re.compile(r"^net\d+$")
MAC = re.compile(r"[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}")
SIZE = re.compile(r"size=(\d+)([KMGT]?)")
CLOUDINIT_SIZE = 4 * 2**20


def in_units(size: int) -> str:
    """A size in bytes as PVE writes it: 10737418240 is 10G."""
    for unit in "TGMK":
        if size >= UNITS[unit] and size % UNITS[unit] == 0:
            return f"{size // UNITS[unit]}{unit}"
    return str(size)


def size_of(value: object) -> int:
    """The size in bytes inside a drive's text; 0 where it says none."""
    found = SIZE.search(str(value))
    return int(found[1]) * UNITS.get(found[2], 1) if found else 0


def parsed_size(text: str) -> int:
    """A size as ``resize`` takes it, without its sign: 20G or a number of bytes."""
    found = re.fullmatch(r"(\d+)(?:\.\d+)?([KMGT]?)", text.lstrip("+"))
    return int(found[1]) * UNITS.get(found[2], 1) if found else -1


def volume_of(value: object) -> str:
    """The volume id of a drive's text."""
    return str(value).split(",", maxsplit=1)[0]


def drives(guest: Guest) -> Iterator[tuple[str, str]]:
    """Each drive that has a volume: its key and its text; unused volumes included."""
    for key, value in guest.config.items():
        if (DISK.match(key) or key.startswith("unused")) and ":" in volume_of(value):
            yield key, str(value)


def is_cloudinit(value: object) -> bool:
    """Whether a drive is the small one that carries the cloud-init data."""
    return "cloudinit" in volume_of(value)


def data_drives(guest: Guest) -> Iterator[tuple[str, str]]:
    """The drives that hold a guest's own data: no CD-ROM, no cloud-init."""
    for key, value in drives(guest):
        if "media=cdrom" not in value and not is_cloudinit(value):
            yield key, value


def boot_size(guest: Guest) -> int:
    """The size of the first disk in bytes, which is PVE's ``maxdisk``."""
    order = re.search(r"order=(\w+)", str(guest.config.get("boot", "")))
    first = guest.config.get(order[1]) if order else guest.config.get("rootfs")
    return size_of(first) or max((size_of(value) for _, value in data_drives(guest)), default=0)


def used_by_guests(world: World, storage: str, node: str | None) -> int:
    """Bytes that the guests' volumes take of a storage; ``node`` narrows a local one."""
    guests = (g for g in world.guests.values() if node is None or g.node == node)
    return sum(
        size_of(value) or CLOUDINIT_SIZE
        for guest in guests
        for _, value in drives(guest)
        if value.startswith(storage + ":")
    )


def new_volume(guest: Guest, storage: str) -> str:
    """The next free volume id of a guest, as the storage plugins number them: the lowest that is free."""
    taken = {volume_of(value) for _, value in drives(guest)}
    taken |= {volume_of(value) for kept in guest.snapshots for value in kept.config.values()}
    number = 0
    while (name := f"{storage}:vm-{guest.vmid}-disk-{number}") in taken:
        number += 1
    return name


def stored_drive(guest: Guest, text: str) -> str:
    """``file=local-lvm:20,ssd=1`` as it reads back: a volume id first, ``size`` in units, no ``file=``."""
    volume, rest = _split(text)
    storage, _, name = volume.partition(":")
    if name == "cloudinit":
        return ",".join([f"{storage}:vm-{guest.vmid}-cloudinit", *(rest or ["media=cdrom"])])
    if re.fullmatch(r"\d+(\.\d+)?", name):
        return ",".join([new_volume(guest, storage), *rest, f"size={in_units(int(float(name) * GIB))}"])
    if not any(part.startswith("size=") for part in rest):
        old = next((value for _, value in drives(guest) if volume_of(value) == volume), "")
        rest += [f"size={in_units(size_of(old))}"] if size_of(old) else []
    return ",".join([volume, *rest])


def _split(text: str) -> tuple[str, list[str]]:
    volume, rest = "none", []
    for position, part in enumerate(filter(None, text.split(","))):
        name, _, value = part.partition("=")
        if name == "file" or (position == 0 and not value):
            volume = value or part
        elif name == "size":
            rest.append("size=" + (in_units(int(value)) if value.isdigit() else value))
        elif name not in ("import-from", "format"):
            rest.append(part)
    return volume, rest


def stored_card(vmid: int, key: str, text: str) -> str:
    """``model=virtio,bridge=vmbr0`` as it reads back: ``virtio=<MAC>,bridge=vmbr0``."""
    parts = dict(part.partition("=")[::2] for part in text.split(","))
    if "model" in parts:
        model, mac = parts.pop("model"), parts.pop("macaddr", "")
    else:
        model = next(iter(parts))
        mac = parts.pop(model)
    rest = (f"{name}={value}" for name, value in sorted(parts.items()))
    return ",".join([f"{model}={mac or new_mac(vmid, key)}", *rest])


def new_mac(vmid: int, key: str) -> str:
    """A hardware address in Proxmox's own range, the same for the same guest and card."""
    number = vmid * 32 + int(key[3:])
    return f"BC:24:11:{number >> 16 & 255:02X}:{number >> 8 & 255:02X}:{number & 255:02X}"
