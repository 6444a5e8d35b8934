"""A connection to SQLite that lets go of its transaction whenever and however it is closed."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import aiosqlite
from aiosqlite.core import _STOP_RUNNING_SENTINEL

ROWS_AT_ONCE: Final = 64
LOOKS: Final = 500
LOOK_S: Final = 0.005


class LettingGo(aiosqlite.Connection):
    """Rolls back before it closes, in the thread that owns it, and is closed once.

    A cancelled task has its connection closed with a statement still open, and SQLite keeps such a connection, with
    its lock on the whole file, until the last cursor is gone (sqlite3_close_v2): that may be the traceback of the
    cancellation, kept by whoever looks at it. Seen as "database is locked" for longer than a minute.
    """

    def __init__(self, *args: Any, **more: Any) -> None:
        """Takes what ``sqlite3.connect`` takes."""
        super().__init__(lambda: sqlite3.connect(*args, **more), ROWS_AT_ONCE)
        self._thread.daemon = True
        self._stopping: asyncio.Future[Any] | None = None

    @property
    def thread(self) -> threading.Thread:
        """What does the work; it ends some time after ``stop``."""
        return self._thread

    async def close(self) -> None:
        """Let the thread finish what it does, roll back and close; again does nothing."""
        stopping = self.stop()
        if stopping is not None:
            await asyncio.shield(stopping)

    def stop(self) -> asyncio.Future[Any] | None:
        """Have the thread roll back, close and end; the future of that, or None outside of a loop."""
        if not self._running:
            return self._stopping
        self._running = False
        try:
            self._stopping = asyncio.get_running_loop().create_future()
        except RuntimeError:  # the loop has ended: the thread does it, and nobody waits
            self._stopping = None
        self._tx.put_nowait((self._stopping, self._let_go))
        return self._stopping

    def _let_go(self) -> object:
        """Runs in the thread, as its last act; it must end even where the file is gone."""
        try:
            if self._connection is not None:
                self._connection.rollback()
                self._connection.close()
        except sqlite3.Error:
            pass
        finally:
            self._connection = None
        return _STOP_RUNNING_SENTINEL


@dataclass(slots=True)
class Opened:
    """The connections of one database whose threads may still be at work."""

    _connections: list[LettingGo] = field(default_factory=list)

    def open(self, *args: Any, **more: Any) -> LettingGo:
        """A connection, still to be awaited."""
        self._connections = [each for each in self._connections if each.thread.is_alive() or each.thread.ident is None]
        self._connections.append(LettingGo(*args, **more))
        return self._connections[-1]

    async def end(self) -> None:
        """Let all of them go and wait for their threads, which answer into a loop that is about to end."""
        left, self._connections = self._connections, []
        for each in left:
            if each.thread.ident is not None:
                each.stop()
        await come_true(lambda: not any(each.thread.is_alive() for each in left))


async def come_true(holds: Callable[[], bool]) -> None:
    """Wait for it, for some seconds at most; counted in looks, so that a process that stalls misses nothing."""
    for _ in range(LOOKS):
        if holds():
            return
        await asyncio.sleep(LOOK_S)
