"""Taking guests that no state knows into the state: ``terraform import``, and nothing in the cluster is touched."""

import asyncio
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from iac import workspace as workspaces
from iac.errors import Broken
from iac.manifest import render
from iac.spec import FoundGuest, StackSpec
from iac.terraform.door import FLAG, Door, mask
from iac.terraform.environment import Credentials
from iac.terraform.holding import take_file
from iac.terraform.skeleton import warm
from iac.terraform.state import GUEST, as_half_made, guests_in
from iac.terraform.toolchain import Toolchain
from iac.workspace import Workspace, serial_of

SUFFIX = ".import"
"""Of the directory beside the run's own: what an apply left there is evidence, not scratch."""
IMPORTING = ".importing"
"""Of the file that whoever works in that directory holds."""


@dataclass(frozen=True, slots=True)
class TakenIn:
    """The state with the guests in it, its serial, and by name, in terraform's words, what could not be taken in.

    ``foreign`` are guests that somebody else made under our number and name: they stay out of the state.
    """

    serial: int
    state: bytes | None
    failed: Mapping[str, str]
    foreign: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class TerraformImporter:
    """The ``Importer`` port over the real binary. ``seconds`` is the wall clock of the import of one guest."""

    toolchain: Toolchain
    runs_home: Path
    credentials: Credentials
    seconds: float = 120.0

    def known(self, state: bytes | None) -> frozenset[str]:
        """The names of the guests that a state knows."""
        return guests_in(state)

    def as_half_made(self, state: bytes, guests: Collection[str]) -> tuple[int, bytes]:
        """The state with these guests marked as not finished, and its serial; as it was where all of them are."""
        marked = as_half_made(state, guests)
        return serial_of(marked), marked

    async def take_in(self, run_id: str, stack: StackSpec, found: Sequence[FoundGuest], state: bytes | None) -> TakenIn:
        """Import each guest; what fails leaves the others alone. Safe to be done again from the same state."""
        return await asyncio.to_thread(self._alone, run_id, stack, found, state)

    def _alone(self, run_id: str, stack: StackSpec, found: Sequence[FoundGuest], state: bytes | None) -> TakenIn:
        """Nobody else imports for that run on this machine while we do: one too slow for its claim still writes."""
        hold = take_file(self.runs_home / f"{run_id}{IMPORTING}", self.seconds)
        if hold is None:
            raise Broken(f"importing for run {run_id}", "somebody else does so for too long", is_worth_retrying=True)
        try:
            return self._take_in(run_id, stack, found, state)
        finally:
            hold.let_go()

    def _take_in(self, run_id: str, stack: StackSpec, found: Sequence[FoundGuest], state: bytes | None) -> TakenIn:
        directory = self.runs_home / f"{run_id}{SUFFIX}"
        workspace = workspaces.write(directory, render(stack), state, warm(self.toolchain))
        failed, foreign = dict[str, str](), set[str]()
        for guest in found:
            before = _read(workspace)
            try:
                self._import(Door(self.toolchain, directory, self.credentials), guest)
            except Broken as fault:
                failed[guest.name] = mask(fault.why, self.credentials)
            else:
                if is_ours(_read(workspace), guest):
                    continue
                foreign.add(guest.name)
            _put_back(workspace, before)
        body = _read(workspace)
        for guest in found:
            if body is not None and guest.name not in failed and guest.name not in foreign:
                body = as_created(body, guest)
        return TakenIn(serial_of(body), body, failed, frozenset(foreign))

    def _import(self, door: Door, guest: FoundGuest) -> None:
        """By the provider's own ids: a guest by node and number, its place in high availability by number."""
        module = f'module.vm["{guest.name}"]'
        self._run(door, f"{module}.{GUEST}.guest", f"{guest.node}/{guest.vmid}")
        if guest.is_in_ha:
            self._run(door, f"{module}.proxmox_haresource.guest[0]", f"vm:{guest.vmid}")

    def _run(self, door: Door, address: str, of: str) -> None:
        done = door.cmd("import", address, of, input=False, no_color=FLAG, seconds=self.seconds)
        if done.code:
            raise Broken(f"{door.product} import of {of}", done.complained.strip() or f"exit code {done.code}")


def is_ours(state: bytes | None, guest: FoundGuest) -> bool:
    """Whether the imported guest was made by our plan. Pure.

    The description goes with the very call that makes a guest, and names its run. Number and name may be anybody's,
    who was quicker; a tag is put on later, by whoever may. In doubt it is somebody else's, and not ours to remove.
    """
    return any(
        str(instance["attributes"].get("description") or "").strip() == guest.placed.description.strip()
        for instance in _imported(json.loads(state or b"{}"), guest)
    )


def as_created(state: bytes, guest: FoundGuest) -> bytes:
    """The imported guest as a creation would have written it down. Pure.

    An import reads back what the template brought along, and does not know what our module says beside the guest:
    the next plan would take hardware of the template out again, or restart the guest. One that never ran is marked
    as terraform marks a creation that broke off, so that the next plan finishes it.
    """
    whole = json.loads(state)
    for instance in _imported(whole, guest):
        instance["attributes"] |= _as_our_module_says(instance["attributes"], guest)
        if not guest.is_running:
            instance["status"] = "tainted"
    return json.dumps(whole, indent=2).encode()


def _imported(state: Mapping[str, Any], guest: FoundGuest) -> Iterator[dict[str, Any]]:
    for resource in state.get("resources", ()):
        if resource.get("type") == GUEST and resource.get("module") == f'module.vm["{guest.name}"]':
            yield from resource["instances"]


def _as_our_module_says(read: Mapping[str, Any], guest: FoundGuest) -> Mapping[str, Any]:
    waits_for_nothing = [{"disabled": True, "ipv4": False, "ipv6": False}]
    placed = guest.placed
    return {
        "agent": [{**agent, "wait_for_ip": waits_for_nothing} for agent in read.get("agent") or ()],
        "clone": [
            {
                "datastore_id": placed.storage,
                "full": True,
                "node_name": placed.template_node,
                "retries": 1,
                "vm_id": placed.template_vmid,
            }
        ],
        "operating_system": [],
        "reboot_after_update": False,
        "scsi_hardware": "virtio-scsi-pci",
        "serial_device": [],
        "stop_on_destroy": True,
    }


def _read(workspace: Workspace) -> bytes | None:
    return workspace.state_file.read_bytes() if workspace.state_file.exists() else None


def _put_back(workspace: Workspace, body: bytes | None) -> None:
    """The state as it was before an import that does not count."""
    if body is None:
        workspace.state_file.unlink(missing_ok=True)
    else:
        workspace.state_file.write_bytes(body)
