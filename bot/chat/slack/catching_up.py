"""After a time of hearing nothing: what was said to us meanwhile is read, and goes the way of everything heard."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Final

import structlog

from bot.chat.port import Conversation, Said, TooFast
from bot.chat.slack.calling import Json, No
from bot.chat.slack.reading import PLATFORM, Reader
from bot.chat.slack.thread import Reading
from bot.ports import Clock, Joined, JoinedThreads
from iac.errors import Broken

log = structlog.get_logger()

MARK: Final = "slack:alive"
DAYS_S: Final = 7 * 86_400.0
"""Threads that were silent for longer are not looked at again."""
THREADS: Final = 200
MARGIN_S: Final = 120.0
"""Clocks differ, and what was under way when we died may not have been stored; a key that is known is passed over."""
PAUSES_S: Final = tuple(0.2 * 2**n for n in range(10))
"""Between the tries to read on where what is heard cannot be stored: for three minutes and a half in all."""


@dataclass(frozen=True, slots=True)
class CatchingUp:
    """Reads our threads, and the channels that they stand in."""

    reading: Reading
    joined: JoinedThreads
    hear: Callable[[Said], Awaitable[object]]
    _: KW_ONLY
    now: Clock = time.time
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def alive(self) -> None:
        """We hear at this moment."""
        await self.joined.mark(MARK, f"{self.now():.3f}")

    async def catch_up(self, reader: Reader) -> int:
        """Hear what was said since we last heard; how many words that were. Nothing at the very first start."""
        mark = await self.joined.marked(MARK)
        if not mark:
            return 0
        since = float(mark) - MARGIN_S
        threads = await self.joined.recent(PLATFORM, since - DAYS_S, THREADS)
        heard = 0
        for place, begin in (*_channels(threads), *_threads(threads)):
            if place.space == reader.own.team:
                heard += await self._of(place, max(since, begin), reader)
        log.info("slack.caught_up", threads=len(threads), words=heard)
        return heard

    async def read_on(self, said: Said, reader: Reader) -> int:
        """Hear what was said in a thread after the words that made it ours; a store that is away is waited for."""
        since = float(said.message.id) if said.message else self.now()
        for pause in PAUSES_S:
            try:
                return await self._of(said.conversation, since, reader)
            except Broken as fault:
                log.warning("slack.not_read_on", thread=said.conversation.key, why=str(fault), again_in_s=pause)
                await self.sleep(pause)
        return await self._of(said.conversation, since, reader)

    async def _of(self, place: Conversation, since: float, reader: Reader) -> int:
        """One thread, or the roots of one channel; one that we may not read costs only itself.

        Raises ``Broken`` where Slack is away: what was not read is read later.
        """
        while True:
            try:
                messages = await self.reading.thread(place, since=since)
            except TooFast as wait:
                await self.sleep(wait.seconds)
            except No as no:
                log.warning("slack.not_read", thread=place.key, why=str(no))
                return 0
            else:
                return await self._hear([m for m in messages if float(m["ts"]) > since], place, reader)

    async def _hear(self, messages: Sequence[Json], place: Conversation, reader: Reader) -> int:
        found = [said for said in (_said(message, place, reader) for message in messages) if said]
        # A root that does not name us was not to us, even where we joined its thread later.
        ours = [said for said in found if place.thread or said.is_to_bot]
        for said in ours:
            await self.hear(said)
        return len(ours)


def _said(message: Json, place: Conversation, reader: Reader) -> Said | None:
    """A message as words; one that is not what Slack describes costs only itself."""
    try:
        return reader.said(message, place.channel)
    except (LookupError, ValueError, TypeError) as fault:
        log.warning("body.unreadable", kind="message", why=f"{type(fault).__name__}: {fault}")
        return None


def _threads(joined: Iterable[Joined]) -> Sequence[tuple[Conversation, float]]:
    """Each thread from where we take part in it: what people said there before was not to us."""
    return [(_place(each.thread), each.at - 0.001) for each in joined]


def _channels(joined: Iterable[Joined]) -> Sequence[tuple[Conversation, float]]:
    """Their channels, where a new thread may have begun with our name."""
    places = [_place(each.thread) for each in joined]
    found = {
        place.channel: Conversation(PLATFORM, place.space, place.channel, is_direct=place.is_direct) for place in places
    }
    return [(place, 0.0) for place in found.values()]


def _place(key: str) -> Conversation:
    platform, space, channel, thread = key.split(":", 3)
    return Conversation(platform, space, channel, thread if thread != "-" else None, channel.startswith("D"))
