"""What must be known of an act before a plan, and is not: the policy of the language data, as a function. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from agents.contracts import Act
from agents.rules.grasping import AIMED
from agents.rules.world import World

_DEPLOY_TARGETS = frozenset({"targets", "cluster", "image", "cores", "flavor", "template", "new_vm"})
_SIZES = ("cores", "memory_mb", "disk_gb")
_SIZE_CHANGES = frozenset(
    f"{name}{part}{unit}"
    for name, unit in (("cores", ""), ("memory", "_mb"), ("disk", "_gb"))
    for part in ("", "_add", "_remove")
)


def asks_of(act: Act, world: World) -> tuple[str, ...]:
    """The slots to ask for, none where the act can be planned."""
    return tuple(dict.fromkeys(_asks(act.intent, act.slots, world)))


def _asks(intent: str, slots: Mapping[str, Any], world: World) -> Iterator[str]:
    if intent in AIMED and not slots.get("targets"):
        yield "targets"
    elif intent == "resize_vm" and not {*_SIZE_CHANGES, "flavor"} & set(slots):
        yield from _SIZES
    elif intent == "migrate_vm" and "to_node" not in slots:
        yield "to_node"
    elif intent in {"snapshot_rollback", "snapshot_delete"} and "snapshot_name" not in slots:
        if len(world.snapshots.get(slots["targets"][0], ())) > 1:
            yield "snapshot_name"
    elif intent == "extend_ttl" and not {"ttl_hours", "expires_on"} & set(slots):
        yield "ttl_hours"
    elif intent == "drain_node" and "node" not in slots:
        yield "node"
    yield from _of_clusters(intent, slots)
    yield from _of_new(intent, slots)


def _of_clusters(intent: str, slots: Mapping[str, Any]) -> Iterator[str]:
    if intent == "k3s_create" and not {"workers", "control_planes", "cores", "memory_mb"} & set(slots):
        yield "workers"
    if intent in {"k3s_scale", "k3s_delete"} and "cluster" not in slots:
        yield "cluster"
    if intent == "k3s_scale" and not {"workers", "add_workers", "remove_workers"} & set(slots):
        yield "workers"


def _of_new(intent: str, slots: Mapping[str, Any]) -> Iterator[str]:
    if intent == "deploy_app" and "repo_url" not in slots:
        yield "repo_url"
    if intent == "deploy_app" and not _DEPLOY_TARGETS & set(slots):
        yield "deploy_target"
    if intent == "create_ct":
        yield from (slot for slot in ("image", *_SIZES) if slot not in slots)
    if intent == "clone_vm" and "template" not in slots:
        yield "template"
