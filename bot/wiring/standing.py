"""What a process finds that starts nothing: where things lie, and how terraform reaches the cluster.

It knows no client of the cluster: the detached runner, whose start people wait for, needs none.
"""

from pathlib import Path

from bot.settings import Settings
from iac.lab.access import LabAccess, read_access
from iac.terraform.environment import Credentials


def runs_home(settings: Settings) -> Path:
    """Where the directory of each run is."""
    return settings.home.resolve() / "runs"


def lab_home(settings: Settings) -> Path:
    """Where the lab of this installation lives."""
    return settings.home.resolve() / "lab"


def credentials(settings: Settings) -> Credentials | None:
    """What terraform needs to reach the cluster; the lab only where it is up already."""
    if not settings.is_lab:
        return named(settings)
    access = read_access(lab_home(settings))
    return of_lab(access) if access else None


def named(settings: Settings) -> Credentials:
    """The way to the cluster of the settings."""
    token = settings.pve_token.get_secret_value() if settings.pve_token else ""
    return Credentials(settings.pve_endpoint, token, settings.pve_ca, settings.pve_insecure)


def of_lab(access: LabAccess) -> Credentials:
    """The way to a lab, as the bot goes it."""
    return Credentials(access.endpoint, access.bot_token, access.ca_path)
