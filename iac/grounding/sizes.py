"""Sizes: positive, within the operator's limits, within the largest node, and no smaller than the template. Pure."""

import math
from collections.abc import Iterator

from iac.grounding.findings import Finding, found
from iac.inventory import GIB, MIB, Guest, Inventory
from iac.spec import GuestSpec, Limits


def size_findings(spec: GuestSpec, inventory: Inventory, limits: Limits) -> Iterator[Finding]:
    """What is wrong with cores and memory."""
    yield from _cores(spec.cores, inventory, limits)
    yield from _memory(spec.memory_mb, inventory, limits)


def _cores(cores: int, inventory: Inventory, limits: Limits) -> Iterator[Finding]:
    largest = max(inventory.online_nodes, key=lambda n: (n.cores, n.name), default=None)
    most = min(limits.max_cores, largest.cores if largest else limits.max_cores)
    if cores < 1:
        yield found("cores", "ask.cores.not_positive", ("1", "2"), cores=cores)
    elif largest is not None and cores > largest.cores:
        yield found("cores", "ask.cores.over_nodes", (str(most),), cores=cores, node=largest.name, most=largest.cores)
    elif cores > limits.max_cores:
        yield found("cores", "ask.cores.over_limit", (str(most),), cores=cores, most=limits.max_cores)


def _memory(memory_mb: int, inventory: Inventory, limits: Limits) -> Iterator[Finding]:
    largest = max(inventory.online_nodes, key=lambda n: (n.memory_for_guests_bytes, n.name), default=None)
    room_mb = largest.memory_for_guests_bytes // MIB if largest else limits.max_memory_mb
    most = f"{min(limits.max_memory_mb, room_mb) // 1024} GB"
    asked = _gb(memory_mb)
    if memory_mb < 1:
        yield found("memory", "ask.memory.not_positive", ("1 GB", "2 GB"), memory_gb=asked)
    elif largest is not None and memory_mb > room_mb:
        values = {"memory_gb": asked, "most_gb": _gb(room_mb)}
        yield found("memory", "ask.memory.over_nodes", (most,), node=largest.name, **values)
    elif memory_mb > limits.max_memory_mb:
        yield found("memory", "ask.memory.over_limit", (most,), memory_gb=asked, most_gb=_gb(limits.max_memory_mb))


def disk_findings(spec: GuestSpec, limits: Limits, *, template: Guest | None, now: Guest | None) -> Iterator[Finding]:
    """What is wrong with the size of the first disk: it grows while it is cloned or later, and never shrinks.

    ``now`` is the guest as it is where an existing one is changed; then its template no longer matters.
    """
    source = now or template
    least = math.ceil(source.disk_bytes / GIB) if source else 1
    if spec.disk_gb < 1:
        yield found("disk", "ask.disk.not_positive", (f"{max(least, 1)} GB",), disk_gb=spec.disk_gb)
    elif spec.disk_gb > limits.max_disk_gb:
        most = limits.max_disk_gb
        yield found("disk", "ask.disk.over_limit", (f"{most} GB",), disk_gb=spec.disk_gb, most_gb=most)
    elif source and spec.disk_gb < least:
        key = "ask.disk.shrinks" if now else "ask.disk.below_template"
        yield found("disk", key, (f"{least} GB",), disk_gb=spec.disk_gb, least_gb=least, source=source.name)


def _gb(memory_mb: int) -> float:
    return round(memory_mb / 1024, 1)
