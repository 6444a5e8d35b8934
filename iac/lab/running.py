"""A world in motion: tasks that take time, things that happen later, and what must be written down."""

import math
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from iac.lab.world import ApiError, Event, Fault, Guest, Row, Task, World

Effect = Callable[["Lab", Row, bool], None]
EFFECTS: dict[str, Effect] = {}
LOCK_WORDS = "VM is locked ({lock})"


def effect(act: Effect) -> Effect:
    """Register what the end of a task or an event does: called with the lab, its arguments and whether it went well."""
    EFFECTS[act.__name__] = act
    return act


@dataclass(frozen=True)
class Work:
    """A task to be: ``seconds`` of model time, then the effect named ``then``; ``error`` is how it will fail."""

    node: str
    kind: str
    id: str | int
    seconds: float = 1.0
    then: str = ""
    args: Row | None = None
    log: tuple[str, ...] = ()
    error: str = ""


class Lab:
    """The world and its clock; everything that changes the world goes through here or through a ``Call``."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.is_dirty = True
        self.fresh: Callable[[], World] | None = None

    @property
    def now(self) -> float:
        """The wall clock, epoch seconds."""
        return time.time()

    def wall(self, seconds: float) -> float:
        """How long ``seconds`` of model time last on the wall."""
        return seconds * self.world.pace

    # -- guests --------------------------------------------------------------
    def guest(self, node: str, vmid: str | int, kind: str = "qemu") -> Guest:
        """The guest where the caller says it is; PVE's words where it is not there."""
        found = self.world.guests.get(str(vmid))
        if found is None or found.node != node or found.kind != kind:
            folder = "qemu-server" if kind == "qemu" else "lxc"
            raise ApiError(500, f"Configuration file 'nodes/{node}/{folder}/{vmid}.conf' does not exist")
        return found

    def unlocked(self, guest: Guest) -> Guest:
        """The same guest, refused while something else holds its lock."""
        if guest.lock:
            raise ApiError(500, LOCK_WORDS.format(lock=guest.lock).replace("VM", "CT" if guest.kind == "lxc" else "VM"))
        return guest

    # -- time ----------------------------------------------------------------
    def start(self, work: Work, user: str) -> str:
        """Begin a task and return its UPID (UPID:node:pid:pstart:time:type:id:user:)."""
        world, now = self.world, self.now
        world.next_pid += 1
        pstart = int((now - world.born_at) * 100) % 2**32 + 4096
        upid = f"UPID:{work.node}:{world.next_pid:08X}:{pstart:08X}:{int(now):08X}:{work.kind}:{work.id}:{user}:"
        ends_at = self._end_of(work, now)
        error = self._error_of(work.kind) or work.error
        world.tasks[upid] = Task(
            upid=upid,
            node=work.node,
            kind=work.kind,
            id=str(work.id),
            user=user,
            started_at=now,
            ends_at=ends_at,
            exitstatus=error or "OK",
            then=work.then,
            args=work.args or {},
            log=list(work.log),
        )
        return upid

    def later(self, seconds: float, then: str, **args: Any) -> None:
        """Let the cluster do something by itself after ``seconds`` of model time."""
        self.world.events.append(Event(self.now + self.wall(seconds), then, args))
        self.is_dirty = True

    def tick(self) -> None:
        """Bring the world up to now: end the tasks and run the events that are due, in the order of their times."""
        while due := self._due():
            for item in due:
                self._finish(item)

    def next_due(self) -> float:
        """When the next thing happens by itself, epoch seconds; infinity where nothing will."""
        times = [task.ends_at for task in self.world.tasks.values() if not task.is_done and task.ends_at]
        return min([*times, *(event.due_at for event in self.world.events)], default=math.inf)

    def _due(self) -> list[Task | Event]:
        now, world = self.now, self.world
        ended = [t for t in world.tasks.values() if not t.is_done and t.ends_at is not None and t.ends_at <= now]
        events = [event for event in world.events if event.due_at <= now]
        return sorted([*ended, *events], key=_due_at)

    def _finish(self, item: Task | Event) -> None:
        self.is_dirty = True
        if isinstance(item, Event):
            self.world.events.remove(item)
            EFFECTS[item.then](self, item.args, True)  # noqa: FBT003 - an event cannot fail
            return
        if item.node in self.world.nodes and not self.world.nodes[item.node].is_online:
            item.exitstatus = "unexpected status"
        item.is_done = True
        if item.then:
            EFFECTS[item.then](self, item.args, item.exitstatus == "OK")

    # -- faults --------------------------------------------------------------
    def fault(self, kind: str, subject: str, method: str = "") -> Fault | None:
        """A planned fault of that kind that matches; used up by one. None where there is none."""
        for fault in self.world.faults:
            if fault.kind == kind and fault.times and _matches(fault, subject, method):
                fault.times -= 1 if fault.times > 0 else 0
                self.is_dirty = True
                return fault
        return None

    def _end_of(self, work: Work, now: float) -> float | None:
        if self.fault("task_hang", work.kind):
            return None
        slow = self.fault("task_slow", work.kind)
        return now + (slow.seconds if slow else self.wall(work.seconds))

    def _error_of(self, kind: str) -> str:
        broken = self.fault("task_error", kind)
        return (broken.text or "command failed: exit code 1") if broken else ""


def _due_at(item: Task | Event) -> float:
    return item.due_at if isinstance(item, Event) else item.ends_at or 0.0


def _matches(fault: Fault, subject: str, method: str) -> bool:
    return fault.method in ("", method) and re.search(fault.path, subject) is not None
