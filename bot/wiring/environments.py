"""Environments from the settings: what an operator decided about each of them."""

from collections.abc import Mapping

from bot.domain.environment import Environment
from bot.settings import EnvironmentSetting, Settings

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
        remind_s=rules.remind_hours * HOUR_S,
        escalate_s=rules.escalate_hours * HOUR_S,
        escalate_to=rules.escalate_to,
        asks_reason=rules.discard_reason,
    )
