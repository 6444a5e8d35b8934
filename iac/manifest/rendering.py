"""Writing a stack down. No value ever enters HCL: text there is evaluated, text in ``terraform.tfvars.json`` is not."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from iac.spec import PlacedGuest, StackSpec

_MODULES = Path(__file__).parents[1] / "modules"
ROOT_MODULE = _MODULES / "stack"
TFVARS = "terraform.tfvars.json"

_GUARD = b"prevent_destroy = true"
_LIFTED = b"prevent_destroy = false"
_IGNORED = b"ignore_changes = [node_name, clone, started]"
_STARTED = b"ignore_changes = [node_name, clone]"


def render(stack: StackSpec, *, may_destroy: bool = False, may_start: bool = False) -> Mapping[str, bytes]:
    """The files of a stack by their path: byte for byte the same for the same stack.

    ``may_destroy`` lifts ``prevent_destroy`` in the guests' module, for a plan that takes guests out. That is no
    right to destroy: it only lets terraform show the plan, which policy and an approver then judge. ``may_start``
    has the plan start what is off, for guests whose making broke off before they ever ran.
    """
    files = dict(_module_files())
    if may_destroy:
        files["modules/vm/main.tf"] = files["modules/vm/main.tf"].replace(_GUARD, _LIFTED)
    if may_start:
        files["modules/vm/main.tf"] = files["modules/vm/main.tf"].replace(_IGNORED, _STARTED)
    return files | {TFVARS: _values(stack)}


@cache
def _module_files() -> Mapping[str, bytes]:
    root = {path.name: path.read_bytes() for path in ROOT_MODULE.iterdir()}
    vm = {f"modules/vm/{path.name}": path.read_bytes() for path in (_MODULES / "vm").iterdir()}
    return dict(sorted((root | vm).items()))


def _values(stack: StackSpec) -> bytes:
    values = {"guests": {guest.spec.name: _guest(guest) for guest in stack.guests}}
    return (json.dumps(values, indent=2, ensure_ascii=False) + "\n").encode()


def _guest(guest: PlacedGuest) -> Mapping[str, Any]:
    """One guest as the module's ``guest`` variable has it."""
    address = guest.address
    return {
        "vm_id": guest.vmid,
        "node": guest.node,
        "template_id": guest.template_vmid,
        "template_node": guest.template_node,
        "storage": guest.storage,
        "network": guest.network,
        "pool": guest.spec.pool,
        "cores": guest.spec.cores,
        "cpu": guest.spec.cpu,
        "devices": list(guest.spec.devices),
        "memory_mb": guest.spec.memory_mb,
        "disk_gb": guest.spec.disk_gb,
        "address": f"{address.ip}/{address.prefix}" if address else None,
        "gateway": address.gateway if address else None,
        "dns_servers": list(address.dns) if address else [],
        "dns_domain": address.domain if address else None,
        "user": guest.user,
        "ssh_keys": list(guest.ssh_keys),
        "tags": list(guest.tags),
        "description": guest.description,
        "ha": guest.spec.is_ha,
    }
