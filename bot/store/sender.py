"""The sending side of the outbox: what is due goes out, in order per conversation; a failure holds up only its own."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from sqlalchemy import ColumnElement, update

from bot.chat.port import Chat, Message, TooFast
from bot.log import redact
from bot.store.codec import dump_message
from bot.store.database import Database, clock
from bot.store.letters import TOO_FAST, Letter, Taking, channel_of, has_due, hold_back, take
from bot.store.models import outbox
from iac.errors import Refused

log = structlog.get_logger()

AT_ONCE: Final = 8
"""Conversations of one platform that are spoken to at the same time."""
SEND_S: Final = 30.0
LEASE_SENDS: Final = 2.0
"""A lease lasts as long as two sends may: a message whose lease ended belongs to a sender that died."""
LOOK_S: Final = 0.2
"""How long one send is waited for before there is another look at what is due: a slow one holds up its own alone."""
GRACE_S: Final = 2.0
BACKOFF_S: Final = 0.5
BACKOFF_MAX_S: Final = 60.0
GIVE_UP_S: Final = 86_400.0
PERMANENT: Final = (TypeError, ValueError, Refused)
"""The same again would end the same: a card that the platform does not take, a person it does not know."""


@dataclass(slots=True)
class Sender:
    """Sends through one chat a platform. Any number of senders may share one outbox.

    ``send_s`` is the wall clock of one send.
    """

    database: Database
    chats: Mapping[str, Chat]
    send_s: float = SEND_S
    _flying: dict["asyncio.Task[None]", str] = field(default_factory=dict)

    async def flush(self) -> int:
        """Send what is due, and wait a moment for the first to be out; how many were sent or are on their way."""
        for letter in await self._due():
            self._flying[asyncio.create_task(self._deliver(letter))] = letter.to.platform
        if not self._flying:
            return 0
        known = len(self._flying)
        done, _ = await asyncio.wait(self._flying, timeout=LOOK_S, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            del self._flying[task]
        for task in done:
            task.result()
        return known

    async def rest(self) -> None:
        """Give what is on its way a moment, then let go: it is looked up before it is said again."""
        if self._flying:
            _, late = await asyncio.wait(self._flying, timeout=GRACE_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*self._flying, return_exceptions=True)
            self._flying.clear()

    async def _due(self) -> Sequence[Letter]:
        """What is taken now: a platform whose places are all taken by slow sends holds up no other."""
        busy = list(self._flying.values())
        free = {name: AT_ONCE - busy.count(name) for name in self.chats if busy.count(name) < AT_ONCE}
        async with self.database.reading() as connection:
            if not await has_due(connection, free):
                return ()
        letters: list[Letter] = []
        for name, most in free.items():
            pace = self.chats[name].capabilities.sends_per_second
            taking = Taking(name, most, self.send_s * LEASE_SENDS, pace)
            async with self.database.writing() as connection:
                letters += await take(self.database, connection, taking)
        return letters

    async def _deliver(self, letter: Letter) -> None:
        try:
            async with asyncio.timeout(self.send_s):
                message = await self._send(letter)
        except TooFast as wait:
            await self._wait(letter, wait)
        except PERMANENT as error:
            await self._give_up(letter, error)
        except Exception as error:  # noqa: BLE001 - the one door of all adapters: whatever broke, the row stays due
            await self._put_back(letter, error)
        else:
            stored = dump_message(message) if message else None
            await self._mark(letter, {"sent_at": clock(), "message": stored, "reason": None})

    async def _send(self, letter: Letter) -> Message | None:
        chat = self.chats[letter.to.platform]
        if letter.kind == "whisper":
            if letter.who is None:
                raise TypeError("a whisper without a listener")
            await chat.whisper(letter.to, letter.who, letter.card, key=letter.key)
            return None
        if letter.kind == "edit" and letter.target is not None:
            await chat.edit(letter.target, letter.card, key=letter.key)
            return letter.target
        # An edit whose post failed for good takes its place: the person sees at least how it ended.
        key = letter.of or letter.key
        found = await chat.find(letter.to, key) if letter.is_doubtful or letter.kind == "edit" else None
        if found is None:
            return await chat.post(letter.to, letter.card, key=key)
        log.info("outbox.was_out_already", key=letter.key, tries=letter.tries)
        if letter.kind == "edit":
            await chat.edit(found, letter.card, key=letter.key)
        return found

    async def _wait(self, letter: Letter, wait: TooFast) -> None:
        """Exactly as long as the platform asks, with the whole channel: nobody overtakes."""
        log.info("outbox.slowed", key=letter.key, wait_s=wait.seconds)
        values = {"lease_until": 0.0, "due_at": clock() + wait.seconds, "reason": f"{TOO_FAST}: {wait.seconds:g} s"}
        await self._mark(letter, values)
        async with self.database.writing() as connection:
            await hold_back(self.database, connection, channel_of(letter.to), wait.seconds)

    async def _put_back(self, letter: Letter, error: Exception) -> None:
        wait = min(BACKOFF_MAX_S, BACKOFF_S * 2 ** min(letter.tries, 10))
        reason = _reason(error)
        log.warning("outbox.delayed", key=letter.key, tries=letter.tries, wait_s=wait, why=reason)
        is_old = outbox.c.at < clock() - GIVE_UP_S
        values = {"lease_until": 0.0, "due_at": clock() + wait, "reason": reason}
        await self._mark(letter, values, ~is_old)
        await self._mark(letter, {"failed_at": clock(), "reason": reason}, is_old)

    async def _give_up(self, letter: Letter, error: Exception) -> None:
        reason = _reason(error)
        log.error("outbox.failed", key=letter.key, tries=letter.tries, why=reason)
        await self._mark(letter, {"failed_at": clock(), "reason": reason})

    async def _mark(self, letter: Letter, values: Mapping[str, Any], *conditions: ColumnElement[bool]) -> None:
        """Only while it is ours: a sender that took it over after our lease counted one try more."""
        mine = (outbox.c.seq == letter.seq) & (outbox.c.tries == letter.tries)
        async with self.database.writing() as connection:
            await connection.execute(update(outbox).where(mine, *conditions).values(dict(values)))


def _reason(error: Exception) -> str:
    return redact(f"{type(error).__name__}: {error}")
