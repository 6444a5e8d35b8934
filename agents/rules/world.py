"""What a message may refer to: the guests, nodes, clusters and snapshots that exist, and the day it is. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from agents.contracts import Rights, Surroundings
from agents.rules.seen import NOTHING, Seen, seen_in
from iac.inventory import GIB, MIB, Inventory

_CLUSTER_MEMBER = re.compile(r"(?P<cluster>.*(?:k3s|k8s|kube).*?)-(?:cp|master|server|control|w|worker|agent)-?\d+$")
_CONTROL = re.compile(r"-(?:cp|master|server|control)-?\d+$")


@dataclass(frozen=True, slots=True)
class Being:
    """A guest that exists. Memory in MB, disk in GB; ``owner`` and ``expires_on`` where somebody recorded them."""

    vmid: int
    name: str
    node: str
    kind: str
    status: str
    pool: str
    cores: int
    memory_mb: int
    disk_gb: int
    owner: str = ""
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Host:
    """A node: its threads and memory (GB), and whether guests may go there."""

    name: str
    cores: int
    memory_gb: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class K3s:
    """A Kubernetes cluster made of guests."""

    name: str
    control_planes: int
    workers: int


@dataclass(frozen=True, slots=True)
class World:
    """One reading of the cluster as language needs it; all empty where no cluster was looked at."""

    seen: Seen = NOTHING
    beings: tuple[Being, ...] = ()
    hosts: tuple[Host, ...] = ()
    clusters: tuple[K3s, ...] = ()
    free_gb: Mapping[str, float] = field(default_factory=dict)
    bridges: tuple[str, ...] = ()
    vnets: tuple[str, ...] = ()
    snapshots: Mapping[str, tuple[tuple[str, date | None], ...]] = field(default_factory=dict)
    rights: Rights | None = None
    now: datetime | None = None
    environments: tuple[str, ...] = ("dev", "test", "staging", "prod")

    def being(self, name: str) -> Being | None:
        """The guest of that name."""
        return next((b for b in self.beings if b.name == name), None)

    def cluster(self, name: str) -> K3s | None:
        """The Kubernetes cluster of that name."""
        return next((c for c in self.clusters if c.name == name), None)


NOWHERE = World()


def world_of(inventory: Inventory, around: Surroundings, rights: Rights | None, now: datetime) -> World:
    """The world of one turn, from a reading of the cluster and what it does not hold."""
    beings = tuple(
        Being(
            g.vmid, g.name, g.node, g.kind, g.status, g.pool or "", g.cores, g.memory_bytes // MIB,
            -(-g.disk_bytes // GIB), around.owners.get(g.name, ""), around.expiries.get(g.name),
        )
        for g in inventory.machines
    )  # fmt: skip
    hosts = [
        Host(n.name, n.cores, round(n.memory_bytes / GIB), n.is_online and not n.is_in_maintenance)
        for n in inventory.nodes
    ]
    return World(
        seen=seen_in(inventory),
        beings=beings,
        hosts=tuple(hosts),
        clusters=_clusters(beings),
        free_gb={s.name: s.free_bytes / GIB for s in inventory.storages},
        bridges=tuple(n.name for n in inventory.networks if n.kind == "bridge"),
        vnets=tuple(n.name for n in inventory.networks if n.kind == "vnet"),
        snapshots={guest: tuple((s.name, s.taken_on) for s in taken) for guest, taken in around.snapshots.items()},
        rights=rights,
        now=now,
    )


def _clusters(beings: tuple[Being, ...]) -> tuple[K3s, ...]:
    """Guests named as members ("k3s-dev-w1") make a cluster."""
    members: dict[str, list[str]] = {}
    for being in beings:
        if match := _CLUSTER_MEMBER.fullmatch(being.name):
            members.setdefault(match["cluster"], []).append(being.name)
    return tuple(
        K3s(name, controls := sum(bool(_CONTROL.search(n)) for n in names), len(names) - controls)
        for name, names in members.items()
    )
