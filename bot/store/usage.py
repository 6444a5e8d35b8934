"""What live models have used, counted for good by month, person and model."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final

from sqlalchemy import BigInteger, Column, Table, Text, select

from agents.models.purse import Spent
from bot.domain.budget import NEUR, Budget, Used, is_left, month_of
from bot.ports import Clock
from bot.store.database import Database
from bot.store.models import metadata


def _count(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


COUNTS: Final = ("answers", "tokens_in", "tokens_out", "tokens_thoughts", "cost_neur", "unpriced")
model_usage = Table(
    "model_usage",
    metadata,
    Column("month", Text, primary_key=True),
    Column("person", Text, primary_key=True),
    Column("model", Text, primary_key=True),
    *(_count(name) for name in COUNTS),
)
COLUMNS: Final = tuple(model_usage.c[field.name] for field in fields(Used))


@dataclass(frozen=True, slots=True)
class SqlUsage:
    """The ``Usage`` port, and the purse that the crew pays from."""

    database: Database
    budget: Budget
    now: Clock

    async def of_month(self, month: str) -> Sequence[Used]:
        """Everybody's use of every model in that month (``2026-11``), the costliest first."""
        order = (model_usage.c.cost_neur.desc(), model_usage.c.tokens_in.desc(), *model_usage.primary_key.columns)
        chosen = select(*COLUMNS).where(model_usage.c.month == month).order_by(*order)
        async with self.database.reading() as connection:
            return [Used(*row) for row in await connection.execute(chosen)]

    async def may_spend(self, person: str) -> bool:
        """Whether a live model may be asked for them now; nothing is read where nothing is bounded."""
        return self.budget.is_open or is_left(self.budget, person, await self.of_month(month_of(self.now())))

    async def pay(self, spent: Spent) -> None:
        """Count one answer: one statement adds to what is there, so that two workers never lose one another's."""
        row = {"month": month_of(self.now()), "person": spent.person, "model": spent.model}
        counts = {
            "answers": 1,
            "tokens_in": spent.tokens_in,
            "tokens_out": spent.tokens_out,
            "tokens_thoughts": spent.tokens_thoughts,
            "cost_neur": round((spent.cost_eur or 0.0) * NEUR),
            "unpriced": int(spent.cost_eur is None),
        }
        more = {name: model_usage.c[name] + count for name, count in counts.items()}
        statement = (
            self.database.insert(model_usage)
            .values(row | counts)
            .on_conflict_do_update(index_elements=list(row), set_=more)
        )
        async with self.database.writing() as connection:
            await connection.execute(statement)
