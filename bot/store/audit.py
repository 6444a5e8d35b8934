"""The audit trail: one row a move, in the same transaction, and one a noted act; append-only, chained by hash."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

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
        """Walk the whole chain; how many rows it has. ``Broken`` names the first row that does not fit."""
        async with self.database.reading() as connection:
            head = (await connection.execute(select(audit_head).where(audit_head.c.id == 1))).one_or_none()
            if head is None:
                raise _broken(0)
            seq, link = await _walk(connection)
        if (seq, link) != (head.seq, head.hash):
            raise _broken(seq + 1)
        return seq


async def _walk(connection: AsyncConnection) -> tuple[int, str]:
    seq, link = 0, ""
    while True:
        page = select(audit).where(audit.c.seq > seq).order_by(audit.c.seq).limit(PAGE)
        rows = (await connection.execute(page)).all()
        for row in rows:
            if not _fits(row, seq, link):
                raise _broken(seq + 1)
            seq, link = row.seq, row.hash
        if len(rows) < PAGE:
            return seq, link


def _fits(row: Any, seq: int, link: str) -> bool:
    """The number follows, the link holds, and the column that is searched says what the body says."""
    is_linked = row.seq == seq + 1 and row.prev == link and row.hash == _link(row.seq, link, row.body)
    return bool(is_linked and json.loads(row.body)["run_id"] == row.run_id)


def _broken(seq: int) -> Broken:
    return Broken("verifying the audit trail", f"row {seq} is missing or was changed", key="run.audit_broken")


def _link(seq: int, prev: str, body: str) -> str:
    return hashlib.sha256(f"{seq}\n{prev}\n{body}".encode()).hexdigest()


def _canonical(entry: Entry) -> str:
    """The same entry is always the same text: sorted keys, no spaces, plain ASCII, and no secret in its facts."""
    fields = {name: getattr(entry, name) for name in ("run_id", "old", "new", "actor", "at", "what")}
    kept = {**fields, "facts": without_secrets(entry.facts)}
    return json.dumps(kept, sort_keys=True, separators=(",", ":"), default=str)


def _row(row: Any) -> AuditRow:
    return AuditRow(row.seq, Entry(**json.loads(row.body)), row.hash)
