"""The queue for SQLite's one writer: what a person waits for goes before what can wait, and starves nobody."""

import asyncio
from collections import deque
from contextvars import ContextVar
from typing import Final

AHEAD: Final = 4
"""How many who are waited for may pass in a row while somebody else stands in the queue."""

_is_hurried: ContextVar[bool] = ContextVar("is_hurried", default=False)


class hurried:  # noqa: N801 - read as a word: ``with hurried():``
    """Writes in this context are waited for by a person: an acknowledgement, a press, the start of an apply.

    A class and no generator: what is raised through it is left as it is, frozen values too.
    """

    def __enter__(self) -> None:
        """From here on."""
        self._before = _is_hurried.set(True)

    def __exit__(self, *_: object) -> None:
        """As it was before."""
        _is_hurried.reset(self._before)


class Turns:
    """A lock with two queues, each first come first served. Used as ``async with turns:``."""

    def __init__(self) -> None:
        """Nobody holds it."""
        self._is_held = False
        self._hurried: deque[asyncio.Future[None]] = deque()
        self._patient: deque[asyncio.Future[None]] = deque()
        self._in_a_row = 0

    async def __aenter__(self) -> None:
        """Wait for one's turn."""
        if not self._is_held:
            self._is_held = True
            return
        turn = asyncio.get_running_loop().create_future()
        (self._hurried if _is_hurried.get() else self._patient).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._pass_on()  # it was ours already: whoever comes next must not wait for ever
            raise

    async def __aexit__(self, *_: object) -> None:
        """Give it to the next."""
        self._pass_on()

    def _pass_on(self) -> None:
        turn = self._next()
        if turn is None:
            self._is_held = False
        else:
            turn.set_result(None)

    def _next(self) -> "asyncio.Future[None] | None":
        """Who is next: of those that still wait."""
        for queue in (self._hurried, self._patient):
            while queue and queue[0].done():
                queue.popleft()
        is_ahead = bool(self._hurried) and (not self._patient or self._in_a_row < AHEAD)
        self._in_a_row = self._in_a_row + 1 if is_ahead else 0
        queue = self._hurried if is_ahead else self._patient
        return queue.popleft() if queue else None
