"""What the doors of the page share: people, the log, the list of threads, and the bell that wakes open streams."""

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import structlog

from bot.chat.port import Actor, Conversation, Event, Sink, Tone
from bot.chat.web.bodies import LISTED, Listed, Standing, dump_body, fold, parse_body, read_all
from bot.chat.web.guard import deny
from bot.chat.web.identity import Seal
from bot.chat.web.log import WebLog
from bot.chat.words import Words
from bot.ports import Clock

log = structlog.get_logger()

PLATFORM, CHANNEL = "web", "main"
TITLE_MAX = 80


@dataclass(frozen=True, slots=True)
class WebPerson:
    """Somebody who may use the page; ``role_label`` is a role's name (or any words) shown beside theirs."""

    id: str
    name: str
    role_label: str = ""


class Wake:
    """Wakes whoever waits, at once; another process's rows are found by the time-out."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        """Wake all who wait."""
        self._event.set()
        self._event = asyncio.Event()

    async def wait(self, seconds: float) -> None:
        """Until the next ring, at most ``seconds``."""
        # Not ``wait_for``: before Python 3.12 it loses a cancellation that comes together with the ring.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._event.wait()


@dataclass
class Room:
    """One page with its people and threads."""

    log: WebLog
    words: Words
    people: Mapping[str, WebPerson]
    seal: Seal
    space: str
    hosts: frozenset[str]
    has_people_switch: bool
    now: Clock
    sink: Sink | None = None
    wake: Wake = field(default_factory=Wake)
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    readings: "set[asyncio.Future[Any]]" = field(default_factory=set)
    _listed: dict[int, Standing] = field(default_factory=dict)
    _listed_to: int = 0
    _by_thread: dict[str, Listed] = field(default_factory=dict)
    _catching_up: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def list_audience(self) -> str:
        """Audience of the list of threads: everybody on this page."""
        return f"{PLATFORM}:{self.space}:{CHANNEL}"

    def conversation(self, thread: str) -> Conversation:
        """The conversation of a thread; its key is the audience of the thread's rows."""
        return Conversation(PLATFORM, self.space, CHANNEL, thread)

    def private(self, thread: str, person: str) -> str:
        """Audience of what only one person reads in a thread."""
        return f"{self.conversation(thread).key}@{person}"

    def audiences(self, thread: str, person: str) -> tuple[str, str]:
        """What a person may read in a thread."""
        return self.conversation(thread).key, self.private(thread, person)

    def may_read(self, audience: str, person: str) -> bool:
        """Whether rows of that audience are for this person: of a thread, or private and theirs."""
        base, at, reader = audience.partition("@")
        return base.startswith(f"{self.list_audience}:") and (not at or reader == person)

    @property
    def listed_to(self) -> int:
        """The last row of the list that has been read."""
        return self._listed_to

    def actor(self, person: WebPerson) -> Actor:
        """A person as the port names them."""
        return Actor(PLATFORM, person.id, person.name)

    def close(self) -> None:
        """No more events; open streams end."""
        self.closed.set()
        self.wake.ring()

    async def threads(self) -> list[Listed]:
        """All threads, the newest first; only what is new is read."""
        await self._catch_up()
        return sorted(self._by_thread.values(), key=lambda listed: listed.at, reverse=True)

    async def thread(self, thread: str) -> Listed | None:
        """One thread of the list; it costs the same however many there are."""
        await self._catch_up()
        return self._by_thread.get(thread)

    async def _catch_up(self) -> None:
        """Read on in the list; one at a time, or an older edit that was read late would stand over a newer one."""
        async with self._catching_up:
            rows = await read_all(self.log, self._listed_to, [self.list_audience])
            fold(rows, self._listed)
            self._listed_to = rows[-1].seq if rows else self._listed_to
            for row in rows:
                listed = self._listed.get(row.ref or row.seq)
                if listed is not None and isinstance(listed.body, Listed):
                    self._by_thread[listed.body.thread] = listed.body

    async def list_thread(self, thread: str, title: str, tone: Tone, at: float, *, about: str = "") -> None:
        """Put a thread into the list, or bring its row up to date; the title it began with stays.

        ``about`` is the title of its last card; words without one leave the one before.
        """
        listed = Listed(thread, shorten(title), tone, at, shorten(about))
        key = f"thread:{self.list_audience}:{thread}"
        seq = await self.log.append(self.list_audience, LISTED, dump_body(listed), key=key)
        current = await self.thread(thread)
        began = current or await self._began(seq)
        wanted = replace(listed, title=began.title) if began else listed
        if current and not about:
            # Words beside a card change nothing of how the thread stands; a question does.
            stays = bool(current.about) and tone == "neutral"
            wanted = replace(wanted, about=current.about, tone=current.tone if stays else tone)
        if current != wanted:
            await self.log.replace(seq, dump_body(wanted))

    async def _began(self, seq: int) -> Listed | None:
        """A row of the list as it was first written: another process may have added it behind our reading."""
        first = await self.log.get(seq)
        body = parse_body(LISTED, first.body) if first else None
        return body if isinstance(body, Listed) else None

    async def hear(self, event: Event) -> Mapping[str, str]:
        """Hand an event to the bot, which stores it; field errors of a form, if any. Refused while it cannot."""
        if self.sink is None or self.closed.is_set():
            raise deny(503, "not_stored")
        try:
            return await self.sink(event) or {}
        except Exception as fault:
            log.exception("web.not_stored", key=event.dedupe)
            raise deny(503, "not_stored") from fault


def shorten(text: str) -> str:
    """The first line of a text, short enough for a list."""
    line = next(iter(text.strip().splitlines()), "")
    return line if len(line) <= TITLE_MAX else f"{line[: TITLE_MAX - 1].rstrip()}…"
