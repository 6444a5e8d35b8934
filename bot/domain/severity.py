"""How much it matters that somebody hears something, in Alertmanager's words. Pure."""

from collections.abc import Mapping
from typing import Final, Literal, TypeVar

from bot.domain.run import Run, RunState

Severity = Literal["info", "warning", "critical"]
ORDER: Final[tuple[Severity, ...]] = ("info", "warning", "critical")

Rule = TypeVar("Rule")


def severity_of(run: Run) -> Severity:
    """Of the card of a run: an apply that broke is critical; a plan that waits or broke wants somebody soon."""
    if run.state is RunState.ERRORED:
        return "critical" if run.digest else "warning"
    return "warning" if run.state is RunState.PLANNED else "info"


def rule_of(severity: str, rules: Mapping[Severity, Rule]) -> Rule | None:
    """The rule of that severity, else of the next lower one that has any: what holds for less holds for more."""
    at = ORDER.index(severity) if severity in ORDER else 0
    return next((rules[each] for each in reversed(ORDER[: at + 1]) if each in rules), None)
