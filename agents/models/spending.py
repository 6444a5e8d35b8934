"""What one turn has spent on live models, and whether it may spend more: time, tokens and money."""

import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field

import structlog

from agents.models.purse import Purse, Spent
from iac.errors import ThreadformError

log = structlog.get_logger()

LATE, SPENT, UNCOUNTED = "out of time", "out of budget", "cannot be counted"


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one request may take of live models; None where nothing bounds it. ``seconds`` is for all calls together."""

    seconds: float = 60.0
    tokens: int | None = None
    eur: float | None = None


@dataclass
class Spending:
    """The account of one turn. ``purse`` counts for good, what persons and months have used; None counts nowhere."""

    person: str = ""
    allowance: Allowance = Allowance()
    purse: Purse | None = None
    now: Callable[[], float] = time.monotonic
    tokens: int = 0
    eur: float = 0.0
    refused: str = ""
    ends: float = field(init=False)

    def __post_init__(self) -> None:
        """The time of a turn runs from its start."""
        self.ends = self.now() + self.allowance.seconds

    @property
    def left_s(self) -> float:
        """Seconds that live models may still take in this turn."""
        return self.ends - self.now()

    async def refusal(self) -> str:
        """Why no live model is asked any more; empty where one may be."""
        if self.left_s <= 0:
            return LATE
        if not self.refused:
            self.refused = SPENT if self._is_over() else await self._of_purse()
        return self.refused

    async def pay(self, spent: Spent) -> None:
        """Count one answer. Where it cannot be counted, none is asked for any more in this turn."""
        self.tokens += spent.tokens
        self.eur += spent.cost_eur or 0.0
        if self.purse is None:
            return
        try:
            await self.purse.pay(spent)
        except ThreadformError as away:
            log.warning("usage.not_counted", why=str(away), tokens=spent.tokens)
            self.refused = UNCOUNTED

    def _is_over(self) -> bool:
        tokens, eur = self.allowance.tokens, self.allowance.eur
        return (tokens is not None and self.tokens >= tokens) or (eur is not None and self.eur >= eur)

    async def _of_purse(self) -> str:
        if self.purse is None:
            return ""
        try:
            return "" if await self.purse.may_spend(self.person) else SPENT
        except ThreadformError as away:
            log.warning("usage.not_read", why=str(away))
            return UNCOUNTED


SPENDING: ContextVar[Spending] = ContextVar("spending_of_the_turn")


def spending() -> Spending:
    """The account of the turn that is running; one of its own where a model is asked outside a turn."""
    return SPENDING.get(None) or Spending()
