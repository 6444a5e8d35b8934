"""The live stream of a thread: server-sent events numbered by the log, so that a browser resumes where it was."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog

from bot.chat.web.bodies import TRANSIENT, Listed, Standing, Status, parse_body
from bot.chat.web.log import EDIT, WebRow
from bot.chat.web.render import Say, plain_of, render_message
from bot.chat.web.room import Room
from bot.chat.web.sidebar import render_listed

log = structlog.get_logger()

T = TypeVar("T")

POLL_S = 0.5
"""How soon rows of another process are seen."""
COMMENT_EVERY_S = 15
PAGE = 200


@dataclass(frozen=True, slots=True)
class Stream:
    """One reader of one thread."""

    room: Room
    person: str
    thread: str
    say: Say

    async def events(self, since: int, *, is_resumed: bool) -> AsyncIterator[str]:
        """Everything after ``since``, then everything new, until the page is closed.

        A reader who was away (``is_resumed``) gets nothing that meant something only while it happened.
        """
        yield "retry: 500\n\n"
        spoke_at, is_replay = time.monotonic(), is_resumed
        while not self.room.closed.is_set():
            rows = await self._whole(self._rows(since))
            for row in rows:
                since = row.seq
                if not (is_replay and row.kind in TRANSIENT):
                    yield await self._whole(self._event(row))
            if rows:
                spoke_at = time.monotonic()
                continue
            is_replay = False
            await self.room.wake.wait(POLL_S)
            if time.monotonic() - spoke_at > COMMENT_EVERY_S:
                spoke_at = time.monotonic()
                yield ": still here\n\n"

    async def _whole(self, reading: Coroutine[Any, Any, T]) -> T:
        """A reader who leaves must not tear a reading of the database: a torn connection is lost to the pool."""
        task = asyncio.ensure_future(reading)
        self.room.readings.add(task)
        task.add_done_callback(self.room.readings.discard)
        return await asyncio.shield(task)

    async def _rows(self, since: int) -> list[WebRow]:
        audiences = [self.room.list_audience]
        if self.thread:
            audiences += self.room.audiences(self.thread, self.person)
        return list(await self.room.log.since(since, audiences, PAGE))

    async def _event(self, row: WebRow) -> str:
        first = await self.room.log.get(row.ref) if row.kind == EDIT and row.ref is not None else row
        if first is None:
            return _event(row.seq, "nothing", {})
        standing = Standing(first.seq, first.audience, first.kind, parse_body(first.kind, row.body))
        if isinstance(standing.body, Status):
            return _event(row.seq, "status", {"text": standing.body.text})
        if isinstance(standing.body, Listed):
            is_here = standing.body.thread == self.thread
            listed = render_listed(standing.body, self.say, is_here=is_here)
            return _event(row.seq, "listed", {"thread": standing.body.thread, "html": listed})
        kind = "edited" if row.kind == EDIT else "posted"
        html = render_message(standing, self.say)
        return _event(row.seq, kind, {"seq": standing.seq, "html": html, "plain": plain_of(standing)})


def _event(seq: int, kind: str, content: object) -> str:
    return f"id: {seq}\nevent: {kind}\ndata: {json.dumps(content, ensure_ascii=False)}\n\n"
