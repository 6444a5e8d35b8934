"""Answers about the past of the cluster to values: tasks, histories, high availability, devices. Pure.

A strange row is read as far as it goes, never an error: the schema gives these fields no names.
"""

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from iac.inventory import Affinity, Device, History, Sample, Task
from iac.proxmox.rows import Row, flag, number, rows, text, whole, words

MOST_SAMPLES = 2000
"""Of one history the newest; PVE 9 keeps 1440 a day."""

FULL = 100.0
"""Pressure is told in percent, and everything else as a share of 1."""


def parse_tasks(answer: Any) -> tuple[Task, ...]:
    """Tasks as ``/cluster/tasks`` and ``/nodes/{node}/tasks`` list them, newest first."""
    found = (_task(row) for row in rows(answer) if text(row, "upid") or text(row, "type"))
    return tuple(sorted(found, key=lambda t: (-t.started_at, t.node, t.kind, t.subject)))


def _task(row: Row) -> Task:
    """A row names its parts; where an old one does not, its UPID does: UPID:node:pid:pstart:start:type:id:user:."""
    parts = [*text(row, "upid").split(":"), *[""] * 9]
    ended, outcome = number(row, "endtime"), text(row, "status", "exitstatus")
    is_over = ended > 0 and outcome != "running"
    return Task(
        node=text(row, "node") or parts[1],
        kind=text(row, "type") or parts[5],
        subject=text(row, "id") or parts[6],
        user=text(row, "user") or parts[7],
        started_at=number(row, "starttime"),
        ended_at=ended if is_over else None,
        outcome=outcome if is_over else "",
    )


def parse_history(node: str, answer: Any) -> History:
    """A node's ``rrddata``, oldest first; what is missing, null or no number is a gap."""
    found = {at: row for row in rows(answer) if (at := whole(row, "time"))}
    return History(node, tuple(_sample(at, found[at]) for at in sorted(found)[-MOST_SAMPLES:]))


def _sample(at: int, row: Row) -> Sample:
    """PVE 9 measures how long work waited for storage (pressure); before it there is the processor's own waiting."""
    used, total = _reading(row, "memused", "mem"), _reading(row, "memtotal", "maxmem")
    stalled = _reading(row, "pressureiosome")
    waited = _reading(row, "iowait") if stalled is None else stalled / FULL
    return Sample(
        at=float(at),
        cpu=_share(_reading(row, "cpu")),
        memory=_share(used / total) if used is not None and total else None,
        pressure=_share(waited),
    )


def _reading(row: Row, *names: str) -> float | None:
    for name in names:
        try:
            value = float(row[name])
        except (KeyError, TypeError, ValueError):
            continue
        if math.isfinite(value) and value >= 0:
            return value
    return None


def _share(value: float | None) -> float | None:
    return None if value is None else min(1.0, value)


# ---------------------------------------------------------------- high availability


def parse_rules(answer: Any) -> tuple[Affinity, ...]:
    """The rules of PVE 9 (``/cluster/ha/rules``) by name; those that are switched off, or empty, bind nobody."""
    found = (_rule(row) for row in rows(answer) if not flag(row, "disable"))
    return _sorted(rule for rule in found if rule is not None)


def _rule(row: Row) -> Affinity | None:
    name, guests, kind = text(row, "rule"), _members(row, "resources"), text(row, "type")
    if kind == "node-affinity":
        return Affinity(name, "nodes", guests, _node_names(row), is_strict=flag(row, "strict") is True)
    if kind == "resource-affinity":
        return Affinity(name, "apart" if text(row, "affinity") == "negative" else "together", guests)
    return None


def parse_groups(groups: Any, resources: Any) -> tuple[Affinity, ...]:
    """The groups of PVE 8 (``/cluster/ha/groups``) as rules; who is in them stands with ``/cluster/ha/resources``."""
    members: dict[str, set[int]] = {}
    for row in rows(resources):
        members.setdefault(text(row, "group"), set()).update(_members(row, "sid"))
    return _sorted(
        Affinity(
            name, "nodes", frozenset(members.get(name, ())), _node_names(row), is_strict=flag(row, "restricted") is True
        )
        for row in rows(groups)
        if (name := text(row, "group"))
    )


def _sorted(found: Iterator[Affinity] | Any) -> tuple[Affinity, ...]:
    return tuple(sorted((rule for rule in found if rule.guests), key=lambda rule: rule.name))


def _members(row: Row, name: str) -> frozenset[int]:
    """VMIDs of "vm:101,ct:102"; a bare number is a virtual machine's."""
    return frozenset(int(number) for word in words(row, name) if (number := word.rpartition(":")[2]).isdigit())


def _node_names(row: Row) -> tuple[str, ...]:
    """Nodes of "pmox01:2,pmox02"; the number is how much a node is preferred."""
    return tuple(sorted({word.partition(":")[0] for word in words(row, "nodes")}))


# ---------------------------------------------------------------- processors and devices

_LEVELS: Mapping[str, frozenset[str]] = {
    "x86-64-v2": frozenset({"cx16", "lahf_lm", "popcnt", "sse4_1", "sse4_2", "ssse3"}),
    "x86-64-v2-AES": frozenset({"aes"}),
    "x86-64-v3": frozenset({"avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "movbe"}),
    "x86-64-v4": frozenset({"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"}),
}
"""What each generic type adds to the one before it, in the words of /proc/cpuinfo (x86-64 psABI, section 3.1.1)."""


def parse_cpu(status: Any) -> tuple[str, frozenset[str] | None]:
    """Model and generic types of a node's processor, from ``/nodes/{node}/status``; None where it tells no flags."""
    told = status.get("cpuinfo") if isinstance(status, Mapping) else None
    if not isinstance(told, Mapping):
        return "", None
    flags = frozenset(text(told, "flags").split())
    if not flags:
        return text(told, "model"), None
    able: set[str] = set()
    for name, more in _LEVELS.items():
        if not more <= flags:
            break
        able.add(name)
    return text(told, "model"), frozenset(able)


def parse_devices(answer: Any, holders: Mapping[tuple[str, str], tuple[int, ...]] | None) -> tuple[Device, ...]:
    """The devices of ``/cluster/mapping/pci``, one value a mapping and node; ``holders`` is who has them there.

    One entry may name several functions of one device ("0000:01:00.0;0000:01:00.1"): they go to a guest together.
    """
    found: dict[tuple[str, str], list[Row]] = {}
    for row in rows(answer):
        for entry in row.get("map") or ():
            if node := _settings(str(entry)).get("node", ""):
                found.setdefault((text(row, "id"), node), []).append(row)
    return tuple(_device(place, entries, holders) for place, entries in sorted(found.items()) if place[0])


def _device(place: tuple[str, str], entries: list[Row], holders: Mapping[tuple[str, str], Any] | None) -> Device:
    mapping, node = place
    held_by = None if holders is None else tuple(sorted(holders.get(place, ())))
    return Device(mapping, node, len(entries), text(entries[0], "description"), held_by)


def parse_held(config: Any) -> frozenset[str]:
    """The mappings that a guest's settings name: ``hostpci0: "mapping=gpu,pcie=1"`` holds gpu."""
    if not isinstance(config, Mapping):
        return frozenset()
    told = (str(value) for key, value in config.items() if re.fullmatch(r"hostpci\d+", str(key)))
    return frozenset(name for value in told if (name := _settings(value).get("mapping")))


def _settings(value: str) -> dict[str, str]:
    """A property string "node=pmox01,path=0000:01:00.0" as its settings."""
    return {key: rest for part in value.split(",") for key, eq, rest in [part.partition("=")] if eq}
