"""Reading a terraform state (format 4): which guests it knows, and which of them are tainted."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
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


def as_half_made(state: bytes, names: Collection[str]) -> bytes:
    """The state with these guests marked as terraform marks a creation that broke off; the same bytes where they are.

    Its serial is the next one: a plan that was made before does not know of the mark.
    """
    new = (guests_in(state) & {*names}) - tainted_in(state).keys()
    if not new:
        return state
    whole = json.loads(state)
    for _, instance in _guests_of(whole["resources"]):
        if instance["attributes"]["name"] in new:
            instance["status"] = "tainted"
    return json.dumps(whole | {"serial": serial_of(state) + 1}, indent=2).encode()


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
    return _guests_of(_resources(state))


def _guests_of(resources: Iterable[Mapping[str, Any]]) -> Iterator[tuple[Mapping[str, Any], dict[str, Any]]]:
    for resource in resources:
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
