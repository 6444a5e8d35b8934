"""What live models may use in a month, and whether anything is left. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from iac.errors import Sentence, say

NEUR = 1_000_000_000
"""Money is kept in whole billionths of a euro: a token costs fractions of a millionth, and a sum must stay exact."""


@dataclass(frozen=True, slots=True)
class Budget:
    """The most that one person, and everybody together, may use in a month; None: no bound on that."""

    person_tokens: int | None = None
    person_eur: float | None = None
    month_tokens: int | None = None
    month_eur: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether nothing is bounded."""
        return self == Budget()


@dataclass(frozen=True, slots=True)
class Used:
    """What one person used of one model in a month. ``unpriced`` are answers whose price nobody had said."""

    person: str
    model: str
    answers: int
    tokens_in: int
    tokens_out: int
    tokens_thoughts: int
    cost_neur: int
    unpriced: int

    @property
    def tokens(self) -> int:
        """All of them."""
        return self.tokens_in + self.tokens_out + self.tokens_thoughts

    @property
    def eur(self) -> float:
        """What is known of the cost, in EUR."""
        return self.cost_neur / NEUR


def month_of(at: float) -> str:
    """The month of a moment, in UTC: ``2026-11``."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m}"


def is_left(budget: Budget, person: str, used: Sequence[Used]) -> bool:
    """Whether a live model may be asked for that person, given what everybody used this month."""
    mine = [each for each in used if each.person == person]
    return _fits(mine, budget.person_tokens, budget.person_eur) and _fits(used, budget.month_tokens, budget.month_eur)


def usage_of(budget: Budget, person: str, used: Sequence[Used]) -> Iterator[Sentence]:
    """What that person's requests used this month, and of how much; nothing where nothing was used or bounded."""
    mine = [each for each in used if each.person == person]
    if not mine and budget.is_open:
        return
    tokens = _tokens(mine)
    yield say("usage.mine")
    if budget.person_tokens is None:
        yield say("usage.tokens", tokens=tokens)
    else:
        yield say("usage.tokens_of", tokens=tokens, most=budget.person_tokens)
    yield from _money(budget.person_eur, mine)
    if not is_left(budget, "", used):
        yield say("usage.month_spent")


def _money(most: float | None, used: Sequence[Used]) -> Iterator[Sentence]:
    cost = round(_eur(used), 2)
    if any(each.unpriced for each in used):
        yield say("usage.cost_unknown", cost=cost, count=sum(each.unpriced for each in used))
    elif most is None:
        yield say("usage.cost", cost=cost)
    else:
        yield say("usage.cost_of", cost=cost, most=most)


def _fits(used: Iterable[Used], tokens: int | None, eur: float | None) -> bool:
    known = list(used)
    return (tokens is None or _tokens(known) < tokens) and (eur is None or _eur(known) < eur)


def _tokens(used: Iterable[Used]) -> int:
    return sum(each.tokens for each in used)


def _eur(used: Iterable[Used]) -> float:
    return sum(each.cost_neur for each in used) / NEUR
