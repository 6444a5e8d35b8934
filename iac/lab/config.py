"""The configuration of a virtual machine: JSON types as PVE sends them, and what waits for a power cycle."""

import hashlib
import json
import re

from iac.lab.disks import DISK, NET, is_cloudinit, stored_card, stored_drive, volume_of
from iac.lab.world import ApiError, Guest, Row

WHOLE = frozenset(
    [
        "acpi",
        "allow-ksm",
        "autostart",
        "balloon",
        "ciupgrade",
        "cores",
        "cpuunits",
        "freeze",
        "keephugepages",
        "kvm",
        "localtime",
        "migrate_speed",
        "numa",
        "onboot",
        "protection",
        "reboot",
        "shares",
        "smp",
        "sockets",
        "tablet",
        "tdf",
        "template",
        "vcpus",
    ],
)
FRACTION = frozenset({"cpulimit", "migrate_downtime"})
# What steers the call and is never stored.
STEERING = frozenset(
    [
        "digest",
        "skiplock",
        "background_delay",
        "force",
        "revert",
        "vmid",
        "node",
        "pool",
        "archive",
        "delete",
        "start",
        "storage",
    ]
)
STEERING |= {"unique", "bwlimit", "live-restore", "ha-managed", "import-working-storage"}
# Takes effect on a running guest at once; everything else waits for the next power cycle.
AT_ONCE = re.compile(
    r"^(name|description|onboot|protection|shares|startup|tags|hookscript|lock|vmstatestorage|migrate_\w+|balloon"
    r"|cpuunits|cpulimit|hotplug|ciuser|cipassword|citype|cicustom|ciupgrade|sshkeys|nameserver|searchdomain"
    r"|ipconfig\d+|(scsi|virtio|sata|ide|net|usb|unused)\d+)$",
)


def typed(config: Row) -> Row:
    """The configuration with the JSON types that clients insist on: whole numbers are numbers, ``memory`` is text."""
    return {key: _typed(key, value) for key, value in config.items()}


def _typed(key: str, value: object) -> object:
    if key in WHOLE:
        return int(str(value))
    return float(str(value)) if key in FRACTION else str(value)


def shown(guest: Guest) -> Row:
    """What ``GET config`` shows: what waits is laid over what is."""
    merged = {key: value for key, value in (guest.config | guest.pending).items() if value is not None}
    return typed(merged)


def digest(value: object) -> str:
    """PVE's digest of a configuration: it changes whenever the configuration does."""
    return hashlib.sha1(json.dumps(value, sort_keys=True).encode(), usedforsecurity=False).hexdigest()


def update(guest: Guest, params: Row) -> None:
    """Carry out one ``PUT config``: at once where the guest is off or the change can be plugged in, else later."""
    for key in filter(None, re.split(r"[,; ]", str(params.get("delete", "")))):
        _delete(guest, key)
    for key in filter(None, re.split(r"[,; ]", str(params.get("revert", "")))):
        guest.pending.pop(key, None)
    for key, value in params.items():
        if key not in STEERING:
            _set(guest, key, _stored(guest, key, value))


def apply_pending(guest: Guest) -> None:
    """What a power cycle does: what waited becomes what is."""
    for key, value in guest.pending.items():
        if value is None:
            guest.config.pop(key, None)
        else:
            guest.config[key] = value
    guest.pending.clear()


def pending_rows(guest: Guest) -> list[Row]:
    """``GET pending``: each key with its value, what waits for it, and whether it is to go."""
    now, rows = typed(guest.config), []
    for key in sorted({*now, *guest.pending}):
        row: Row = {"key": key} | ({"value": now[key]} if key in now else {})
        if key in guest.pending:
            waits = guest.pending[key]
            row |= {"delete": 1} if waits is None else {"pending": _typed(key, waits)}
        rows.append(row)
    return rows


def check_digest(guest: Guest, given: str | None) -> None:
    """Refuse a change that was made from an older reading."""
    if given and given != digest(shown(guest)):
        raise ApiError(500, "checksum mismatch (file change by other user?)")


def _stored(guest: Guest, key: str, value: str) -> str:
    if DISK.match(key):
        return stored_drive(guest, value)
    if NET.match(key):
        return stored_card(guest.vmid, key, value)
    return ";".join(sorted(set(filter(None, re.split(r"[,; ]", value))))) if key == "tags" else value


def _set(guest: Guest, key: str, value: str) -> None:
    if not guest.is_running or _is_plugged_at_once(guest, key):
        guest.pending.pop(key, None)
        _keep_replaced_volume(guest, key, value)
        guest.config[key] = value
    elif key in guest.config and str(guest.config[key]) == value:
        guest.pending.pop(key, None)
    else:
        guest.pending[key] = value


def _is_plugged_at_once(guest: Guest, key: str) -> bool:
    hotplug = str(guest.config.get("hotplug", "network,disk,usb"))
    has_numa = bool(int(guest.config.get("numa", 0)))
    return bool(AT_ONCE.match(key)) or (key == "memory" and "memory" in hotplug and has_numa)


def _delete(guest: Guest, key: str) -> None:
    if key not in guest.config:
        guest.pending.pop(key, None)
    elif guest.is_running and not _is_plugged_at_once(guest, key):
        guest.pending[key] = None
    else:
        guest.pending.pop(key, None)
        _keep_volume(guest, key, str(guest.config.pop(key)))


def _keep_replaced_volume(guest: Guest, key: str, value: str) -> None:
    old = str(guest.config.get(key, ""))
    if old and DISK.match(key) and volume_of(old) != volume_of(value):
        _keep_volume(guest, key, old)


def _keep_volume(guest: Guest, key: str, value: str) -> None:
    """A drive that is taken away leaves its volume as unused; CD-ROMs and cloud-init leave nothing."""
    if not DISK.match(key) or "media=cdrom" in value or is_cloudinit(value) or ":" not in volume_of(value):
        return
    number = next(n for n in range(256) if f"unused{n}" not in guest.config)
    guest.config[f"unused{number}"] = volume_of(value)
