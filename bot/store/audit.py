"""The audit trail: one row a move, in the same transaction, and one a noted act; append-only, chained by hash."""

import hashlib
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import TrailTorn
from bot.log import without_secrets
from bot.ports import Noted
from bot.store.database import Database
from bot.store.models import audit, audit_head
from iac.errors import Broken

PAGE = 1000
MOVED: Final = "run.moved"


@dataclass(frozen=True, slots=True)
class Entry:
    """What happened: who moved which run from where to where. ``old`` is None where the run was made.

    What is no move has its own word in ``what``, its result in ``new``, and no run where it is about none.
    """

    run_id: str
    old: str | None
    new: str
    actor: str
    at: float
    facts: Mapping[str, Any]
    what: str = MOVED


@dataclass(frozen=True, slots=True)
class Head:
    """A place in the chain: everything up to it is held by its hash."""

    seq: int
    hash: str


START: Final = Head(0, "")


@dataclass(frozen=True, slots=True)
class Link:
    """One row as it is kept: ``hash`` is the SHA-256 of its number, the hash before it and its body."""

    seq: int
    prev: str
    hash: str
    body: str


@dataclass(frozen=True, slots=True)
class AuditRow:
    """An entry with its place in the chain."""

    seq: int
    entry: Entry
    hash: str


async def record(connection: AsyncConnection, entry: Entry) -> None:
    """Append one entry inside the caller's transaction.

    The head row is locked by its UPDATE until the transaction ends: that puts all moves of all workers in one order.
    """
    body = _canonical(entry)
    locked = update(audit_head).where(audit_head.c.id == 1).values(seq=audit_head.c.seq + 1)
    head = (await connection.execute(locked.returning(audit_head.c.seq, audit_head.c.hash))).one_or_none()
    if head is None:
        raise Broken("writing the audit trail", "its head is missing", key="run.audit_broken")
    link = _link(head.seq, head.hash, body)
    row = {"seq": head.seq, "run_id": entry.run_id, "body": body, "prev": head.hash, "hash": link}
    await connection.execute(insert(audit).values(row))
    await connection.execute(update(audit_head).where(audit_head.c.id == 1).values(hash=link))


async def note(connection: AsyncConnection, noted: Noted) -> None:
    """Append something that is no move, inside the caller's transaction: it happened, or neither happened."""
    facts = {"digest": noted.digest, **noted.facts}
    await record(connection, Entry(noted.run_id, None, noted.result, noted.who, noted.at, facts, noted.what))


@dataclass(frozen=True, slots=True)
class Audit:
    """The trail: what is read of it, and what is noted in a transaction of its own."""

    database: Database
    page: int = PAGE

    async def note(self, noted: Noted) -> None:
        """Append something that is no move and that nothing else is written with."""
        async with self.database.writing() as connection:
            await note(connection, noted)

    async def of_run(self, run_id: str) -> Sequence[AuditRow]:
        """Everything that happened to one run, oldest first."""
        async with self.database.reading() as connection:
            rows = await connection.execute(select(audit).where(audit.c.run_id == run_id).order_by(audit.c.seq))
            return [_row(row) for row in rows]

    async def verify(self) -> int:
        """Walk the whole chain; how many rows it has. ``TrailTorn`` names the first row that does not fit."""
        return (await self.walk()).seq

    async def walk(self, begin: Head = START) -> Head:
        """Walk the chain from a place that was found right to its head of now, page by page; the head.

        Rows never change once they are written: pages may be read one after the other while others write on.
        """
        head, at = await self.head(), begin
        while at.seq < head.seq:
            at = await self._page(at, head.seq)
        if at != head:
            raise TrailTorn(min(at.seq, head.seq) + 1)
        return head

    async def head(self) -> Head:
        """The end of the chain as the table of heads has it; ``TrailTorn`` where rows lie beyond it."""
        # One statement, one moment: a row that is added between two of them would look like a forged one.
        newest = select(func.coalesce(func.max(audit.c.seq), 0)).scalar_subquery()
        async with self.database.reading() as connection:
            found = await connection.execute(select(audit_head.c.seq, audit_head.c.hash, newest.label("newest")))
            row = found.one_or_none()
        if row is None:
            raise TrailTorn(0)
        if row.newest > row.seq:
            raise TrailTorn(row.seq + 1)
        return Head(row.seq, row.hash)

    async def hash_of(self, seq: int) -> str | None:
        """The hash of one row; None where there is no such row."""
        async with self.database.reading() as connection:
            return (await connection.execute(select(audit.c.hash).where(audit.c.seq == seq))).scalar()

    async def export(self, run_id: str | None = None) -> AsyncIterator[Link]:
        """Every link of the chain, oldest first; of one run where it is named."""
        at = 0
        while True:
            chosen = select(audit).where(audit.c.seq > at).order_by(audit.c.seq).limit(self.page)
            async with self.database.reading() as connection:
                rows = await connection.execute(chosen if run_id is None else chosen.where(audit.c.run_id == run_id))
                links = [Link(row.seq, row.prev, row.hash, row.body) for row in rows]
            for each in links:
                yield each
            if len(links) < self.page:
                return
            at = links[-1].seq

    async def _page(self, at: Head, last: int) -> Head:
        """The next rows, each held against the one before it; where they end."""
        page = select(audit).where(audit.c.seq > at.seq, audit.c.seq <= last).order_by(audit.c.seq).limit(self.page)
        async with self.database.reading() as connection:
            rows = (await connection.execute(page)).all()
        for row in rows:
            if not _fits(row, at.seq, at.hash):
                raise TrailTorn(at.seq + 1)
            at = Head(row.seq, row.hash)
        if not rows:
            raise TrailTorn(at.seq + 1)
        return at


def _fits(row: Any, seq: int, link: str) -> bool:
    """The number follows, the link holds, and the column that is searched says what the body says."""
    is_linked = row.seq == seq + 1 and row.prev == link and row.hash == _link(row.seq, link, row.body)
    return bool(is_linked and json.loads(row.body)["run_id"] == row.run_id)


def _link(seq: int, prev: str, body: str) -> str:
    return hashlib.sha256(f"{seq}\n{prev}\n{body}".encode()).hexdigest()


def _canonical(entry: Entry) -> str:
    """The same entry is always the same text: sorted keys, no spaces, plain ASCII, and no secret in its facts."""
    fields = {name: getattr(entry, name) for name in ("run_id", "old", "new", "actor", "at", "what")}
    kept = {**fields, "facts": without_secrets(entry.facts)}
    return json.dumps(kept, sort_keys=True, separators=(",", ":"), default=str)


def _row(row: Any) -> AuditRow:
    return AuditRow(row.seq, Entry(**json.loads(row.body)), row.hash)
