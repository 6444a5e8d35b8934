"""Terraform and the usable check, dressed as the ports that the stages know."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.domain.outcome import Progress, Usable
from bot.settings import Settings
from iac.proxmox import Access
from iac.spec import PlacedGuest
from iac.terraform.applier import parse_progress
from iac.terraform.environment import Credentials
from iac.terraform.planner import TerraformPlanner
from iac.terraform.toolchain import load
from iac.usable import UsableCheck as Eye


def runs_home(settings: Settings) -> Path:
    """Where the directory of each run is."""
    return settings.home.resolve() / "runs"


def credentials_of(access: Access) -> Credentials:
    """What terraform needs to reach the cluster."""
    return Credentials(access.endpoint, access.api_token, access.ca_path, access.is_insecure)


def planner_of(settings: Settings, access: Access) -> TerraformPlanner:
    """The planner over the installed toolchain; ``ToolMissing`` names the command that installs it."""
    toolchain = load(settings.tools, binary=settings.tf_bin or None)
    return TerraformPlanner(toolchain, runs_home(settings), credentials_of(access), settings.plan_seconds)


def progress_of(event: Mapping[str, Any]) -> Progress | None:
    """One line of terraform's stream as a step, or None where it is not about a resource."""
    parsed = parse_progress(event)
    return None if parsed is None else Progress(*parsed)


@dataclass(frozen=True, slots=True)
class Usability:
    """The ``UsableCheck`` port."""

    eye: Eye

    async def check(self, guest: PlacedGuest, *, seconds: float) -> Usable:
        """Wait until the guest is usable, at most ``seconds``."""
        up = await self.eye.check(guest, seconds=seconds)
        return Usable(up.guest, up.address, up.agent_s, up.cloud_init_s, up.ssh_s, up.ssh_line, up.missing)
