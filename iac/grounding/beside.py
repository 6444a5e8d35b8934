"""Wished neighbours and devices: is there such a machine, such a device, such a type of processor? Pure."""

from collections.abc import Collection, Iterator

from iac.grounding.findings import Finding, found, shown
from iac.grounding.nearest import nearest, offered
from iac.inventory import Inventory
from iac.spec import CPU_TYPES, GuestSpec


def beside_findings(spec: GuestSpec, inventory: Inventory, request: Collection[str]) -> Iterator[Finding]:
    """What is wrong with these wishes; ``request`` are the names of all that are asked for at once."""
    standing = {g.name for g in inventory.machines}
    for guest in dict.fromkeys((*spec.near, *spec.apart)):
        if guest not in standing and guest not in request:
            names = nearest(guest, {*standing, *request} - {spec.name})
            key = "ask.neighbour.unknown" if names else "ask.neighbour.none"
            yield found("neighbour", key, names, guest=shown(guest), guests=offered(names))
    for both in sorted({*spec.near} & {*spec.apart}):
        yield found("neighbour", "ask.neighbour.both", name=spec.name, guest=both)
    mapped = {d.mapping for d in inventory.devices}
    for device in dict.fromkeys(spec.devices):
        if device not in mapped:
            names = nearest(device, mapped)
            key = "ask.device.unknown" if names else "ask.device.none"
            yield found("device", key, names, device=shown(device), devices=offered(names))
    if spec.cpu not in CPU_TYPES:
        types = nearest(spec.cpu, CPU_TYPES)
        yield found("cpu", "ask.cpu.unknown", types, cpu=shown(spec.cpu), types=types)
