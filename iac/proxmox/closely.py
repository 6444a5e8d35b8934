"""A close look at single guests: snapshots, protection, what holds them to their node. It has no verb that changes."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from iac.acts.reading import Kept, Seen
from iac.errors import ClusterSilent
from iac.inventory import Guest
from iac.proxmox.access import Access
from iac.proxmox.door import Door, UnknownPath, all_of
from iac.proxmox.parse import parse_disk_storages, parse_guests
from iac.proxmox.rows import flag, number, rows, text

NOW = "current"
"""Proxmox VE's pseudo snapshot: the present."""
DEVICES = ("hostpci", "usb")


@dataclass(frozen=True, slots=True)
class Closely:
    """Looks at guests by number; ``seconds`` is the wall clock of one whole look."""

    access: Access
    seconds: float = 10

    async def look(self, vmids: Iterable[int]) -> Mapping[int, Seen]:
        """Those of them that are there, as they are now. ``ClusterSilent``, or ``Broken`` where it refuses."""
        door = Door(self.access, seconds=self.seconds)
        try:
            async with asyncio.timeout(self.seconds):
                return await look_at(door, frozenset(vmids))
        except TimeoutError:
            raise ClusterSilent("looking at guests", f"no whole answer within {self.seconds:g} s") from None
        finally:
            door.close()


async def look_at(door: Door, vmids: frozenset[int]) -> Mapping[int, Seen]:
    """The same through a door that is open."""
    if not vmids:
        return {}
    listed = parse_guests(await door.get("/cluster/resources", type="vm"), {})
    found = await all_of(_seen(door, guest) for guest in listed if guest.vmid in vmids)
    return {seen.guest.vmid: seen for seen in found}


async def _seen(door: Door, guest: Guest) -> Seen:
    path = f"/nodes/{guest.node}/{guest.kind}/{guest.vmid}"
    state = await door.get(f"{path}/status/current")
    config = await door.get(f"{path}/config")
    try:
        kept = [] if guest.is_template else await door.get(f"{path}/snapshot")
    except UnknownPath:
        kept = []
    return seen_of(guest, state, config, kept)


def seen_of(guest: Guest, state: Any, config: Any, kept: Any) -> Seen:
    """What these answers tell; the guest's own state is newer than the row of the cluster. Pure."""
    now = state if isinstance(state, Mapping) else {}
    told = config if isinstance(config, Mapping) else {}
    lock = text(now, "lock") or text(told, "lock") or None
    return Seen(
        guest=replace(guest, status=text(now, "status") or guest.status, lock=lock),
        is_protected=flag(told, "protection") is True,
        snapshots=tuple(_kept(row) for row in rows(kept) if text(row, "name") not in ("", NOW)),
        storages=_storages(guest, told),
        devices=tuple(sorted(str(key) for key in told if str(key).rstrip("0123456789") in DEVICES)),
    )


def _storages(guest: Guest, config: Mapping[str, Any]) -> tuple[str, ...]:
    """The storages of its disks; a container calls them ``rootfs`` and ``mp0``."""
    if guest.kind == "qemu":
        return parse_disk_storages(config)
    volumes = [str(value) for key, value in config.items() if key.rstrip("0123456789") in ("rootfs", "mp")]
    return tuple(sorted({volume.partition(":")[0] for volume in volumes if ":" in volume}))


def _kept(row: Mapping[str, Any]) -> Kept:
    has_memory = flag(row, "vmstate") is True
    return Kept(text(row, "name"), text(row, "description").strip(), number(row, "snaptime"), has_memory)
