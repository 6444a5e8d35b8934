"""The second way out: what a chat does not take goes out by another way, once by each, and is told afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, cast

import structlog
from sqlalchemy import (
    Column,
    ColumnElement,
    CompoundSelect,
    Double,
    Index,
    Integer,
    Select,
    Table,
    Text,
    and_,
    delete,
    false,
    func,
    or_,
    select,
    text,
)
from sqlalchemy import update as change
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.chat.cards import note_card, plain_text
from bot.chat.words import Words
from bot.domain.severity import ORDER, Severity, rule_of
from bot.log import redact
from bot.ports import Notice, Outgoing, SecondWay
from bot.store.codec import parse_card, parse_conversation, parse_message
from bot.store.database import Database, clock
from bot.store.models import metadata, outbox
from bot.store.outbox import queue
from iac.errors import Sentence

log = structlog.get_logger()

LOOK_EVERY_S: Final = 5.0
LEASE_S: Final = 120.0
BACKOFF_S, BACKOFF_MAX_S = 5.0, 300.0
OLD_S: Final = 86_400.0
"""What is a day old is nobody's alarm any more; it is also when its own chat is given up."""
AT_ONCE: Final = 20

second_ways = Table(
    "second_ways",
    metadata,
    Column("key", Text, primary_key=True),
    Column("way", Text, primary_key=True),
    Column("at", Double, nullable=False),
    Column("sent_at", Double),
    Column("told_at", Double),
    Column("reason", Text),
    Column("lease_until", Double, nullable=False, server_default="0"),
    Column("due_at", Double, nullable=False, server_default="0"),
    Column("tries", Integer, nullable=False, server_default="0"),
    Index(
        "second_ways_untold",
        "key",
        sqlite_where=text("told_at IS NULL"),
        postgresql_where=text("told_at IS NULL"),
    ),
)

_UNTOLD: Final = second_ways.c.told_at.is_(None)
_OPEN: Final = outbox.c.sent_at.is_(None)


@dataclass(frozen=True, slots=True)
class Rule:
    """After how many seconds without its chat a message goes out by these ways."""

    after_s: float
    ways: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Second:
    """Looks after what should have been said. Any number of processes may do it over one outbox.

    A process that dies between a mail and its record sends that mail again, with the same Message-ID.
    """

    database: Database
    ways: Mapping[str, SecondWay]
    rules: Mapping[Severity, Rule]
    words: Words
    lease_s: float = LEASE_S

    async def look(self) -> int:
        """One look: send what is overdue, tell what is back; how many went out."""
        if not self.rules:
            return 0
        await self._note_overdue()
        taken = await self._taken()
        sent = [await self._send(row) for row in taken]
        await self._tell()
        return sum(sent)

    async def _note_overdue(self) -> None:
        """Write down what is to go out; a row that is there already is left as it is."""
        async with self.database.reading() as connection:
            late = (await connection.execute(overdue(self.rules))).all()
        wanted = [(row.key, way) for row in late for way in self._rule(row.severity).ways if way in self.ways]
        if not wanted:
            return
        async with self.database.writing() as connection:
            for key, way in wanted:
                fresh = self.database.insert(second_ways).values(key=key, way=way, at=clock())
                await connection.execute(fresh.on_conflict_do_nothing())

    async def _taken(self) -> Sequence[Any]:
        """What is due now, held by us; what its own chat has taken meanwhile needs no other way."""
        is_due = (
            second_ways.c.sent_at.is_(None)
            & _UNTOLD
            & (second_ways.c.due_at <= clock())
            & (second_ways.c.lease_until < clock())
        )
        async with self.database.reading() as connection:
            if (await connection.execute(select(second_ways.c.key).where(is_due).limit(1))).first() is None:
                return ()
        is_owed = select(outbox.c.seq).where(outbox.c.key == second_ways.c.key, _OPEN).exists()
        async with self.database.writing() as connection:
            await connection.execute(delete(second_ways).where(is_due, ~is_owed))
            heads = select(second_ways.c.key, second_ways.c.way).where(is_due).limit(AT_ONCE)
            found = (await connection.execute(heads.with_for_update(skip_locked=True))).all()
            return [row for each in found if (row := await self._take(connection, each)) is not None]

    async def _take(self, connection: AsyncConnection, each: Any) -> Any:
        taken = {"lease_until": clock() + self.lease_s, "tries": second_ways.c.tries + 1}
        await connection.execute(change(second_ways).where(_is(each.key, each.way)).values(taken))
        columns = (outbox.c.key, outbox.c.severity, outbox.c.card, outbox.c.conversation, outbox.c.at, outbox.c.reason)
        joined = select(*columns, second_ways.c.way, second_ways.c.tries).join(
            second_ways, second_ways.c.key == outbox.c.key
        )
        return (await connection.execute(joined.where(_is(each.key, each.way)))).first()

    async def _send(self, row: Any) -> bool:
        try:
            await self.ways[row.way].send(self._notice(row))
        except Exception as fault:  # noqa: BLE001 - the one door of all ways: whatever broke, it is tried again
            wait = min(BACKOFF_MAX_S, BACKOFF_S * 2 ** min(row.tries, 10))
            reason = redact(f"{type(fault).__name__}: {fault}")
            log.warning("second.delayed", key=row.key, way=row.way, tries=row.tries, wait_s=wait, why=reason)
            await self._mark(row, {"due_at": clock() + wait, "lease_until": 0.0, "reason": reason})
            return False
        log.info("second.sent", key=row.key, way=row.way, severity=row.severity)
        await self._mark(row, {"sent_at": clock(), "reason": None})
        return True

    async def _mark(self, row: Any, values: Mapping[str, Any]) -> None:
        """Only while it is ours: whoever took it over after our lease counted one try more."""
        mine = _is(row.key, row.way) & (second_ways.c.tries == row.tries)
        async with self.database.writing() as connection:
            await connection.execute(change(second_ways).where(mine).values(dict(values)))

    def _notice(self, row: Any) -> Notice:
        card = parse_card(row.card)
        said = plain_text(card)
        language = self.words.language_of(said)
        platform = parse_conversation(row.conversation).platform
        why = self.words.text("second.why", language, platform=platform.title(), since=_hour(row.at))
        severity = cast("Severity", row.severity)
        title = card.title or card.plain.strip().splitlines()[0]
        return Notice(row.key, severity, redact(title), redact(f"{said}\n\n{why}"), card)

    async def _tell(self) -> None:
        """Own up to it in the thread, as soon as the thread has what it is about: in one transaction, so once."""
        waiting = (
            select(outbox.c.key, outbox.c.conversation, outbox.c.message, outbox.c.card)
            .where(~_OPEN, outbox.c.key.in_(select(second_ways.c.key).where(_UNTOLD, _is_sent())))
            .limit(AT_ONCE)
        )
        async with self.database.reading() as connection:
            rows = (await connection.execute(waiting)).all()
        for row in rows:
            async with self.database.writing() as connection:
                untold = change(second_ways).where(second_ways.c.key == row.key, _UNTOLD, _is_sent())
                told = untold.values(told_at=clock()).returning(second_ways.c.way, second_ways.c.sent_at)
                ways = sorted((await connection.execute(told)).all(), key=lambda way: cast("float", way.sent_at))
                if ways:
                    await queue(self.database, connection, [self._confession(row, ways)])

    def _confession(self, row: Any, ways: Sequence[Any]) -> Outgoing:
        to = parse_message(row.message).conversation if row.message else parse_conversation(row.conversation)
        language = self.words.language_of(plain_text(parse_card(row.card)))
        named = tuple(self._named(way, language) for way in ways)
        said = Sentence("second.told", {"ways": named, "platform": to.platform.title()})
        # The last way is part of the key: one that went out later is told by itself.
        return Outgoing(f"second:{row.key}:{ways[-1].way}", to, note_card(said, self.words, language))

    def _named(self, way: Any, language: str) -> str:
        key = f"second.way.{way.way}" if way.way in ("mail", "push") else "second.way.chat"
        return self.words.text(key, language, at=_hour(way.sent_at), where=way.way)

    def _rule(self, severity: str) -> Rule:
        return rule_of(severity, self.rules) or Rule(0, ())


def overdue(rules: Mapping[Severity, Rule]) -> CompoundSelect[Any]:
    """What its chat should have taken, or never will; nothing that was for one alone, whispered or said directly.

    Two questions, because each has an index of its own: what waits, and what was refused.
    """
    severe = {each: rule for each in ORDER if (rule := rule_of(each, rules))}
    is_late = or_(*((outbox.c.severity == each) & (outbox.c.at <= clock() - severe[each].after_s) for each in severe))
    waits = _candidates().where(outbox.c.failed_at.is_(None), is_late)
    refused = _candidates().where(outbox.c.failed_at.is_not(None), outbox.c.severity.in_(severe))
    return waits.union_all(refused).limit(AT_ONCE)


def _candidates() -> Select[Any]:
    """Fresh, not said, not noted, and no newer form of the same card is on its way."""
    later = outbox.alias("later")
    is_newer = and_(later.c.of == outbox.c.of, later.c.seq > outbox.c.seq)
    is_known = select(second_ways.c.key).where(second_ways.c.key == outbox.c.key).exists()
    is_direct = func.coalesce(outbox.c.conversation["is_direct"].as_boolean(), false())
    is_public = (outbox.c.kind != "whisper") & ~is_direct & (outbox.c.at > clock() - OLD_S)
    is_overtaken = select(later.c.seq).where(is_newer).exists()
    return select(outbox.c.key, outbox.c.severity).where(_OPEN, is_public, ~is_overtaken, ~is_known)


async def unsent(database: Database) -> int:
    """How many notices a way has failed to take and still owes: for /ready."""
    owed = second_ways.c.sent_at.is_(None) & second_ways.c.reason.is_not(None) & _UNTOLD
    async with database.reading() as connection:
        return int((await connection.execute(select(func.count()).where(owed))).scalar_one())


def _is(key: str, way: str) -> ColumnElement[bool]:
    return (second_ways.c.key == key) & (second_ways.c.way == way)


def _is_sent() -> ColumnElement[bool]:
    return second_ways.c.sent_at.is_not(None)


def _hour(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%H:%M} UTC"
