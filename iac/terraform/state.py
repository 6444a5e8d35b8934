"""Reading a terraform state (format 4): which guests it knows, and which of them are tainted."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from iac.errors import Broken
from iac.workspace import Workspace, serial_of

GUEST = "proxmox_virtual_environment_vm"


def guests_in(state: bytes | None) -> frozenset[str]:
    """Names of the guests that the state knows."""
    return frozenset(str(instance.get("attributes", {}).get("name")) for _, instance in _guests(state))


def tainted_in(state: bytes | None) -> Mapping[str, str]:
    """Addresses of tainted guests by guest name: something failed after their disk was cloned."""
    return {
        str(instance.get("attributes", {}).get("name")): f"{resource.get('module')}.{GUEST}.{resource.get('name')}"
        for resource, instance in _guests(state)
        if instance.get("status") == "tainted"
    }


def read_state(directory: Path) -> tuple[int, bytes] | None:
    """The newest state in a run's directory: its serial and its bytes; None where there is none that is whole.

    Terraform writes the file in place, so a reader may meet half of it: look again. Where terraform could not write
    the state it leaves ``errored.tfstate``, which is then the only record of what was made.
    """
    files = (Workspace(directory).state_file, directory / "errored.tfstate")
    whole = [found for found in map(_whole, files) if found is not None]
    return max(whole, key=lambda found: found[0], default=None)


def _whole(path: Path) -> tuple[int, bytes] | None:
    try:
        body = path.read_bytes()
        return serial_of(body), body
    except (OSError, Broken):
        return None


def _guests(state: bytes | None) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    for resource in _resources(state):
        if resource.get("mode") == "managed" and resource.get("type") == GUEST:
            yield from ((resource, instance) for instance in resource.get("instances", ()))


def _resources(state: bytes | None) -> list[Mapping[str, Any]]:
    if state is None:
        return []
    try:
        resources: list[Mapping[str, Any]] = json.loads(state)["resources"]
    except (ValueError, KeyError, TypeError) as fault:
        raise Broken("reading the terraform state", f"this is no state: {fault}") from fault
    return resources
