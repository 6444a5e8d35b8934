"""The sizes that a guest has after "8 cores", "2 GB more", "half the memory". Pure."""

from collections.abc import Mapping
from typing import Any

from agents.rules.flavors import FLAVORS
from iac.inventory import GIB, MIB, Guest
from iac.spec import GuestSpec


def resized_spec(guest: Guest, slots: Mapping[str, Any]) -> GuestSpec:
    """The guest with the sizes of these slots; what was not said stays as it is. Its places stay its own."""
    flavored = FLAVORS.get(str(slots.get("flavor")), {})
    return GuestSpec(
        name=guest.name,
        template="",
        cores=_size(slots, ("cores", "cores_add", "cores_remove"), guest.cores, flavored.get("cores")),
        memory_mb=_size(
            slots,
            ("memory_mb", "memory_add_mb", "memory_remove_mb"),
            guest.memory_bytes // MIB,
            flavored.get("memory_mb"),
        ),
        disk_gb=_size(
            slots, ("disk_gb", "disk_add_gb", "disk_remove_gb"), -(-guest.disk_bytes // GIB), flavored.get("disk_gb")
        ),
    )


def _size(slots: Mapping[str, Any], names: tuple[str, str, str], now: int, flavored: int | None) -> int:
    """One size: said outright, or as more or less of what there is; never below one."""
    whole, more, less = names
    if whole in slots:
        return int(slots[whole])
    return max(1, (flavored or now) + int(slots.get(more, 0) or 0) - int(slots.get(less, 0) or 0))
