"""When those who may decide are reminded, and when others are told: pure arithmetic on the rules of environments."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.domain.environment import Environment


@dataclass(frozen=True, slots=True)
class Nudge:
    """A reminder that is due: ``group`` is who else is told, if anybody; ``next_at`` when the next one is, if ever."""

    group: str
    next_at: float | None


def first_reminder(rules: Iterable[Environment], shown_at: float) -> float | None:
    """When a plan that was shown then is to be spoken of again."""
    return min((moment for rule in rules for moment in _moments(rule, shown_at)), default=None)


def nudge(rules: Iterable[Environment], shown_at: float, now: float) -> Nudge:
    """What is due now; after a long silence of ours, only the last of it: nobody is told the same thing twice."""
    known = tuple(rules)
    told = sorted((shown_at + rule.escalate_s, rule.escalate_to) for rule in known if rule.escalate_to)
    groups = [group for at, group in told if at <= now]
    later = [moment for rule in known for moment in _moments(rule, shown_at) if moment > now]
    return Nudge(groups[-1] if groups else "", min(later, default=None))


def _moments(rule: Environment, shown_at: float) -> Iterable[float]:
    yield shown_at + rule.remind_s
    if rule.escalate_to:
        yield shown_at + rule.escalate_s
