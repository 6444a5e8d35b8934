"""Whether guests still fit where they were placed: the same hard limits as the placement, asked once more. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from iac.errors import Sentence, say
from iac.inventory import GIB, MIB, Guest, Inventory
from iac.placement.fitting import Question, fit
from iac.placement.ground import Ground, Held, ground_of, held_of
from iac.placement.room import room_on, storage_room_bytes
from iac.placement.values import Claim
from iac.spec import PlacedGuest


def misfits(guests: Sequence[PlacedGuest], inventory: Inventory, claims: Sequence[Claim]) -> tuple[Sentence, ...]:
    """Why some of these guests no longer fit, in order; each one holds its room against those after it.

    A guest that the reading shows under its VMID stands already: only what it is to grow must fit, on the node where
    it is now, which HA or a rebalance may have changed.
    """
    ground, held, found = ground_of(inventory), held_of(claims), list[Sentence]()
    for guest in guests:
        seen = next((g for g in inventory.machines if g.vmid == guest.vmid), None)
        more = _newcomer(guest) if seen is None else _growth(guest, seen)
        problem = _unplaceable(guest, ground, held) if seen is None else _cramped(more, ground, held)
        found += [problem] if problem else []
        held = held.plus(more)
    return tuple(found)


def _newcomer(guest: PlacedGuest) -> Claim:
    spec = guest.spec
    return Claim(guest.node, spec.cores, spec.memory_mb, guest.storage, spec.disk_gb, spec.name, spec.devices)


def _growth(guest: PlacedGuest, seen: Guest) -> Claim:
    """What it takes beyond what it has; a stopped guest has no memory yet, and takes none until it is started."""
    is_running = seen.status == "running"
    memory_mb = max(0, guest.spec.memory_mb - seen.memory_bytes // MIB) if is_running else 0
    disk_gb = max(0, guest.spec.disk_gb - seen.disk_bytes // GIB)
    return Claim(seen.node, max(0, guest.spec.cores - seen.cores), memory_mb, guest.storage, disk_gb)


def _unplaceable(guest: PlacedGuest, ground: Ground, held: Held) -> Sentence | None:
    node = ground.inventory.node(guest.node)
    if node is None:
        return say("place.offline", node=guest.node)
    there = replace(guest.spec, node=guest.node, storage=guest.storage, network=guest.network)
    answer = fit(Question(there, ground, held), node)
    return answer if isinstance(answer, Sentence) else None


def _cramped(more: Claim, ground: Ground, held: Held) -> Sentence | None:
    node = ground.inventory.node(more.node)
    if node is None or not node.is_online:
        return say("place.offline", node=more.node)
    free = room_on(node, ground, held).memory_free_bytes
    if more.memory_mb * MIB > free:
        asked, left = round(more.memory_mb / 1024, 1), round(free / GIB, 1)
        return say("place.too_little_memory", node=node.name, asked_gb=asked, free_gb=left)
    storage = next((s for s in ground.inventory.storages if s.name == more.storage and more.node in s.nodes), None)
    room = storage_room_bytes(storage, held) if storage else 0
    if more.disk_gb * GIB > room:
        left_gb = int(room / GIB)
        return say("place.storage_full", node=node.name, storage=more.storage, disk_gb=more.disk_gb, free_gb=left_gb)
    return None
