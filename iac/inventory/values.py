"""One reading of the cluster, as values.

All sizes are bytes, all loads fractions of 1, all times seconds since the epoch (UTC).
"""

from dataclasses import dataclass
from typing import Literal

from iac.inventory.affinity import Affinity
from iac.inventory.devices import Device
from iac.inventory.signals import NO_SIGNALS, Signals

MIB = 1024**2
GIB = 1024**3

FILL_LIMIT = 0.90
"""A storage is full at this fraction: thin pools and Ceph slow down or stop well before their last byte."""

HOST_RESERVE_BYTES = GIB
HOST_RESERVE_SHARE = 0.05
"""What stays with a node's own system: the larger of 1 GiB and 5 % of its memory."""


@dataclass(frozen=True, slots=True)
class Node:
    """A physical member of the cluster. ``cpu_load`` is used CPU as a fraction of all its threads.

    ``cpu_types`` are the generic types ("x86-64-v3") its processor can give; None where nobody could look.
    """

    name: str
    is_online: bool
    cores: int
    cpu_load: float
    memory_bytes: int
    memory_used_bytes: int
    uptime_s: int = 0
    is_in_maintenance: bool = False
    cpu_model: str = ""
    cpu_types: frozenset[str] | None = None

    @property
    def memory_for_guests_bytes(self) -> int:
        """All its memory, less what stays with the node's own system."""
        return max(0, self.memory_bytes - max(HOST_RESERVE_BYTES, int(self.memory_bytes * HOST_RESERVE_SHARE)))


@dataclass(frozen=True, slots=True)
class Guest:
    """A virtual machine or container, template or not, as ``/cluster/resources`` shows it.

    ``storages`` are those that hold its disks; read for templates only, empty where nobody looked.
    """

    vmid: int
    name: str
    node: str
    kind: Literal["qemu", "lxc"]
    status: str
    is_template: bool
    cores: int
    memory_bytes: int
    disk_bytes: int
    tags: tuple[str, ...] = ()
    pool: str | None = None
    ha_state: str | None = None
    lock: str | None = None
    storages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Storage:
    """A storage as seen by the nodes in ``nodes``; a shared one appears once, a local one once a node."""

    name: str
    kind: str
    is_shared: bool
    content: frozenset[str]
    total_bytes: int
    used_bytes: int
    nodes: tuple[str, ...]
    is_active: bool = True

    @property
    def free_bytes(self) -> int:
        """What is left, never below zero."""
        return max(0, self.total_bytes - self.used_bytes)

    @property
    def room_bytes(self) -> int:
        """What may still be filled: up to ``FILL_LIMIT``, never below zero."""
        return max(0, int(self.total_bytes * FILL_LIMIT) - self.used_bytes)

    @property
    def holds_images(self) -> bool:
        """Whether the disks of virtual machines may lie on it."""
        return "images" in self.content


@dataclass(frozen=True, slots=True)
class Network:
    """A Linux bridge or an SDN vnet that a guest can be plugged into; ``nodes`` are those that have it."""

    name: str
    kind: Literal["bridge", "vnet"]
    nodes: tuple[str, ...]
    cidr: str | None = None
    gateway: str | None = None


@dataclass(frozen=True, slots=True)
class Inventory:
    """Everything a decision may look at, read at ``read_at``.

    The last three are read apart and may be missing, which ``signals.missing`` says: what HA holds together or
    apart, the devices of the nodes that a guest may get, and how the nodes have been doing.
    """

    cluster: str
    version: str
    is_quorate: bool
    nodes: tuple[Node, ...]
    guests: tuple[Guest, ...]
    storages: tuple[Storage, ...]
    networks: tuple[Network, ...]
    pools: tuple[str, ...]
    read_at: float
    affinities: tuple[Affinity, ...] = ()
    devices: tuple[Device, ...] = ()
    signals: Signals = NO_SIGNALS

    @property
    def templates(self) -> tuple[Guest, ...]:
        """The guests that can be cloned, by name."""
        return tuple(sorted((g for g in self.guests if g.is_template), key=lambda g: (g.name, g.vmid)))

    @property
    def machines(self) -> tuple[Guest, ...]:
        """The guests that are not templates, by VMID."""
        return tuple(sorted((g for g in self.guests if not g.is_template), key=lambda g: g.vmid))

    @property
    def online_nodes(self) -> tuple[Node, ...]:
        """The nodes that take part in the cluster now."""
        return tuple(n for n in self.nodes if n.is_online)

    def node(self, name: str) -> Node | None:
        """The node of that name, or None."""
        return next((n for n in self.nodes if n.name == name), None)

    def guest(self, name_or_vmid: str | int) -> Guest | None:
        """The guest with that VMID or name (templates included), or None."""
        wanted = str(name_or_vmid)
        return next((g for g in self.guests if wanted in (str(g.vmid), g.name)), None)
