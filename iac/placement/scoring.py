"""The published score, 0..100: how comfortable a guest would be on a node, among the nodes that can take it.

======  ========  =========================================================  ======================================
weight  name      what counts, as a fraction of 1                            why
======  ========  =========================================================  ======================================
16      busy      processor idle: now or over the last hour, the worse       the first thing people feel
16      memory    memory still free for guests once this one is there        never overcommitted, so it runs out first
8       cores     virtual cores not promised, at four a thread               the load to come, not the load of now
12      waiting   time that work did not wait for storage, a quarter is 0    a slow disk makes everything slow
6       storage   room left on the chosen storage, with this disk            thin pools slow down before they are full
12      trend     processor left idle at the highest to expect in a day      a quiet node in the evening may be none
20      failures  work that failed there within a day: 3 halve it            what fails once often fails again
10      work      guests of open requests, and tasks under way: 2 halve it   they will be running when this one starts
======  ========  =========================================================  ======================================

That is load 40, storage and trend 30, errors 20, work under way 10. PVE measures no latency; how long work waited for
storage (pressure stall information on PVE 9, the processor's waiting before it) is the nearest it tells. What was not
measured counts ``NEUTRAL``, on every node alike. More load, waiting, failures or work never adds a point. The sum is
rounded to one decimal; equal scores go by name.
"""

from collections.abc import Mapping

from iac.errors import Sentence, say
from iac.inventory import GIB, MIB, NodeSignals
from iac.placement.asking import Question
from iac.placement.fitting import Fit
from iac.placement.ground import Held
from iac.placement.room import storage_room_bytes
from iac.spec import GuestSpec

GROUPS: Mapping[str, tuple[str, ...]] = {
    "load": ("busy", "memory", "cores"),
    "storage": ("waiting", "storage", "trend"),
    "errors": ("failures",),
    "requests": ("work",),
}
"""The lines of the score under the four things that they measure."""

WEIGHTS: Mapping[str, int] = {
    "busy": 16, "memory": 16, "cores": 8, "waiting": 12, "storage": 6, "trend": 12, "failures": 20, "work": 10,
}  # fmt: skip

NEUTRAL = 0.5
"""What is not known counts neither for a node nor against it."""

WAITING_WORST = 0.25
"""Work that waits a quarter of its time for storage is as bad as it gets."""

FAILURES_HALVE = 3
WORK_HALVES = 2


def points(fit: Fit, question: Question) -> Mapping[str, float]:
    """What each line gives, by the name of its weight."""
    seen = question.ground.signals.get(fit.node.name, NodeSignals(fit.node.name))
    found = {**_load(fit, question.spec, seen), **_storage(fit, question, seen), **_work(seen, question.held)}
    return {name: weight * found[name] for name, weight in WEIGHTS.items()}


def score(given: Mapping[str, float]) -> float:
    """The sum of the points, 0..100, one decimal."""
    return round(sum(given.values()), 1)


def grouped(given: Mapping[str, float]) -> Mapping[str, float]:
    """The points under the four things that they measure, one decimal each."""
    return {group: round(sum(given.get(name, 0.0) for name in names), 1) for group, names in GROUPS.items()}


def _load(fit: Fit, spec: GuestSpec, seen: NodeSignals) -> dict[str, float]:
    return {
        "busy": 1 - _busy(fit, seen),
        "memory": 1 - fit.room.memory_share(spec.memory_mb * MIB),
        "cores": 1 - fit.room.cores_share(spec.cores),
    }


def _busy(fit: Fit, seen: NodeSignals) -> float:
    """Now, or over the last hour: a moment says little, and an hour does not know of what has just begun."""
    return _share(max(fit.node.cpu_load, seen.busy or 0.0))


def _storage(fit: Fit, question: Question, seen: NodeSignals) -> dict[str, float]:
    most = fit.storage.room_bytes + fit.storage.used_bytes
    left = storage_room_bytes(fit.storage, question.held) - question.spec.disk_gb * GIB
    return {
        "waiting": NEUTRAL if seen.pressure is None else 1 - _share(seen.pressure / WAITING_WORST),
        "storage": max(0.0, left / most) if most else 0.0,
        "trend": NEUTRAL if seen.expected is None else 1 - _share(max(seen.expected, fit.node.cpu_load)),
    }


def _work(seen: NodeSignals, held: Held) -> dict[str, float]:
    """Open requests are always known; tasks under way count where they are."""
    under_way = held.guests.get(seen.node, 0) + (seen.running or 0)
    return {
        "failures": NEUTRAL if seen.failed is None else _halved(seen.failed, FAILURES_HALVE),
        "work": _halved(under_way, WORK_HALVES),
    }


def _share(value: float) -> float:
    return min(1.0, max(0.0, value))


def _halved(count: int, halves: int) -> float:
    """1 for none, a half at ``halves``, a quarter at three times as many."""
    return halves / (halves + count)


def behind(given: Mapping[str, float], best: Mapping[str, float]) -> str:
    """The key of what a node lost most points on against the best one; that of a plain score where it lost none."""
    ours, theirs = grouped(given), grouped(best)
    lost = {group: theirs[group] - ours[group] for group in GROUPS}
    worst = max(GROUPS, key=lambda group: lost[group])
    return f"place.behind.{worst}" if lost[worst] > 0 else "place.scored"


def why(fit: Fit, spec: GuestSpec, total: float, key: str = "place.scored") -> Sentence:
    """The score of one node in words: what is idle and what stays free there, or where it falls behind."""
    free = (fit.room.memory_free_bytes - spec.memory_mb * MIB) / GIB
    idle = 1 - _share(fit.node.cpu_load)
    return say(key, node=fit.node.name, score=total, idle_percent=round(idle * 100), free_gb=round(free, 1))
