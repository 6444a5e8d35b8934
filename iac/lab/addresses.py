"""Which address a guest gets: the one written into it, else one the network hands out."""

import re

from iac.lab.world import Guest

STATIC = re.compile(r"(?:^|,)ip=(\d+\.\d+\.\d+\.\d+)")
# Half-way up the vnet: far from the addresses that people give out by hand.
FIRST_THIRD, SPREAD = 128, 250


def address_of(guest: Guest) -> str:
    """The IPv4 address of a guest with power; without a static one, the same one each time for the same VMID."""
    static = STATIC.search(str(guest.config.get("ipconfig0" if guest.kind == "qemu" else "net0", "")))
    if static:
        return static[1]
    return f"192.168.{FIRST_THIRD + guest.vmid // SPREAD % 100}.{guest.vmid % SPREAD + 2}"


def prefix_of(guest: Guest) -> int:
    """The prefix length that goes with the address; the vnet's own where none is written."""
    found = re.search(r"ip=[\d.]+/(\d+)", str(guest.config.get("ipconfig0", "")))
    return int(found[1]) if found else 16
