"""The reading eye: the whole cluster in one reading, a handful of calls at a time, against one wall clock."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from iac.errors import Broken, ClusterSilent
from iac.inventory import Cluster, Inventory, Node
from iac.proxmox.access import Access, connect
from iac.proxmox.door import Door, all_of
from iac.proxmox.parse import parse_cluster, parse_guests, parse_nodes, parse_pools, parse_version, template_places
from iac.proxmox.places import parse_bridges, parse_storages, parse_vnets
from iac.proxmox.rows import rows, text

_FIRST = ("/cluster/resources", "/cluster/status", "/nodes", "/storage", "/pools", "/version")
_OPTIONAL = ("/cluster/ha/status/current", "/cluster/sdn/vnets", "/cluster/sdn/zones")
"""Not there on old versions, or where SDN is not installed."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Raw answers of one reading, by path; the second round by node, by vnet and by template."""

    first: Mapping[str, Any]
    bridges: Mapping[str, Any]
    subnets: Mapping[str, Any]
    templates: Mapping[int, Any]


class ProxmoxEye:
    """Reads a Proxmox VE cluster. It has no verb that changes."""

    def __init__(self, access: Access, *, seconds: float = 10, clock: Callable[[], float] = time.time) -> None:
        """``seconds`` is the wall clock of one whole reading."""
        connect(access, seconds)  # a malformed address or token is told at once, not at the first reading
        self._access, self._seconds, self._clock = access, seconds, clock

    async def read(self) -> Inventory:
        """Read the whole cluster. ``ClusterSilent`` where it does not answer in time, ``Broken`` where it refuses."""
        read_at = self._clock()
        door = Door(self._access, seconds=self._seconds)
        try:
            async with asyncio.timeout(self._seconds):
                answers = await _answers(door)
        except TimeoutError:
            raise ClusterSilent("reading the cluster", f"no whole answer within {self._seconds:g} s") from None
        finally:
            door.close()
        return inventory_of(answers, read_at)


async def _answers(door: Door) -> Answers:
    found = await all_of([*(door.get(p) for p in _FIRST), *(door.get_if_any(p) for p in _OPTIONAL)])
    first = dict(zip((*_FIRST, *_OPTIONAL), found, strict=True))
    online = [n.name for n in _nodes(first) if n.is_online]
    vnets = [text(row, "vnet") for row in rows(first["/cluster/sdn/vnets"]) if text(row, "vnet")]
    places = [place for place in template_places(first["/cluster/resources"]) if place[0] in online]
    bridges, subnets, templates = await all_of(
        (
            _by({node: door.get(f"/nodes/{node}/network") for node in online}),
            _by({vnet: door.get_if_any(f"/cluster/sdn/vnets/{vnet}/subnets") for vnet in vnets}),
            _by({vmid: door.get_if_any(f"/nodes/{node}/qemu/{vmid}/config") for node, vmid in places}),
        )
    )
    return Answers(first, bridges, subnets, templates)


async def _by(calls: Mapping[Any, Awaitable[Any]]) -> dict[Any, Any]:
    return dict(zip(calls, await all_of(calls.values()), strict=True))


def inventory_of(answers: Answers, read_at: float) -> Inventory:
    """The inventory that these answers tell. ``Broken`` where the token cannot see what decisions need. Pure."""
    first = answers.first
    resources, nodes = first["/cluster/resources"], _nodes(first)
    _check_is_told(nodes)
    cluster, is_quorate = parse_cluster(first["/cluster/status"])
    vnets = parse_vnets(
        first["/cluster/sdn/vnets"], answers.subnets, first["/cluster/sdn/zones"], (n.name for n in nodes)
    )
    bridges = tuple(b for b in parse_bridges(answers.bridges) if b.name not in {v.name for v in vnets})
    return Inventory(
        cluster=cluster,
        version=parse_version(first["/version"]),
        is_quorate=is_quorate,
        nodes=nodes,
        guests=parse_guests(resources, answers.templates),
        storages=parse_storages(resources, first["/storage"]),
        networks=(*bridges, *vnets),
        pools=parse_pools(first["/pools"]),
        read_at=read_at,
    )


def _nodes(first: Mapping[str, Any]) -> tuple[Node, ...]:
    ha = first["/cluster/ha/status/current"]
    return parse_nodes(first["/cluster/resources"], first["/nodes"], first["/cluster/status"], ha)


def _check_is_told(nodes: Sequence[Node]) -> None:
    """PVE hides sizes from a token without Sys.Audit instead of refusing: an empty cluster would be believed."""
    online = [n for n in nodes if n.is_online]
    if online and not any(n.cores and n.memory_bytes for n in online):
        raise Broken("reading the nodes", "403 Permission check failed (/nodes, Sys.Audit)", key="broken.forbidden")


class CachedEye:
    """Another eye, asked again only when its last reading is older than ``max_age_s``; ``read_at`` always tells."""

    def __init__(self, eye: Cluster, *, max_age_s: float, clock: Callable[[], float] = time.time) -> None:
        """For pages and talk; a decision that is acted upon reads afresh."""
        self._eye, self._max_age_s, self._clock = eye, max_age_s, clock
        self._last: Inventory | None = None
        self._lock = asyncio.Lock()

    async def read(self) -> Inventory:
        """The last reading where it is young enough, else a new one; many who wait share it."""
        async with self._lock:
            if self._last is None or self._clock() - self._last.read_at > self._max_age_s:
                self._last = await self._eye.read()
            return self._last
