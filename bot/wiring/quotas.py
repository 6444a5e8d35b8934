"""Quotas from the settings: of persons, of groups, and of everybody of whom nothing else is said."""

from bot.domain.quota import Quota, Quotas
from bot.settings import GroupSetting, PersonSetting, QuotaSetting, Settings


def quotas_of(settings: Settings) -> Quotas:
    """Every quota there is, with the names of the groups."""
    everyone: tuple[PersonSetting | GroupSetting, ...] = (*settings.everybody, *settings.groups)
    holders = [(each.id, each.quota) for each in everyone if each.quota]
    return Quotas(
        by_holder={holder: _quota(holder, quota) for holder, quota in holders},
        anybody=_quota("", settings.quota) if settings.quota else None,
        names={group.id: group.name for group in settings.groups},
    )


def _quota(holder: str, quota: QuotaSetting) -> Quota:
    return Quota(holder, quota.guests, quota.cores, quota.memory_mb, quota.disk_gb)
