"""What the cluster wrote down about itself, looked up call by call against a clock: it reads and changes nothing."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Literal, TypeVar

from iac.errors import Broken, ClusterSilent
from iac.inventory import Affinity, Device, History, Task
from iac.proxmox.access import Access, connect
from iac.proxmox.door import Door
from iac.proxmox.rows import rows, text
from iac.proxmox.told import parse_cpu, parse_devices, parse_groups, parse_held, parse_history, parse_rules, parse_tasks

T = TypeVar("T")

DAY_S = 86400
MOST_TASKS = 200
"""Tasks of one node, and of one answer; a node that fails more often than that in a day is bad enough."""

MOST_HOLDERS = 100
"""Guests whose settings are read to see which devices they hold."""

Window = Literal["hour", "day", "week"]
Processor = tuple[str, frozenset[str] | None]
Place = tuple[str, str, int]
"""Where a guest is: node, kind, VMID."""


class Look:
    """One look through an open door; after its end every further call is ``ClusterSilent``."""

    def __init__(self, door: Door, *, now: float, seconds: float) -> None:
        """``now`` is the time of the look, seconds since the epoch; it may last ``seconds``."""
        self._door, self._now, self._seconds = door, now, seconds
        self._ends_at = asyncio.get_running_loop().time() + seconds

    async def tasks(self, *, only_failed: bool = False) -> tuple[Task, ...]:
        """The tasks of the last day on all nodes that answer, newest first; ``Broken`` where none does.

        ``/cluster/tasks`` holds only the last few of each node, so failures are asked for node by node.
        """
        listed = await self.listed()
        told = rows(await self._get("/nodes"))
        names = [text(row, "node") for row in told if text(row, "status") == "online"]
        found = await some_of(self.failed(name) for name in names)
        faults = [answer for answer in found if isinstance(answer, Broken)]
        if faults and len(faults) == len(found):
            raise faults[0]
        more = [task for answer in found if not isinstance(answer, Broken) for task in answer]
        return self._recent((*listed, *more), only_failed=only_failed)

    async def listed(self) -> tuple[Task, ...]:
        """The last few tasks of every node, with those that still run."""
        return parse_tasks(await self._get("/cluster/tasks"))

    async def failed(self, node: str) -> tuple[Task, ...]:
        """The tasks of one node that failed within the last day."""
        since = int(self._now) - DAY_S
        found = parse_tasks(await self._get(f"/nodes/{node}/tasks", errors=1, since=since, limit=MOST_TASKS))
        return tuple(task for task in found if task.is_failed and task.started_at >= since)

    async def history(self, node: str, window: Window) -> History:
        """How a node has been doing; ``Broken`` where nobody may look, or where there is no such node."""
        return parse_history(node, await self._get(f"/nodes/{node}/rrddata", timeframe=window, cf="AVERAGE"))

    async def affinities(self) -> tuple[Affinity, ...]:
        """What high availability holds together, apart or on certain nodes: rules (PVE 9), else groups (PVE 8)."""
        rules = await self._get_if_any("/cluster/ha/rules")
        if rules is not None:
            return parse_rules(rules)
        groups = await self._get_if_any("/cluster/ha/groups")
        return parse_groups(groups, await self._get_if_any("/cluster/ha/resources")) if groups else ()

    async def processor(self, node: str) -> Processor:
        """Model and generic CPU types of a node."""
        return parse_cpu(await self._get(f"/nodes/{node}/status"))

    async def devices(self, places: Sequence[Place]) -> tuple[Device, ...]:
        """The devices that guests may get, and who has them; ``places`` are those of all guests."""
        mapped = await self._get_if_any("/cluster/mapping/pci")
        nodes = {device.node for device in parse_devices(mapped, {})}
        near = [place for place in places if place[0] in nodes and place[1] == "qemu"]
        return parse_devices(mapped, await self._holders(near))

    async def _holders(self, near: Sequence[Place]) -> dict[tuple[str, str], tuple[int, ...]] | None:
        """Who holds which mapping on which node; None where there are too many guests to look at, or one hides."""
        if len(near) > MOST_HOLDERS:
            return None
        configs = await some_of(self._get(f"/nodes/{node}/qemu/{vmid}/config") for node, _, vmid in near)
        holders: dict[tuple[str, str], tuple[int, ...]] = {}
        for (node, _, vmid), config in zip(near, configs, strict=True):
            if isinstance(config, Broken):
                return None
            for mapping in parse_held(config):
                holders[mapping, node] = (*holders.get((mapping, node), ()), vmid)
        return holders

    def _recent(self, tasks: Iterable[Task], *, only_failed: bool) -> tuple[Task, ...]:
        since = self._now - DAY_S
        wanted = {t for t in tasks if (t.is_running or t.started_at >= since) and (t.is_failed or not only_failed)}
        return tuple(sorted(wanted, key=lambda t: (-t.started_at, t.node, t.kind, t.subject))[:MOST_TASKS])

    async def _get(self, path: str, **params: str | int) -> Any:
        return await self._in_time(path, self._door.get(path, **params))

    async def _get_if_any(self, path: str) -> Any:
        return await self._in_time(path, self._door.get_if_any(path))

    async def _in_time(self, path: str, call: Awaitable[T]) -> T:
        try:
            async with asyncio.timeout_at(self._ends_at):
                return await call
        except TimeoutError:
            raise ClusterSilent(f"GET {path}", f"no answer within {self._seconds:g} s") from None


class ProxmoxRecords:
    """Looks at a Proxmox VE cluster; each look has connections of its own and closes them."""

    def __init__(self, access: Access, *, seconds: float = 3, clock: Callable[[], float] = time.time) -> None:
        """``seconds`` is the wall clock of one look."""
        connect(access, seconds)
        self._access, self._seconds, self._clock = access, seconds, clock

    @asynccontextmanager
    async def look(self) -> AsyncIterator[Look]:
        """Open a door, and close it at the end."""
        door = Door(self._access, seconds=self._seconds)
        try:
            yield Look(door, now=self._clock(), seconds=self._seconds)
        finally:
            door.close()

    async def tasks(self, *, only_failed: bool = False) -> tuple[Task, ...]:
        """The tasks of the last day, newest first."""
        async with self.look() as look:
            return await look.tasks(only_failed=only_failed)

    async def history(self, node: str, window: Window) -> History:
        """How a node has been doing."""
        async with self.look() as look:
            return await look.history(node, window)


async def some_of(calls: Iterable[Awaitable[T]]) -> list[T | Broken]:
    """Each result in order, or the fault in its place: one that fails leaves the others alone."""
    return await asyncio.gather(*(_or_fault(call) for call in calls))


async def _or_fault(call: Awaitable[T]) -> T | Broken:
    try:
        return await call
    except Broken as fault:
        return fault
