"""Rules of an environment: which nodes, storages and networks its guests may use, and what they must carry. Pure.

What a guest has already is nobody's fault today: an update is judged by what it adds.
"""

from collections.abc import Iterator
from typing import Any

from iac.errors import Sentence, say
from iac.plan import Change
from iac.policy.allowed import Allowed
from iac.policy.reading import UNKNOWN, after, at, before, cannot_judge, guest_of, is_marked, whole


def node_allowed(change: Change, allowed: Allowed) -> Iterator[Sentence]:
    """A new guest goes to a node of its environment; where HA moves it later is not the plan's doing."""
    node = after(change, "node_name")
    if allowed.environment_nodes and change.action == "create" and node not in allowed.environment_nodes:
        yield say("policy.node_not_allowed", guest=guest_of(change), node=str(node), environment=allowed.environment)


def storages_allowed(change: Change, allowed: Allowed) -> Iterator[Sentence]:
    """Every new disk, the one of cloud-init too, lies on a storage of the environment."""
    if not allowed.storages:
        return
    if is_marked(change.unknown, ("disk",)):
        yield cannot_judge(change, "disk")
    for block in ("disk", "initialization"):
        for storage in _added(change, block, "datastore_id"):
            if storage is UNKNOWN:
                yield cannot_judge(change, f"{block}.datastore_id")
            elif storage not in allowed.storages:
                where = allowed.environment
                yield say("policy.storage_not_allowed", guest=guest_of(change), storage=str(storage), environment=where)


def networks_allowed(change: Change, allowed: Allowed) -> Iterator[Sentence]:
    """Every new network device is on a network of the environment."""
    if not allowed.networks:
        return
    if is_marked(change.unknown, ("network_device",)):
        yield cannot_judge(change, "network_device")
    for network in _added(change, "network_device", "bridge"):
        if network is UNKNOWN:
            yield cannot_judge(change, "network_device.bridge")
        elif network not in allowed.networks:
            where = allowed.environment
            yield say("policy.network_not_allowed", guest=guest_of(change), network=str(network), environment=where)


def tags_required(change: Change, allowed: Allowed) -> Iterator[Sentence]:
    """Every guest carries the tags of its environment."""
    tags = after(change, "tags")
    if allowed.tags and not _is_list(tags):
        yield cannot_judge(change, "tags")
        return
    for tag in allowed.tags:
        if tag not in tags:
            yield say("policy.tag_missing", guest=guest_of(change), tag=tag, environment=allowed.environment)


def only_managed(change: Change, allowed: Allowed) -> Iterator[Sentence]:
    """What exists is changed only where it carries our mark: somebody who took the mark away took the guest back."""
    tags = before(change, "tags")
    is_foreign = whole(before(change, "vm_id")) in allowed.foreign_vmids
    if is_foreign or (allowed.mark and not (_is_list(tags) and allowed.mark in tags)):
        yield say("policy.unmanaged", guest=guest_of(change))


def no_running_replace(change: Change, _: Allowed) -> Iterator[Sentence]:
    """A guest that runs, or of which nobody can say that it does not, is never destroyed to be made anew."""
    if before(change, "started") is not False:
        yield say("policy.replace_running", guest=guest_of(change))


def _added(change: Change, block: str, field: str) -> Iterator[Any]:
    """The field of each block that is new or not as it is now; ``UNKNOWN`` where it cannot be seen."""
    now = at(change.before, (block,))
    then = at(change.after, (block,))
    for index in range(len(then) if _is_list(then) else 0):
        value = after(change, block, index, field)
        known = at(now, (index, field)) if _is_list(now) else None
        if value is UNKNOWN and at(change.after, (block, index, field)) is None and block == "initialization":
            continue  # cloud-init without a disk of its own
        if value is UNKNOWN or value != known:
            yield value


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple)
