"""The eye with what is read apart: high availability, devices, processors, and how the nodes have been doing.

None of it is worth a failed reading: each part fails alone, is said, and counts neither for nor against a node.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from iac.errors import Broken, Sentence, say
from iac.inventory import Affinity, Cluster, Device, History, Inventory, Node, Signals, Task
from iac.inventory.signals import signals_of
from iac.proxmox.records import Look, Place, Processor, ProxmoxRecords, Window, some_of

T = TypeVar("T")

MAX_AGE_S = 60.0
"""How the nodes do changes slowly, and a plan should not wait for it each time."""

SLOW_AGE_S = 600.0
"""A processor is changed with the power off."""

MOST_NODES = 32
"""Nodes whose history is read; of a larger cluster the others count as not measured, and that is said."""


class Shelf:
    """Results by name, used again while they are young enough and asked for the same thing."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """``clock`` gives seconds."""
        self._clock = clock
        self._kept: dict[str, tuple[Any, float, Any]] = {}

    async def get(self, name: str, key: Any, age_s: float, read: Callable[[], Awaitable[T]]) -> T:
        """The kept result of that name, or a new one; what was read first counts from before it was read."""
        last = self._kept.get(name)
        now = self._clock()
        if last is None or last[0] != key or now - last[1] > age_s:
            last = self._kept[name] = key, now, await read()
        found: T = last[2]
        return found


@dataclass(slots=True)
class Watch:
    """What is read apart, kept for as long as it is true enough; shared by every eye of a process."""

    records: ProxmoxRecords
    clock: Callable[[], float] = time.time
    shelf: Shelf = field(init=False)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        """An empty shelf with the same clock."""
        self.shelf = Shelf(self.clock)


class WatchingEye:
    """A ``Cluster`` whose inventory also tells what is read apart, and a ``Records`` for whoever looks closer."""

    def __init__(self, eye: Cluster, watch: Watch) -> None:
        """``eye`` reads the inventory, ``watch`` the rest."""
        self._eye, self._watch = eye, watch

    async def read(self) -> Inventory:
        """The inventory; its reading may fail as the eye's does, what is read apart never fails it."""
        inventory = await self._eye.read()
        async with self._watch.lock:  # who comes meanwhile waits, and finds it on the shelf
            return await self._with_more(inventory)

    async def tasks(self, *, only_failed: bool = False) -> tuple[Task, ...]:
        """The tasks of the last day; ``Broken`` where nobody may look."""
        return await self._watch.records.tasks(only_failed=only_failed)

    async def history(self, node: str, window: Window) -> History:
        """How a node has been doing; ``Broken`` where nobody may look."""
        return await self._watch.records.history(node, window)

    async def _with_more(self, inventory: Inventory) -> Inventory:
        online = tuple(sorted(n.name for n in inventory.online_nodes))
        names, places = online[:MOST_NODES], _places(inventory, online)
        shelf = self._watch.shelf
        async with self._watch.records.look() as look:
            signals, affinities, devices, processors = await asyncio.gather(
                shelf.get("signals", online, MAX_AGE_S, lambda: _signals(look, names)),
                shelf.get("affinities", None, MAX_AGE_S, lambda: _or_said("affinities", look.affinities())),
                shelf.get("devices", places, MAX_AGE_S, lambda: _or_said("devices", look.devices(places))),
                shelf.get("processors", online, SLOW_AGE_S, lambda: _processors(look, names)),
            )
        left_out = (say("place.signal_left_out", most=MOST_NODES),) if len(online) > MOST_NODES else ()
        said = tuple(part for part in (affinities, devices) if isinstance(part, Sentence))
        rules: tuple[Affinity, ...] = () if isinstance(affinities, Sentence) else affinities
        mapped: tuple[Device, ...] = () if isinstance(devices, Sentence) else devices
        return replace(
            inventory,
            nodes=tuple(_with_processor(node, processors) for node in inventory.nodes),
            affinities=rules,
            devices=mapped,
            signals=replace(signals, missing=(*signals.missing, *said, *left_out)),
        )


def _places(inventory: Inventory, online: Sequence[str]) -> tuple[Place, ...]:
    return tuple(sorted((g.node, g.kind, g.vmid) for g in inventory.guests if g.node in online))


async def _signals(look: Look, names: Sequence[str]) -> Signals:
    """The signals of these nodes; what fails on one node is missing there, and said once for all."""
    hours, weeks, failed, (listed,) = await asyncio.gather(
        some_of(look.history(name, "hour") for name in names),
        some_of(look.history(name, "week") for name in names),
        some_of(look.failed(name) for name in names),
        some_of([look.listed()]),
    )
    parts: Mapping[str, Sequence[Any]] = {"load": (*hours, *weeks), "failures": failed, "work": (listed,)}
    faults = {name: next((a for a in answers if isinstance(a, Broken)), None) for name, answers in parts.items()}
    nodes = [
        signals_of(name, _known(hour), _known(week), _known(errors), _known(listed))
        for name, hour, week, errors in zip(names, hours, weeks, failed, strict=True)
    ]
    return Signals(tuple(nodes), tuple(unread(name, fault) for name, fault in faults.items() if fault is not None))


async def _processors(look: Look, names: Sequence[str]) -> Mapping[str, Processor]:
    answers = await some_of(look.processor(name) for name in names)
    return {name: answer for name, answer in zip(names, answers, strict=True) if not isinstance(answer, Broken)}


async def _or_said(part: str, call: Awaitable[T]) -> T | Sentence:
    try:
        return await call
    except Broken as fault:
        return unread(part, fault)


def _with_processor(node: Node, processors: Mapping[str, Processor]) -> Node:
    model, types = processors.get(node.name, ("", None))
    return replace(node, cpu_model=model, cpu_types=types)


def _known(answer: T | Broken) -> T | None:
    return None if isinstance(answer, Broken) else answer


def unread(part: str, fault: Broken) -> Sentence:
    """Which part could not be read, and why, in few words: the missing right where PVE names one."""
    named = re.search(r"Permission check failed \(([^,()]+), ([^()]+)\)", fault.why)
    return say(f"place.signal_unread.{part}", why=f"{named[2]} ({named[1]})" if named else fault.why)
