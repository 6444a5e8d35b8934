"""Terraform and the usable check, dressed as the ports that the stages know."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from bot.domain.outcome import Progress, Usable
from bot.ports import Plans
from bot.ports.machines import Whereabouts
from bot.settings import Settings
from bot.wiring.acting import acts_of
from bot.wiring.standing import runs_home
from iac.plan import Plan
from iac.proxmox import Access
from iac.spec import PlacedGuest, StackSpec
from iac.terraform.environment import Credentials
from iac.terraform.events import Tail, parse_progress
from iac.terraform.holding import is_held, was_held
from iac.terraform.planner import TerraformPlanner
from iac.terraform.standby import Standby
from iac.terraform.state import read_state
from iac.terraform.toolchain import load
from iac.usable import UsableCheck as Eye
from iac.workspace import Workspace


def credentials_of(access: Access) -> Credentials:
    """What terraform needs to reach the cluster."""
    return Credentials(access.endpoint, access.api_token, access.ca_path, access.is_insecure)


def planner_of(settings: Settings, access: Access) -> tuple[TerraformPlanner, Standby]:
    """The planner over the installed toolchain, and the provider that it keeps running between plans.

    ``ToolMissing`` names the command that installs what is not there.
    """
    toolchain = load(settings.tools, binary=settings.tf_bin or None)
    credentials = credentials_of(access)
    standby = Standby(toolchain, credentials)
    return TerraformPlanner(toolchain, runs_home(settings), credentials, settings.plan_seconds, standby), standby


def steps_of(directory: Path) -> Callable[[], Iterator[Progress]]:
    """A reader of what is reported from one run's directory, by either hand: each call gives the steps that are new."""
    tail, acted = Tail(Workspace(directory).events_file), acts_of(directory)

    def steps() -> Iterator[Progress]:
        yield from acted()
        if not tail.path.exists():
            return
        for event in tail.read():
            parsed = parse_progress(event)
            if parsed is not None:
                yield Progress(*parsed)

    return steps


@dataclass(frozen=True, slots=True)
class KeptPlanner:
    """The ``Planner`` port: what is planned here can be applied on any machine."""

    planner: TerraformPlanner
    plans: Plans

    async def plan(self, run_id: str, stack: StackSpec, state: bytes | None) -> Plan:
        """Plan, and keep the files of a plan that changes something. ``Lost`` where the run is over by then."""
        plan, files = await self.planner.plan_and_pack(run_id, stack, state)
        if plan.has_changes:
            await self.plans.keep(run_id, plan.digest, files)
        return plan


@dataclass(frozen=True, slots=True)
class LocalRemains:
    """The ``Remains`` port: the run directories of this machine."""

    runs_home: Path

    async def look(self, run_id: str) -> Whereabouts:
        """Whether somebody still works on that apply here."""
        directory = self.runs_home / run_id
        if await asyncio.to_thread(is_held, directory):
            return "at_work"
        return "here" if was_held(directory) else "elsewhere"

    async def state(self, run_id: str) -> tuple[int, bytes] | None:
        """The newest whole state in its directory."""
        return await asyncio.to_thread(read_state, self.runs_home / run_id)


@dataclass(frozen=True, slots=True)
class Usability:
    """The ``UsableCheck`` port."""

    eye: Eye

    async def check(self, guest: PlacedGuest, *, seconds: float) -> Usable:
        """Wait until the guest is usable, at most ``seconds``."""
        up = await self.eye.check(guest, seconds=seconds)
        return Usable(**asdict(up))


def runner_environment(settings: Settings) -> Mapping[str, str]:
    """What the detached runner must be told beside our own environment: the places this process has settled on.

    What is empty is told too: a demo that laid the cluster of the environment aside must not be applied to it.
    A secret travels in our own environment or not at all.
    """
    aside = {"THREADFORM_PVE_TOKEN": settings.pve_token, "THREADFORM_STATE_KEY": settings.state_key}
    return {name: "" for name, secret in aside.items() if secret is None} | {
        "THREADFORM_HOME": str(settings.home.resolve()),
        "THREADFORM_TOOLS_HOME": str(settings.tools),
        "THREADFORM_DATABASE_URL": settings.database,
        "THREADFORM_TF_BIN": settings.tf_bin,
        "THREADFORM_APPLY_SECONDS": str(settings.apply_seconds),
        "THREADFORM_BEAT_SECONDS": str(settings.beat_seconds),
        "THREADFORM_PVE_ENDPOINT": settings.pve_endpoint,
        "THREADFORM_PVE_CA": str(settings.pve_ca.resolve()) if settings.pve_ca else "",
        "THREADFORM_PVE_INSECURE": str(settings.pve_insecure),
    }
