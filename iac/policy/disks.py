"""Rules about disks: data is never lost by a plan that looks like an update. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from iac.errors import Sentence, say
from iac.plan import Change
from iac.policy.allowed import Allowed
from iac.policy.reading import after, at, before, cannot_judge, guest_of, is_marked, whole


def disks_within_limits(change: Change, allowed: Allowed) -> Iterator[Sentence]:
    """Each disk within the operator's limit; a new guest has at least one."""
    disks = _disks(change.after)
    if disks is None or is_marked(change.unknown, ("disk",)) or (change.action == "create" and not disks):
        yield cannot_judge(change, "disk")
        return
    for index, disk in enumerate(disks):
        size = whole(after(change, "disk", index, "size"))
        if size is None:
            yield cannot_judge(change, f"disk.{disk.get('interface', index)}.size")
        elif size > allowed.limits.max_disk_gb:
            most = allowed.limits.max_disk_gb
            yield say("policy.disk", guest=guest_of(change), disk_gb=size, most_gb=most)


def no_disk_is_lost(change: Change, _: Allowed) -> Iterator[Sentence]:
    """No disk disappears, moves to another storage or gets smaller: terraform shows all three as a harmless update."""
    now, then = _by_interface(change.before), _by_interface(change.after)
    if now is None or then is None:
        yield cannot_judge(change, "disk.interface")
        return
    for interface, disk in now.items():
        yield from _lost(change, interface, disk, then.get(interface))


def disks_grow_alone(change: Change, _: Allowed) -> Iterator[Sentence]:
    """A disk does not grow together with cores or memory: the provider would stop half-way through."""
    now, then = _by_interface(change.before) or {}, _by_interface(change.after) or {}
    is_growing = any(then[i].get("size") != disk.get("size") for i, disk in now.items() if i in then)
    others = (("cpu", 0, "cores"), ("cpu", 0, "sockets"), ("memory", 0, "dedicated"))
    if is_growing and any(after(change, *path) != before(change, *path) for path in others):
        yield say("policy.grow_alone", guest=guest_of(change))


def _lost(change: Change, interface: str, now: Mapping[str, Any], then: Mapping[str, Any] | None) -> Iterator[Sentence]:
    guest = guest_of(change)
    if then is None:
        yield say("policy.disk_removed", guest=guest, disk=interface)
        return
    old, new = whole(now.get("size")), whole(then.get("size"))
    if old is None or new is None:
        yield cannot_judge(change, f"disk.{interface}.size")
    elif new < old:
        yield say("policy.disk_shrinks", guest=guest, disk=interface, disk_gb=new, now_gb=old)
    if now.get("datastore_id") != then.get("datastore_id"):
        yield say("policy.disk_moves", guest=guest, disk=interface, storage=str(then.get("datastore_id")))


def _disks(values: Mapping[str, Any]) -> list[Mapping[str, Any]] | None:
    disks = at(values, ("disk",))
    if disks is None:
        return []
    return disks if isinstance(disks, list) and all(isinstance(d, Mapping) for d in disks) else None


def _by_interface(values: Mapping[str, Any]) -> dict[str, Mapping[str, Any]] | None:
    """Disks by interface; None where one has none or two share one."""
    disks = _disks(values)
    named = {str(d["interface"]): d for d in disks or () if d.get("interface")}
    return named if disks is not None and len(named) == len(disks) else None
