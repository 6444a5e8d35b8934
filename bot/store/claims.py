"""Room and quota, claimed one after the other: two plans made at the same moment see each other."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Final

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import Lost
from bot.domain.run import TERMINAL, Run
from bot.ports import Claimed
from bot.store.database import Database, clock
from bot.store.models import claims, claims_head
from bot.store.settled import held_state
from iac.errors import Broken

COLUMNS: Final = tuple(claims.c[column.name] for column in fields(Claimed))
ORDER: Final = (claims.c.at, claims.c.run_id, claims.c.guest)


@dataclass(frozen=True, slots=True)
class SqlClaims:
    """The ``Claims`` port."""

    database: Database

    async def take(self, run: Run, decide: Callable[[Sequence[Claimed]], Sequence[Claimed]]) -> Sequence[Claimed]:
        """Decide under one lock what this run claims, given everything that is claimed by others, and keep it.

        What ``decide`` raises is raised, and nothing is kept. ``Lost`` where the run has ended meanwhile: it must
        not keep anything any more. The head first, then the run: one order, no deadlock.
        """
        async with self.database.writing() as connection:
            await _queue_up(connection)
            state = await held_state(connection, run.id)
            if state is None or state in TERMINAL:
                raise Lost(run.id)
            mine = decide(await _all(connection, claims.c.run_id != run.id))
            await connection.execute(delete(claims).where(claims.c.run_id == run.id))
            if mine:
                await connection.execute(insert(claims), [asdict(claim) | {"at": run.created_at} for claim in mine])
            return mine

    async def all(self) -> Sequence[Claimed]:
        """Everything that is claimed now."""
        async with self.database.reading() as connection:
            return await _all(connection)

    async def keep(self, run: Run, guests: Iterable[str]) -> None:
        """The run was applied: its claims on these guests hold in place of the stack's earlier ones."""
        names = list(guests)
        theirs = (claims.c.stack_id == run.stack_id) & claims.c.guest.in_(names)
        mine = claims.c.run_id == run.id
        async with self.database.writing() as connection:
            await _queue_up(connection)
            kept = update(claims).where(mine, claims.c.guest.in_(names)).values(is_kept=True, at=clock())
            held = (await connection.execute(kept.returning(claims.c.guest))).scalars().all()
            old = theirs & claims.c.guest.in_(held) & claims.c.is_kept.is_(True) & ~mine
            await connection.execute(delete(claims).where(old))
            # What the run did not make in the end is nobody's.
            await connection.execute(delete(claims).where(mine, claims.c.is_kept.is_(False)))

    async def forget(self, stack_id: str, guests: Iterable[str]) -> None:
        """These guests of the stack are gone."""
        gone = (claims.c.stack_id == stack_id) & claims.c.guest.in_(list(guests)) & claims.c.is_kept.is_(True)
        async with self.database.writing() as connection:
            await connection.execute(delete(claims).where(gone))


async def give_back_claims(connection: AsyncConnection, run_id: str) -> None:
    """Free what this run claims and no apply has kept, inside the caller's transaction."""
    mine = (claims.c.run_id == run_id) & claims.c.is_kept.is_(False)
    await connection.execute(delete(claims).where(mine))


async def _queue_up(connection: AsyncConnection) -> None:
    """Hold the head until the transaction ends: who claims after us sees what we claimed."""
    held = update(claims_head).where(claims_head.c.id == 1).values(seq=claims_head.c.seq + 1)
    if (await connection.execute(held.returning(claims_head.c.id))).first() is None:
        raise Broken("claiming room", "the head of the claims is missing")


async def _all(connection: AsyncConnection, *conditions: ColumnElement[bool]) -> Sequence[Claimed]:
    rows = await connection.execute(select(*COLUMNS).where(*conditions).order_by(*ORDER))
    return [Claimed(*row) for row in rows]
