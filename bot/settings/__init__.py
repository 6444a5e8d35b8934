"""The settings of one installation, and the shapes of what they hold."""

from bot.settings.installation import Settings
from bot.settings.people import LAB_PEOPLE, GroupSetting, PersonSetting, QuotaSetting
from bot.settings.places import LAB_NETWORKS, MOST_ADDRESSES, NetworkSetting
from bot.settings.repositories import RepositorySetting
from bot.settings.rules import EnvironmentSetting, LeaseSetting, LimitSetting, PriceSetting

__all__ = [
    "LAB_NETWORKS",
    "LAB_PEOPLE",
    "MOST_ADDRESSES",
    "EnvironmentSetting",
    "GroupSetting",
    "LeaseSetting",
    "LimitSetting",
    "NetworkSetting",
    "PersonSetting",
    "PriceSetting",
    "QuotaSetting",
    "RepositorySetting",
    "Settings",
]
