"""What live models have used, and may use: the account that outlives a turn. No ADK in here.

It is counted for good by person, model and month, beside the other truths of the product; the crew only asks and pays.
"""

from typing import Protocol

from pydantic import Field

from agents.contracts import Frozen


class Spent(Frozen):
    """What one answer of a live model took. ``cost_eur`` is None where nobody has said what the model costs."""

    person: str
    model: str
    tokens_in: int = Field(0, ge=0)
    tokens_out: int = Field(0, ge=0)
    tokens_thoughts: int = Field(0, ge=0)
    cost_eur: float | None = 0.0

    @property
    def tokens(self) -> int:
        """All tokens: read, said and thought."""
        return self.tokens_in + self.tokens_out + self.tokens_thoughts


class Purse(Protocol):
    """What live models may cost, and have: counted for good, by person, model and month."""

    async def may_spend(self, person: str) -> bool:
        """Whether a live model may be asked for that person now; raises where nobody can tell."""
        ...

    async def pay(self, spent: Spent) -> None:
        """Count one answer; raises where it cannot be counted."""
        ...
