"""Links between accounts: codes as hashes, and rows that are only ever added, so that what was one stays known."""

from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Double,
    Index,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import Refused
from bot.domain.linking import (
    CODES_WITHIN_S,
    MOST_CODES,
    MOST_WRONG,
    WRONG_WITHIN_S,
    LinkRow,
    Stage,
    Ties,
)
from bot.ports import LinkAttempt, Noted, Side
from bot.store.audit import note
from bot.store.database import Database, clock
from bot.store.models import Absent, Counter, metadata

links = Table(
    "links",
    metadata,
    Column("seq", Counter, primary_key=True, autoincrement=True),
    Column("account", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("is_on", Boolean, nullable=False),
    Column("at", Double, nullable=False),
    sqlite_autoincrement=True,
)
attempts = Table(
    "link_attempts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("code_hash", Text, nullable=False, unique=True),
    Column("account", Text, nullable=False),
    Column("first", JSON, nullable=False),
    Column("second", Absent),
    Column("stage", Text, nullable=False),
    Column("at", Double, nullable=False),
    Column("expires_at", Double, nullable=False),
    Index("link_attempts_of_account", "account", "at"),
)
tries = Table(
    "link_tries",
    metadata,
    Column("id", Counter, primary_key=True, autoincrement=True),
    Column("account", Text, nullable=False),
    Column("at", Double, nullable=False),
    Index("link_tries_of_account", "account", "at"),
    sqlite_autoincrement=True,
)

_SIDE: Final = TypeAdapter(Side)


@dataclass(frozen=True, slots=True)
class SqlLinks:
    """The ``Links`` port; ``ties`` are the links as this process knows them."""

    database: Database
    ties: Ties = field(default_factory=Ties)

    async def issue(self, attempt: LinkAttempt, code_hash: str) -> bool:
        """Keep a new attempt in place of the account's open ones; False where it had too many codes lately."""
        account = attempt.first.account
        row = {"id": attempt.id, "code_hash": code_hash, "account": account, "first": _dump(attempt.first)}
        async with self.database.writing() as connection:
            await connection.execute(delete(attempts).where(attempts.c.at < clock() - CODES_WITHIN_S))
            lately = select(func.count()).where(attempts.c.account == account)
            if int((await connection.execute(lately)).scalar_one()) >= MOST_CODES:
                return False
            is_open = (attempts.c.account == account) & attempts.c.stage.not_in(["done", "ended"])
            await connection.execute(update(attempts).where(is_open).values(stage="ended"))
            more = {"stage": attempt.stage, "at": clock(), "expires_at": attempt.expires_at}
            await connection.execute(insert(attempts).values(row | more))
            return True

    async def enter(self, code_hash: str, second: Side, now: float) -> LinkAttempt | None:
        """Use the code up; None where there is none such, and the try is counted."""
        is_it = (attempts.c.code_hash == code_hash) & (attempts.c.stage == "issued") & (attempts.c.expires_at > now)
        entered = update(attempts).where(is_it).values(stage="entered", second=_dump(second)).returning(attempts)
        async with self.database.writing() as connection:
            await connection.execute(delete(tries).where(tries.c.at < clock() - WRONG_WITHIN_S))
            wrong = select(func.count()).where(tries.c.account == second.account)
            if int((await connection.execute(wrong)).scalar_one()) >= MOST_WRONG:
                raise Refused("link.too_many_tries")
            row = (await connection.execute(entered)).first()
            if row is None:
                await connection.execute(insert(tries).values(account=second.account, at=clock()))
                return None
            return _parse(row)

    async def attempt(self, attempt_id: str) -> LinkAttempt | None:
        """The attempt of that id."""
        async with self.database.reading() as connection:
            row = (await connection.execute(select(attempts).where(attempts.c.id == attempt_id))).first()
        return None if row is None else _parse(row)

    async def advance(self, attempt: LinkAttempt, to: Stage, noted: Noted) -> bool:
        """From the stage it is in to the next, with its audit row; False where it moved meanwhile."""
        async with self.database.writing() as connection:
            if not await _moved(connection, attempt, to):
                return False
            await note(connection, noted)
            return True

    async def tie(self, attempt: LinkAttempt, account: str, person: str, noted: Noted) -> bool:
        """The last confirmation: the account is that person's from now on; False where it moved meanwhile."""
        async with self.database.writing() as connection:
            if not await _moved(connection, attempt, "done"):
                return False
            await _append(connection, account, person, noted, is_on=True)
        await self.refresh()
        return True

    async def untie(self, account: str, person: str, noted: Noted) -> None:
        """The account is that person's no more; that it was is kept.

        The row names the person as the link did: which id is first in the settings may have changed since.
        """
        whose = self.ties.person_of.get(account, person)
        async with self.database.writing() as connection:
            await _append(connection, account, whose, noted, is_on=False)
        await self.refresh()

    async def refresh(self) -> None:
        """Read what was linked since, here or by another process."""
        columns = (links.c.seq, links.c.account, links.c.person, links.c.is_on)
        chosen = select(*columns).where(links.c.seq > self.ties.seen).order_by(links.c.seq)
        async with self.database.reading() as connection:
            rows = [LinkRow(*row) for row in await connection.execute(chosen)]
        # Whoever read at the same moment may have taken some of them: each counts once, in order.
        self.ties.take([row for row in rows if row.seq > self.ties.seen])


async def _append(connection: AsyncConnection, account: str, person: str, noted: Noted, *, is_on: bool) -> None:
    """The audit row first: it holds the head of the trail, so that links are seen in the order of their numbers."""
    await note(connection, noted)
    await connection.execute(insert(links).values(account=account, person=person, is_on=is_on, at=clock()))


async def _moved(connection: AsyncConnection, attempt: LinkAttempt, to: Stage) -> bool:
    same = (attempts.c.id == attempt.id) & (attempts.c.stage == attempt.stage)
    statement = update(attempts).where(same).values(stage=to).returning(attempts.c.id)
    return (await connection.execute(statement)).first() is not None


def _dump(side: Side) -> Any:
    return _SIDE.dump_python(side, mode="json")


def _parse(row: Any) -> LinkAttempt:
    second = _SIDE.validate_python(row.second) if row.second else None
    return LinkAttempt(row.id, _SIDE.validate_python(row.first), row.expires_at, row.stage, second)
