"""What is due in the outbox, taken to be sent: in order per conversation, paced per channel, by one sender alone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.chat.port import Actor, Card, Conversation, Message
from bot.store.codec import parse_actor, parse_card, parse_conversation, parse_message
from bot.store.database import Database, clock
from bot.store.models import outbox, paces

ORPHAN_S: Final = 3_600.0
"""An edit whose post never came is said as a post after this long."""
TOO_FAST: Final = "TooFast"
"""How the reason of a message begins that the platform sent back unread."""

OPEN: Final = outbox.c.sent_at.is_(None) & outbox.c.failed_at.is_(None)
IS_DUE: Final = (outbox.c.lease_until < clock()) & (outbox.c.due_at <= clock())
_other = outbox.alias("other")
_OTHER_OPEN: Final = _other.c.sent_at.is_(None) & _other.c.failed_at.is_(None)


@dataclass(frozen=True, slots=True)
class Letter:
    """One row of the outbox, taken to be sent. ``is_doubtful``: it may be out already, and only the platform knows."""

    seq: int
    key: str
    kind: str
    to: Conversation
    card: Card
    of: str | None
    who: Actor | None
    tries: int
    at: float
    is_doubtful: bool
    target: Message | None = None


@dataclass(frozen=True, slots=True)
class Taking:
    """How much a sender takes of one platform: ``per_second`` messages a channel, None for as many as there are."""

    platform: str
    most: int
    lease_s: float
    per_second: float | None = None


async def has_due(connection: AsyncConnection, platforms: Iterable[str]) -> bool:
    """A look that locks nothing: an idle outbox costs no writer."""
    return (await connection.execute(due_heads(platforms).limit(1))).first() is not None


async def take(database: Database, connection: AsyncConnection, taking: Taking) -> Sequence[Letter]:
    """The first due message of each conversation, at most ``most``, held for ``lease_s`` seconds."""
    await connection.execute(_drop_superseded())
    heads = due_heads([taking.platform]).limit(taking.most).with_for_update(skip_locked=True)
    found: Mapping[int, Any] = {row.seq: row for row in await connection.execute(heads)}
    if taking.per_second is not None:
        found = await _paced(database, connection, found, 1 / taking.per_second)
    # The reason goes as it is taken: one that is found without has been taken by a sender that died.
    taken = {"lease_until": clock() + taking.lease_s, "tries": outbox.c.tries + 1, "reason": None}
    statement = update(outbox).where(outbox.c.seq.in_(found), OPEN, IS_DUE).values(taken).returning(outbox)
    rows = (await connection.execute(statement)).all() if found else []
    return [await _letter(connection, row, found[row.seq].reason) for row in rows]


async def hold_back(database: Database, connection: AsyncConnection, channel: str, seconds: float) -> bool:
    """Let nothing more go into that channel for so long; False, and nothing changed, where it is held back already."""
    until = clock() + seconds
    statement = database.insert(paces).values(channel=channel, free_at=until)
    longer = statement.on_conflict_do_update(
        index_elements=["channel"], set_={"free_at": until}, where=paces.c.free_at <= clock()
    )
    return (await connection.execute(longer.returning(paces.c.channel))).first() is not None


def channel_of(to: Conversation) -> str:
    """What a platform counts together."""
    return f"{to.platform}:{to.space}:{to.channel}"


async def _paced(
    database: Database, connection: AsyncConnection, found: Mapping[int, Any], interval_s: float
) -> Mapping[int, Any]:
    """The first of each channel whose turn it is; the order of channels is the same for all senders: no deadlock."""
    first: dict[str, int] = {}
    for seq in sorted(found):
        first.setdefault(channel_of(parse_conversation(found[seq].conversation)), seq)
    chosen = [first[c] for c in sorted(first) if await hold_back(database, connection, c, interval_s)]
    return {seq: found[seq] for seq in chosen}


def due_heads(platforms: Iterable[str]) -> Select[Any]:
    """The first open message of each conversation that we speak to, where it is due and its channel is free."""
    # One that waits for its post holds up nobody.
    waits = outbox.c.of.is_not(None) & ~_post_is_settled() & (outbox.c.at > clock() - ORPHAN_S)
    ours = or_(false(), *(outbox.c.thread.startswith(f"{platform}:", autoescape=True) for platform in platforms))
    first = select(func.min(outbox.c.seq)).where(OPEN, ours, ~waits).group_by(outbox.c.thread)
    columns = (outbox.c.seq, outbox.c.conversation, outbox.c.reason)
    return select(*columns).where(outbox.c.seq.in_(first), OPEN, IS_DUE, ~_is_held_back()).order_by(outbox.c.seq)


def _is_held_back() -> ColumnElement[bool]:
    in_channel = func.substr(outbox.c.thread, 1, func.length(paces.c.channel) + 1) == paces.c.channel + ":"
    return select(paces.c.channel).where(in_channel, paces.c.free_at > clock()).exists()


def _post_is_settled() -> ColumnElement[bool]:
    is_post = _other.c.key == outbox.c.of
    return select(_other.c.seq).where(is_post, ~_OTHER_OPEN).exists()


def _drop_superseded() -> Any:
    """An edit that a later edit of the same card makes superfluous counts as sent, unless it is on its way."""
    later = and_(_other.c.of == outbox.c.of, _other.c.kind == "edit", _other.c.seq > outbox.c.seq, _OTHER_OPEN)
    superseded = select(_other.c.seq).where(later).exists()
    # One that waits after a failure keeps its place until it is due: newer edits must not hurry a struggling platform.
    old = select(outbox.c.seq).where(OPEN, IS_DUE, outbox.c.kind == "edit", superseded).order_by(outbox.c.seq)
    # Those that another sender has in hand are passed over: two that wait for one another's rows would never end.
    free = old.with_for_update(skip_locked=True, of=outbox)
    return update(outbox).where(outbox.c.seq.in_(free)).values(sent_at=clock(), reason="superseded")


async def _letter(connection: AsyncConnection, row: Any, reason: str | None) -> Letter:
    target = None
    if row.of is not None:
        # The post, or the edit that was posted in its place.
        known = or_(outbox.c.key == row.of, outbox.c.of == row.of) & outbox.c.message.is_not(None)
        chosen = select(outbox.c.message).where(known, outbox.c.sent_at.is_not(None)).order_by(outbox.c.seq).limit(1)
        stored = (await connection.execute(chosen)).scalar()
        target = parse_message(stored) if stored else None
    return Letter(
        seq=row.seq,
        key=row.key,
        kind=row.kind,
        to=parse_conversation(row.conversation),
        card=parse_card(row.card),
        of=row.of,
        who=parse_actor(row.who) if row.who else None,
        tries=row.tries,
        at=row.at,
        is_doubtful=row.tries > 1 and not (reason or "").startswith(TOO_FAST),
        target=target,
    )
