"""One reading and everything held on it, sorted by node once: thirty nodes are then asked without looking again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from iac.inventory import Device, Guest, Inventory, Network, Node, NodeSignals, Storage
from iac.placement.values import Claim

Key = TypeVar("Key")
Spot = tuple[str, str]
"""A name and a node: a storage on a node, a device on a node."""


@dataclass(frozen=True, slots=True)
class Load:
    """What runs on one node: virtual cores, memory it may grow to, and each guest's with its VMID, largest first."""

    cores: int = 0
    memory_bytes: int = 0
    guests: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Ground:
    """One reading, by node or by name. ``storages`` are active and hold disks; ``homes`` is where each machine is."""

    inventory: Inventory
    nodes: tuple[Node, ...]
    loads: Mapping[str, Load]
    storages: Mapping[str, tuple[Storage, ...]]
    networks: Mapping[str, tuple[Network, ...]]
    templates: Mapping[str, tuple[Guest, ...]]
    homes: Mapping[str, str]
    devices: Mapping[Spot, Device]
    signals: Mapping[str, NodeSignals]
    online: frozenset[str]


@dataclass(frozen=True, slots=True)
class Held:
    """Room that no reading shows yet, by node and by place; ``guests`` counts the claims on each node.

    ``disk_gb`` is by storage and node, ``all_disk_gb`` by storage alone.
    """

    claims: tuple[Claim, ...]
    memory_mb: Mapping[str, int]
    cores: Mapping[str, int]
    guests: Mapping[str, int]
    disk_gb: Mapping[Spot, int]
    all_disk_gb: Mapping[str, int]
    devices: Mapping[Spot, int]
    homes: Mapping[str, str]

    def plus(self, *more: Claim) -> "Held":
        """The same with more held."""
        return held_of((*self.claims, *more))


def ground_of(inventory: Inventory) -> Ground:
    """Sort a reading."""
    nodes = tuple(sorted(inventory.nodes, key=lambda n: n.name))
    able = sorted((s for s in inventory.storages if s.is_active and s.holds_images), key=lambda s: s.name)
    networks = sorted(inventory.networks, key=lambda n: n.name)
    return Ground(
        inventory=inventory,
        nodes=nodes,
        loads=_loads(inventory),
        storages={n.name: tuple(s for s in able if n.name in s.nodes) for n in nodes},
        networks={n.name: tuple(w for w in networks if n.name in w.nodes) for n in nodes},
        templates=_templates(inventory),
        homes={g.name: g.node for g in sorted(inventory.guests, key=lambda g: -g.vmid) if not g.is_template},
        devices={(d.mapping, d.node): d for d in inventory.devices},
        signals={s.node: s for s in inventory.signals.nodes},
        online=frozenset(n.name for n in inventory.online_nodes),
    )


def _loads(inventory: Inventory) -> Mapping[str, Load]:
    running: dict[str, list[Guest]] = {}
    for guest in inventory.guests:
        if guest.status == "running":
            running.setdefault(guest.node, []).append(guest)
    return {node: _load(guests) for node, guests in running.items()}


def _load(guests: Iterable[Guest]) -> Load:
    sizes = sorted(((g.memory_bytes, g.vmid) for g in guests), reverse=True)
    return Load(sum(g.cores for g in guests), sum(memory for memory, _ in sizes), tuple(sizes))


def _templates(inventory: Inventory) -> Mapping[str, tuple[Guest, ...]]:
    """Every template of a virtual machine by its name and by its number."""
    found: dict[str, list[Guest]] = {}
    for guest in inventory.templates:
        if guest.kind == "qemu":
            found.setdefault(guest.name, []).append(guest)
            found.setdefault(str(guest.vmid), []).append(guest)
    return {name: tuple(guests) for name, guests in found.items()}


def held_of(claims: Iterable[Claim]) -> Held:
    """Sort what is held; the order of the claims means nothing."""
    every = tuple(claims)
    memory, cores, guests = dict[str, int](), dict[str, int](), dict[str, int]()
    disk, whole, devices = dict[Spot, int](), dict[str, int](), dict[Spot, int]()
    for claim in every:
        _add(memory, claim.node, claim.memory_mb)
        _add(cores, claim.node, claim.cores)
        _add(guests, claim.node, 1)
        _add(disk, (claim.storage, claim.node), claim.disk_gb)
        _add(whole, claim.storage, claim.disk_gb)
        for device in claim.devices:
            _add(devices, (device, claim.node), 1)
    homes = {c.guest: c.node for c in every if c.guest}
    return Held(every, memory, cores, guests, disk, whole, devices, homes)


def _add(counts: dict[Key, int], key: Key, more: int) -> None:
    counts[key] = counts.get(key, 0) + more
