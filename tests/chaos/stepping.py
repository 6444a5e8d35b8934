"""Kill points: each place where a task of the product waits, known by the line of ours that waits there.

A task is driven step by step: when it begins to wait ("in"), when what it waited for is over and it does not know yet
("after"), and at any moment soon after it began to wait ("later"). Where the harness has left a knife for that place,
the process kills itself there with SIGKILL. Product code carries no hook: the loop's own task factory is the seam.
"""

import asyncio
import hashlib
import inspect
import os
import random
import signal
import threading
import time
from collections.abc import Coroutine, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
ROOMS = tuple(f"{ROOT}/{room}/" for room in ("bot", "agents", "iac"))
HOWS = ("in", "after", "later")
LATER_S = 0.6
LOOK_S = 0.02
"""How old a process's knowledge of the knives may be: a look at the disk for each step would be most of its work."""


@dataclass(frozen=True, slots=True)
class Point:
    """One waiting place of one kind of process."""

    role: str
    place: str

    def knife(self, how: str) -> str:
        """The name of the file that, lying in ``knives``, means death here."""
        return hashlib.sha256(f"{self.role} {self.place} {how}".encode()).hexdigest()[:20]

    @property
    def file(self) -> str:
        """The file of the place."""
        return self.place.partition(":")[0]


@dataclass(slots=True)
class Edge:
    """What one process knows of the knives; ``directory`` is shared with the harness."""

    role: str
    directory: Path
    _places: dict[tuple[CodeType, int], tuple[Point, dict[str, str]]] = field(default_factory=dict)
    _ours: dict[CodeType, bool] = field(default_factory=dict)
    _lying: frozenset[str] = frozenset()
    _looked_at: float = 0.0

    def passed(self, at: tuple[CodeType, int], how: str) -> None:
        """A task is at this place: die here where a knife lies; it is taken away with it."""
        point, knives = self._places.get(at) or self._met(at)
        if self._taken(knives[how]):
            self._die(point, how)
        if how == "in" and self._taken(knives["later"]):
            clock = threading.Timer(random.uniform(0.0, LATER_S), self._die, (point, "later"))
            clock.daemon = True
            clock.start()

    def waiting_at(self, coroutine: Any) -> tuple[CodeType, int] | None:
        """The innermost line of ours that waits, as far as one can see from outside; None where none does."""
        found = None
        for code, line in _frames(coroutine):
            is_ours = self._ours.get(code)
            if is_ours is None:
                is_ours = self._ours[code] = code.co_filename.startswith(ROOMS)
            if is_ours:
                found = (code, line)
        return found

    def _met(self, at: tuple[CodeType, int]) -> tuple[Point, dict[str, str]]:
        code, line = at
        point = Point(self.role, f"{code.co_filename.removeprefix(f'{ROOT}/')}:{line} {code.co_qualname}")
        known = (point, {how: point.knife(how) for how in HOWS})
        self._places[at] = known
        self._write("points", f"{point.role}\t{point.place}")
        return known

    def _taken(self, knife: str) -> bool:
        """Whether a knife lay there: of two processes at the same place, one dies."""
        now = time.monotonic()
        try:
            if now - self._looked_at > LOOK_S:
                self._looked_at = now
                self._lying = frozenset(os.listdir(self.directory / "knives"))  # noqa: PTH208 - names are enough
            if knife in self._lying:
                (self.directory / "knives" / knife).unlink()
                return True
        except FileNotFoundError:  # another was quicker, or the world is over
            pass
        return False

    def _die(self, point: Point, how: str) -> None:
        self._write("deaths", f"{time.time():.3f}\t{os.getpid()}\t{point.role}\t{point.place}\t{how}")
        os.kill(os.getpid(), signal.SIGKILL)

    def _write(self, name: str, line: str) -> None:
        descriptor = os.open(self.directory / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.write(descriptor, f"{line}\n".encode())
        os.close(descriptor)


class Stepped(Coroutine[Any, Any, Any]):
    """A coroutine that tells the edge where it stands, at each step."""

    def __init__(self, inner: Coroutine[Any, Any, Any], edge: Edge) -> None:
        self._inner = inner
        self._edge = edge
        self._at: tuple[CodeType, int] | None = None
        self.__name__ = getattr(inner, "__name__", "stepped")
        self.__qualname__ = getattr(inner, "__qualname__", "stepped")

    def __getattr__(self, name: str) -> Any:
        """What looks at a task's frames (anyio does) sees those of the real one."""
        return getattr(self._inner, name)

    def __await__(self) -> Generator[Any, Any, Any]:
        return self._inner.__await__()

    def send(self, value: Any) -> Any:
        self._resumed()
        return self._suspended(self._inner.send(value))

    def throw(self, *args: Any) -> Any:
        self._resumed()
        return self._suspended(self._inner.throw(*args))

    def close(self) -> None:
        self._inner.close()

    def _resumed(self) -> None:
        if self._at is not None:
            self._edge.passed(self._at, "after")

    def _suspended(self, awaited: Any) -> Any:
        self._at = self._edge.waiting_at(self._inner)
        if self._at is not None:
            self._edge.passed(self._at, "in")
        return awaited


def loop_of(edge: Edge) -> asyncio.AbstractEventLoop:
    """A fresh event loop whose tasks are stepped."""

    def factory(loop: asyncio.AbstractEventLoop, coroutine: Any, **more: Any) -> "asyncio.Task[Any]":
        stepped = Stepped(coroutine, edge) if inspect.iscoroutine(coroutine) else coroutine
        return asyncio.Task(stepped, loop=loop, **more)

    loop = asyncio.SelectorEventLoop()
    loop.set_task_factory(factory)
    return loop


def _frames(coroutine: Any) -> Iterator[tuple[CodeType, int]]:
    """From the outermost frame inwards; it ends at what Python does not let one look into."""
    inner = coroutine
    while inner is not None:
        frame = getattr(inner, "cr_frame", None) or getattr(inner, "gi_frame", None)
        if frame is None:
            return
        yield frame.f_code, frame.f_lineno
        inner = getattr(inner, "cr_await", None) or getattr(inner, "gi_yieldfrom", None)
