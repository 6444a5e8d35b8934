"""The sending side of the outbox: what is due goes out, in order per conversation; a failure holds up only its own."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import structlog
from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.chat.port import Actor, Card, Chat, Conversation, Message
from bot.store.codec import dump_message, parse_actor, parse_card, parse_conversation, parse_message
from bot.store.database import Database, clock
from bot.store.models import outbox
from iac.errors import Refused

log = structlog.get_logger()

AT_ONCE: Final = 8
"""Conversations that are spoken to at the same time."""
SEND_S: Final = 30.0
LEASE_SENDS: Final = 2.0
"""A lease lasts as long as two sends may: a message whose lease ended belongs to a sender that died."""
BACKOFF_S: Final = 0.5
BACKOFF_MAX_S: Final = 60.0
GIVE_UP_S: Final = 86_400.0
ORPHAN_S: Final = 3_600.0
"""An edit whose post never came is said as a post after this long."""
PERMANENT: Final = (TypeError, ValueError, Refused)
"""The same again would end the same: a card that the platform does not take, a person it does not know."""

OPEN: Final = outbox.c.sent_at.is_(None) & outbox.c.failed_at.is_(None)
IS_DUE: Final = (outbox.c.lease_until < clock()) & (outbox.c.due_at <= clock())
_other = outbox.alias("other")
_OTHER_OPEN: Final = _other.c.sent_at.is_(None) & _other.c.failed_at.is_(None)


@dataclass(frozen=True, slots=True)
class Letter:
    """One row of the outbox, taken to be sent. ``tries`` above one: it may be out already, the key tells."""

    seq: int
    key: str
    kind: str
    to: Conversation
    card: Card
    of: str | None
    who: Actor | None
    tries: int
    at: float
    target: Message | None = None


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends through one chat a platform. Any number of senders may share one outbox.

    ``send_s`` is the wall clock of one send.
    """

    database: Database
    chats: Mapping[str, Chat]
    send_s: float = SEND_S

    async def flush(self) -> int:
        """Send the first due message of each conversation, some conversations at once; how many were dealt with."""
        if not await self._has_work():
            return 0
        letters = await self._take()
        await asyncio.gather(*(self._deliver(letter) for letter in letters))
        return len(letters)

    async def _has_work(self) -> bool:
        """A look that locks nothing: an idle outbox costs no writer."""
        async with self.database.reading() as connection:
            return (await connection.execute(_heads(self.chats))).first() is not None

    async def _take(self) -> Sequence[Letter]:
        taken = {"lease_until": clock() + self.send_s * LEASE_SENDS, "tries": outbox.c.tries + 1}
        heads = _heads(self.chats).with_for_update(skip_locked=True)
        statement = update(outbox).where(outbox.c.seq.in_(heads), OPEN, IS_DUE).values(taken).returning(outbox)
        async with self.database.writing() as connection:
            await connection.execute(_drop_superseded())
            rows = (await connection.execute(statement)).all()
            return [await _letter(connection, row) for row in rows]

    async def _deliver(self, letter: Letter) -> None:
        try:
            async with asyncio.timeout(self.send_s):
                message = await self._send(letter)
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
        return await chat.post(letter.to, letter.card, key=letter.of or letter.key)

    async def _put_back(self, letter: Letter, error: Exception) -> None:
        wait = min(BACKOFF_MAX_S, BACKOFF_S * 2 ** min(letter.tries, 10))
        reason = f"{type(error).__name__}: {error}"
        log.warning("outbox.delayed", key=letter.key, tries=letter.tries, wait_s=wait, why=reason)
        is_old = outbox.c.at < clock() - GIVE_UP_S
        values = {"lease_until": 0.0, "due_at": clock() + wait, "reason": reason}
        await self._mark(letter, values, ~is_old)
        await self._mark(letter, {"failed_at": clock(), "reason": reason}, is_old)

    async def _give_up(self, letter: Letter, error: Exception) -> None:
        reason = f"{type(error).__name__}: {error}"
        log.error("outbox.failed", key=letter.key, tries=letter.tries, why=reason)
        await self._mark(letter, {"failed_at": clock(), "reason": reason})

    async def _mark(self, letter: Letter, values: Mapping[str, Any], *conditions: ColumnElement[bool]) -> None:
        """Only while it is ours: a sender that took it over after our lease counted one try more."""
        mine = (outbox.c.seq == letter.seq) & (outbox.c.tries == letter.tries)
        async with self.database.writing() as connection:
            await connection.execute(update(outbox).where(mine, *conditions).values(dict(values)))


def _heads(platforms: Iterable[str]) -> Select[Any]:
    """The first open message of each conversation that we speak to, where it is due."""
    # One that waits for its post holds up nobody.
    waits = outbox.c.of.is_not(None) & ~_post_is_settled() & (outbox.c.at > clock() - ORPHAN_S)
    ours = or_(false(), *(outbox.c.thread.startswith(f"{platform}:", autoescape=True) for platform in platforms))
    first = select(func.min(outbox.c.seq)).where(OPEN, ours, ~waits).group_by(outbox.c.thread)
    due = select(outbox.c.seq).where(outbox.c.seq.in_(first), OPEN, IS_DUE).order_by(outbox.c.seq)
    return due.limit(AT_ONCE)


def _post_is_settled() -> ColumnElement[bool]:
    is_post = _other.c.key == outbox.c.of
    return select(_other.c.seq).where(is_post, ~_OTHER_OPEN).exists()


def _drop_superseded() -> Any:
    """An edit that a later edit of the same card makes superfluous counts as sent, unless it is on its way."""
    later = and_(_other.c.of == outbox.c.of, _other.c.kind == "edit", _other.c.seq > outbox.c.seq, _OTHER_OPEN)
    superseded = select(_other.c.seq).where(later).exists()
    # One that waits after a failure keeps its place until it is due: newer edits must not hurry a struggling platform.
    return (
        update(outbox)
        .where(OPEN, IS_DUE, outbox.c.kind == "edit", superseded)
        .values(sent_at=clock(), reason="superseded")
    )


async def _letter(connection: AsyncConnection, row: Any) -> Letter:
    target = None
    if row.of is not None:
        # The post, or the edit that was posted in its place.
        known = or_(outbox.c.key == row.of, outbox.c.of == row.of) & outbox.c.message.is_not(None)
        chosen = select(outbox.c.message).where(known, outbox.c.sent_at.is_not(None)).order_by(outbox.c.seq).limit(1)
        stored = (await connection.execute(chosen)).scalar()
        target = parse_message(stored) if stored else None
    who = parse_actor(row.who) if row.who else None
    return Letter(
        row.seq,
        row.key,
        row.kind,
        parse_conversation(row.conversation),
        parse_card(row.card),
        row.of,
        who,
        row.tries,
        row.at,
        target,
    )
