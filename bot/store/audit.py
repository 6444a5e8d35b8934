"""The audit trail: one row a move, in the same transaction; append-only and chained by hash."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.database import Database
from bot.store.models import audit, audit_head
from iac.errors import Broken

PAGE = 1000


@dataclass(frozen=True, slots=True)
class Entry:
    """What happened: who moved which run from where to where. ``old`` is None where the run was made."""

    run_id: str
    old: str | None
    new: str
    actor: str
    at: float
    facts: Mapping[str, Any]


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


@dataclass(frozen=True, slots=True)
class Audit:
    """The reading side of the trail."""

    database: Database

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
    """The same entry is always the same text: sorted keys, no spaces, plain ASCII."""
    fields = {name: getattr(entry, name) for name in ("run_id", "old", "new", "actor", "at")}
    return json.dumps({**fields, "facts": dict(entry.facts)}, sort_keys=True, separators=(",", ":"), default=str)


def _row(row: Any) -> AuditRow:
    return AuditRow(row.seq, Entry(**json.loads(row.body)), row.hash)
