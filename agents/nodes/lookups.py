"""Tools that look closer than one reading: tasks, a node's history, what a person may still have. All only read."""

import difflib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from agents.nodes.marking import Answer, fails_alone, marked, unread
from agents.nodes.work import WORK
from iac.inventory import History, Records, Sample, Task
from iac.inventory.history import HOUR_S, cpu, memory, pressure

MOST_LOOKUPS = 8
"""Lookups of one turn; each is a handful of calls to the cluster."""

MOST_TASKS = 60
MOST_POINTS = 24
"""Points of a history that are told; each is the mean of what lies in its stretch of time."""

_WINDOWS: Mapping[str, Literal["hour", "day", "week"]] = {"hour": "hour", "day": "day", "week": "week"}
NO_RECORDS = "this cluster keeps no records that could be looked up"
ENOUGH = f"{MOST_LOOKUPS} lookups are enough for one message; answer with what you know"


@fails_alone("the tasks")
async def tasks(only_failed: bool = False) -> Answer:  # noqa: FBT001, FBT002 - a model calls it by name
    """The tasks of the last day on all nodes, newest first; only_failed leaves out what went well or still runs."""
    records = _records()
    if isinstance(records, str):
        return unread("the tasks", records)
    found = await records.tasks(only_failed=only_failed)
    left_off = max(0, len(found) - MOST_TASKS)
    return marked([_task(task) for task in found[:MOST_TASKS]]) | {"left_off": left_off}


@fails_alone("the history")
async def load_history(node: str, window: str = "day") -> Answer:
    """How loaded a node has been: processor, memory, waiting for storage, trend; window is hour, day or week."""
    inventory = await WORK.get().inventory()
    names = [n.name for n in inventory.nodes]
    if node not in names:
        near = difflib.get_close_matches(node, names, n=3, cutoff=0.4) or names[:3]
        return unread("the history", f"there is no such node; there are {', '.join(near)}")
    records = _records()
    if isinstance(records, str):
        return unread("the history", records)
    history = await records.history(node, _WINDOWS.get(window, "day"))
    return marked(_points(history), **_summary(history))


async def quotas() -> Answer:
    """What the person who asks may still have, by our own records; null where there is no bound."""
    rights = WORK.get().turn.rights
    if rights is None:
        return unread("the quotas", "nothing is recorded for this person")
    row = {
        "person": rights.person,
        "guests_left": rights.max_guests,
        "cores_left": rights.max_cores,
        "memory_mb_left": rights.max_memory_mb,
        "disk_gb_left": rights.max_disk_gb,
        "pools": None if rights.pools is None else list(rights.pools),
        "may_use_high_availability": rights.may_use_ha,
        "may_use_prod": rights.may_use_prod,
    }
    return marked([row]) | {"source": "records"}


LOOKUPS = (tasks, load_history, quotas)


def _records() -> Records | str:
    """Whoever keeps the records, or why nobody is asked; every time counts."""
    work = WORK.get()
    if not isinstance(work.cluster, Records):
        return NO_RECORDS
    work.lookups += 1
    return work.cluster if work.lookups <= MOST_LOOKUPS else ENOUGH


def _task(task: Task) -> dict[str, Any]:
    seconds = None if task.ended_at is None else round(task.ended_at - task.started_at)
    return {
        "node": task.node,
        "kind": task.kind,
        "subject": task.subject,
        "started": _moment(task.started_at),
        "seconds": seconds,
        "outcome": task.outcome[:200] or "still runs",
    }


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="minutes")


def _summary(history: History) -> dict[str, Any]:
    return {
        "step_seconds": history.step_s,
        "share_of_time_measured": round(history.known_share, 3),
        "cpu_last_hour": _round(history.mean(cpu, HOUR_S)),
        "cpu_highest": _round(history.peak(cpu)),
        "cpu_rise_a_day": _round(history.rise_per_day(cpu)),
    }


def _points(history: History) -> list[dict[str, Any]]:
    """The history in at most ``MOST_POINTS`` stretches of alike length, gaps left as they are."""
    size = max(1, -(-len(history.samples) // MOST_POINTS))
    stretches = [history.samples[i : i + size] for i in range(0, len(history.samples), size)]
    return [_point(stretch) for stretch in stretches]


def _point(stretch: Sequence[Sample]) -> dict[str, Any]:
    whole = History("", tuple(stretch))
    span = stretch[-1].at - stretch[0].at + 1
    means = {name: whole.mean(of, span) for name, of in (("cpu", cpu), ("memory", memory), ("waiting", pressure))}
    return {"from": _moment(stretch[0].at), **{name: _round(value) for name, value in means.items()}}


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
