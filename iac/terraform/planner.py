"""Planning: a stack becomes a saved plan file with a digest."""

import asyncio
import json
import time
from dataclasses import dataclass
from pathlib import Path

from iac import workspace as workspaces
from iac.errors import Broken
from iac.manifest import render
from iac.plan import Plan, digest_of, read_plan
from iac.spec import StackSpec
from iac.terraform.door import FLAG, Door, Finished, complaints, mask
from iac.terraform.environment import Credentials
from iac.terraform.holding import POLL_S, Hold, take_file
from iac.terraform.skeleton import warm
from iac.terraform.standby import Standby
from iac.terraform.state import guests_in, tainted_in
from iac.terraform.toolchain import Toolchain
from iac.workspace import Workspace, serial_of

NO_CHANGES, CHANGES = 0, 2
PLANNING = ".planning"
"""Of the file beside a run's directory that whoever plans it holds."""


@dataclass(frozen=True, slots=True)
class TerraformPlanner:
    """The ``Planner`` port over the real binary. ``seconds`` is the wall clock of each terraform command.

    ``standby`` is a provider that stays up between plans; without one each command starts its own, as terraform does.
    """

    toolchain: Toolchain
    runs_home: Path
    credentials: Credentials
    seconds: float = 300.0
    standby: Standby | None = None

    async def plan(self, run_id: str, stack: StackSpec, state: bytes | None) -> Plan:
        """Write the run's workspace, plan, save the plan file, read it back; ``Broken`` with terraform's words."""
        return (await self.plan_and_pack(run_id, stack, state))[0]

    async def plan_and_pack(self, run_id: str, stack: StackSpec, state: bytes | None) -> tuple[Plan, bytes]:
        """The same, and the files that the plan consists of as one archive."""
        hold, directory = await self._alone(run_id), self.runs_home / run_id
        try:
            plan = await self._planned(Door(self.toolchain, directory, self.credentials), stack, state)
            return plan, await asyncio.to_thread(workspaces.pack, directory)
        finally:
            hold.let_go()

    async def _alone(self, run_id: str) -> Hold:
        """Nobody else plans that run on this machine while we do: one that was too slow for its claim still writes."""
        until = time.monotonic() + self.seconds
        while (hold := take_file(self.runs_home / f"{run_id}{PLANNING}")) is None:
            if time.monotonic() > until:
                raise Broken(f"planning run {run_id}", "somebody else plans it for too long", is_worth_retrying=True)
            await asyncio.sleep(POLL_S)
        return hold

    async def _planned(self, door: Door, stack: StackSpec, state: bytes | None) -> Plan:
        work = asyncio.ensure_future(asyncio.to_thread(self._plan, door, stack, state))
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            door.interrupt()
            await asyncio.wait([work])
            raise

    def _plan(self, door: Door, stack: StackSpec, state: bytes | None) -> Plan:
        serial = serial_of(state)
        names = {guest.spec.name for guest in stack.guests}
        is_unfinished = bool(names & tainted_in(state).keys())
        files = render(stack, may_destroy=bool(guests_in(state) - names), may_start=is_unfinished)
        workspace = workspaces.write(Path(door.working_dir), files, state, warm(self.toolchain))
        try:
            self._untaint(door, stack, state)
            shown = self._shown(door, stack, workspace)
        except Broken:
            # Terraform saves a plan that broke half-way too; nobody is to find it.
            workspace.plan_file.unlink(missing_ok=True)
            raise
        digest = digest_of(workspace.plan_file.read_bytes())
        return read_plan(json.loads(shown.printed), digest=digest, state_serial=serial)

    def _shown(self, door: Door, stack: StackSpec, workspace: Workspace) -> Finished:
        """Plan and show; a standby that dies on the way costs a second plan by terraform alone, never an answer."""
        if self.standby is None:
            return self._plan_and_show(door, stack, workspace)
        with self.standby.taken() as attach:
            door.attach(attach)
            try:
                return self._plan_and_show(door, stack, workspace)
            except Broken:
                if not attach or self.standby.is_running:
                    raise
        door.attach({})
        return self._plan_and_show(door, stack, workspace)

    def _plan_and_show(self, door: Door, stack: StackSpec, workspace: Workspace) -> Finished:
        self._check(door, stack, "plan", self._saved(door, workspace))
        shown = door.cmd("show", workspace.plan_file.name, json=FLAG, seconds=self.seconds)
        self._check(door, stack, "show", shown)
        return shown

    def _saved(self, door: Door, workspace: Workspace) -> Finished:
        return door.cmd(
            "plan",
            seconds=self.seconds,
            input=False,
            out=workspace.plan_file.name,
            json=FLAG,
            detailed_exitcode=FLAG,
        )

    def _untaint(self, door: Door, stack: StackSpec, state: bytes | None) -> None:
        """A guest whose creation broke after its disk was cloned is finished in place, never destroyed for that."""
        tainted = tainted_in(state)
        for guest in stack.guests:
            if guest.spec.name in tainted:
                done = door.cmd("untaint", tainted[guest.spec.name], seconds=self.seconds)
                self._check(door, stack, "untaint", done)

    def _check(self, door: Door, stack: StackSpec, verb: str, finished: Finished) -> None:
        if finished.code in (NO_CHANGES, CHANGES):
            return
        why = "\n".join(complaints(finished.events, finished.complained)) or f"exit code {finished.code}"
        names = ", ".join(guest.spec.name for guest in stack.guests) or stack.stack_id
        raise Broken(f"{door.product} {verb} in '{names}'", mask(why, self.credentials))
