"""Which changes a running guest takes up only at its next restart. Pure."""

from collections.abc import Mapping
from typing import Any

from iac.plan.flat import UNKNOWN, flatten

AT_RESTART = (
    "acpi",
    "agent",
    "audio_device",
    "bios",
    "boot_order",
    "cpu",
    "efi_disk",
    "initialization",
    "keyboard_layout",
    "kvm_arguments",
    "machine",
    "memory",
    "numa",
    "operating_system",
    "scsi_hardware",
    "serial_device",
    "tablet_device",
    "vga",
)
"""Blocks that the provider restarts a guest for; our modules forbid it to (``reboot_after_update = false``)."""


def needs_restart(before: Mapping[str, Any], after: Mapping[str, Any], unknown: Any = None) -> tuple[str, ...]:
    """Paths that change and wait for a restart; none where the guest is stopped, because it starts with them."""
    if before.get("started") is False:
        return ()
    now, then = flatten(before), flatten(after, unknown)
    changed = {path for path in now.keys() | then.keys() if now.get(path) != then.get(path)}
    return tuple(sorted(path for path in changed if _block(path) in AT_RESTART and then.get(path) is not UNKNOWN))


def _block(path: str) -> str:
    return path.partition(".")[0].partition("[")[0]
