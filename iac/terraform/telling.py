"""A state as people read it: its guests with their sizes and places, and how two states differ. Pure."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from iac.errors import Broken
from iac.terraform.state import GUEST

Facts = Mapping[str, str]
"""What a guest is, by English name; the same names in every guest."""


def guests_of(state: bytes | None) -> Mapping[str, Facts]:
    """The guests of a state by name; no sensitive value is among the facts."""
    return dict(sorted((str(each.get("name")), _facts(each, status)) for each, status in _instances(state)))


def differences(old: Mapping[str, Facts], new: Mapping[str, Facts]) -> Iterator[str]:
    """One line a guest that came, went or changed; nothing where both say the same."""
    for name in sorted({*old, *new}):
        before, after = old.get(name), new.get(name)
        if before is None and after is not None:
            yield f"+ {line_of(name, after)}"
        elif after is None and before is not None:
            yield f"- {line_of(name, before)}"
        elif before is not None and after is not None and before != after:
            changed = (f"{fact} {before[fact]} -> {after[fact]}" for fact in before if before[fact] != after[fact])
            yield f"~ {name}: {', '.join(changed)}"


def line_of(name: str, facts: Facts) -> str:
    """One guest in one line."""
    size = f"{facts['cores']} cores, {facts['memory MB']} MB, disk {facts['disk GB']} GB"
    mark = "" if facts["is whole"] == "yes" else ", its making broke off"
    return f"{name} (VMID {facts['VMID']} on {facts['node']}): {size}{mark}"


def _facts(guest: Mapping[str, Any], status: str) -> Facts:
    first = {part: (guest.get(part) or [{}])[0] for part in ("cpu", "memory", "disk")}
    return {
        "VMID": str(guest.get("vm_id")),
        "node": str(guest.get("node_name")),
        "cores": str(first["cpu"].get("cores")),
        "memory MB": str(first["memory"].get("dedicated")),
        "disk GB": str(first["disk"].get("size")),
        "storage": str(first["disk"].get("datastore_id")),
        "tags": ",".join(guest.get("tags") or ()),
        "started": "yes" if guest.get("started") else "no",
        "is whole": "no" if status == "tainted" else "yes",
    }


def _instances(state: bytes | None) -> Iterator[tuple[Mapping[str, Any], str]]:
    if state is None:
        return
    try:
        resources = json.loads(state)["resources"]
    except (ValueError, KeyError, TypeError) as fault:
        raise Broken("reading the terraform state", f"this is no state: {fault}") from fault
    for resource in resources:
        if resource.get("type") == GUEST:
            yield from ((each["attributes"], str(each.get("status", ""))) for each in resource.get("instances", ()))
