"""What a rule may approve because an admin said so beforehand: a plan that only creates, within small bounds. Pure."""

from collections.abc import Sequence

from bot.domain.environment import Environment
from bot.domain.outcome import Outcome
from bot.domain.run import Run, RunState
from iac.spec import GuestSpec, Limits

RULE = "rule:auto-approve"
"""Who approved, where no person did."""


def is_automatic(environment: Environment, outcome: Outcome, earlier: Sequence[Run]) -> bool:
    """Whether the environment's rule approves this plan.

    Only creations of guests, nothing beside them, each within the bounds and no more of them than they say. A stack
    whose last approval by the rule came to nothing is a matter for a person: the rule never argues with a refusal.
    """
    bounds, plan = environment.auto, outcome.plan
    if bounds is None or plan is None or set(plan.counts) != {"create"}:
        return False
    names = {change.name for change in plan.changes if change.action == "create"}
    guests = [guest.spec for guest in outcome.guests if guest.spec.name in names]
    is_all = len(guests) == plan.counts["create"] and len(guests) <= bounds.max_guests
    was_refused = any(run.decided_by == RULE and run.state is RunState.REFUSED for run in earlier)
    return is_all and not was_refused and all(_is_within(spec, bounds) for spec in guests)


def are_automatic(environments: Sequence[Environment], outcome: Outcome) -> bool:
    """Whether every environment that these acts touch lets every one of them go, and none costs a guest anything."""
    steps = outcome.acts.steps if outcome.acts else ()
    is_harmless = not any(step.is_interrupting or step.is_losing for step in steps)
    is_let = all(step.deed.verb in rules.auto_acts for step in steps for rules in environments)
    return bool(steps and environments) and is_harmless and is_let


def _is_within(spec: GuestSpec, bounds: Limits) -> bool:
    is_small = spec.cores <= bounds.max_cores and spec.memory_mb <= bounds.max_memory_mb
    return is_small and spec.disk_gb <= bounds.max_disk_gb
