"""Values that say nothing to a person, because they are what the provider writes by itself. Pure.

An attribute is never hidden for its name alone: one that has another value than the one here is shown.
"""

from collections.abc import Mapping
from typing import Any

from iac.plan.flat import is_empty

VM = "proxmox_virtual_environment_vm"

DEFAULTS: Mapping[str, tuple[Any, ...]] = {
    "acpi": (True,),
    "agent.timeout": ("15m",),
    "agent.trim": (False,),
    "agent.type": ("virtio",),
    "agent.wait_for_ip.ipv4": (False,),
    "agent.wait_for_ip.ipv6": (False,),
    "bios": ("seabios",),
    "clone.retries": (1,),
    "cpu.hotplugged": (0,),
    "cpu.limit": (0,),
    "cpu.numa": (False,),
    "cpu.sockets": (1,),
    "cpu.units": (1024,),
    "delete_unreferenced_disks_on_destroy": (True,),
    "disk.aio": ("io_uring",),
    "disk.backup": (True,),
    "disk.cache": ("none",),
    "disk.discard": ("ignore",),
    "disk.iothread": (False,),
    "disk.queues": (0,),
    "disk.replicate": (True,),
    "disk.ssd": (False,),
    "initialization.upgrade": (False, True),
    "keyboard_layout": ("en-us",),
    "memory.floating": (0,),
    "memory.keep_hugepages": (False,),
    "memory.shared": (0,),
    "migrate": (False,),
    "network_device.disconnected": (False,),
    "network_device.enabled": (True,),
    "network_device.firewall": (False,),
    "network_device.model": ("virtio",),
    "network_device.mtu": (0,),
    "network_device.queues": (0,),
    "network_device.rate_limit": (0,),
    "network_device.vlan_id": (0,),
    "protection": (False,),
    "purge_on_destroy": (True,),
    "reboot": (False,),
    "scsi_hardware": ("virtio-scsi-pci",),
    "tablet_device": (True,),
    "template": (False,),
    "timeout_clone": (1800,),
    "timeout_create": (1800,),
    "timeout_migrate": (1800,),
    "timeout_move_disk": (1800,),
    "timeout_reboot": (1800,),
    "timeout_shutdown_vm": (1800,),
    "timeout_start_vm": (1800,),
    "timeout_stop_vm": (300,),
}


def is_quiet(kind: str, path: str, value: Any) -> bool:
    """Whether it is empty, or exactly what the provider writes by itself."""
    if is_empty(value):
        return True
    return kind == VM and any(value == default and type(value) is type(default) for default in DEFAULTS.get(path, ()))
