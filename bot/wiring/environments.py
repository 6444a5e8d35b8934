"""Environments from the settings: what an operator decided about each of them."""

from collections.abc import Mapping

from bot.domain.environment import Environment
from bot.domain.lease import DAY_S, LeaseRules
from bot.settings import EnvironmentSetting, LeaseSetting, Settings

HOUR_S = 3600.0


def environments_of(settings: Settings) -> Mapping[str, Environment]:
    """Every environment by its name; one without rules of its own has the common limits and one approval."""
    rules = settings.environment_rules
    return {name: _environment(name, rules.get(name, EnvironmentSetting()), settings) for name in settings.environments}


def _environment(name: str, rules: EnvironmentSetting, settings: Settings) -> Environment:
    return Environment(
        name=name,
        approvals=rules.approvals,
        approvers=rules.approvers,
        nodes=rules.nodes,
        storages=rules.storages,
        networks=rules.networks,
        tags=rules.tags,
        limits=(rules.limits or settings.limits).limits(),
        auto=rules.auto_approve.limits() if rules.auto_approve else None,
        auto_acts=frozenset(rules.auto_acts),
        remind_s=rules.remind_hours * HOUR_S,
        escalate_s=rules.escalate_hours * HOUR_S,
        escalate_to=rules.escalate_to,
        asks_reason=rules.discard_reason,
        lease=_lease(rules.lease) if rules.lease else None,
    )


def _lease(rules: LeaseSetting) -> LeaseRules:
    return LeaseRules(
        default_s=rules.default * DAY_S if rules.default else None,
        most_s=rules.most * DAY_S if rules.most else None,
        warn_s=tuple(warn * DAY_S for warn in rules.warn),
        extend_s=rules.extend * DAY_S,
        extensions=rules.extensions,
        grace_s=rules.grace * DAY_S,
    )
