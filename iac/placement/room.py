"""How much room a node and a storage have left, in one place: every rule and every sentence counts alike.

Memory is never overcommitted. What is taken on a node is the larger of what the node measures as used and what
its running guests may grow to; the room held by other open runs comes on top. Stopped guests take nothing.
"""

from dataclasses import dataclass

from iac.inventory import GIB, MIB, Node, Storage
from iac.placement.ground import Ground, Held, Load

VCPU_PER_THREAD = 4
"""At this many virtual cores a thread, a node counts as fully committed; it weighs in the score and forbids nothing."""

_NOTHING = Load()


@dataclass(frozen=True, slots=True)
class Room:
    """What one node has taken and has left; bytes and virtual cores, claims included."""

    node: Node
    memory_taken_bytes: int
    cores_taken: int

    @property
    def memory_free_bytes(self) -> int:
        """What guests may still take, never below zero."""
        return max(0, self.node.memory_for_guests_bytes - self.memory_taken_bytes)

    def memory_share(self, more_bytes: int = 0) -> float:
        """Taken memory as a fraction of what guests may take, with ``more_bytes`` added; 1 where there is none."""
        most = self.node.memory_for_guests_bytes
        return min(1.0, (self.memory_taken_bytes + more_bytes) / most) if most else 1.0

    def cores_share(self, more: int = 0) -> float:
        """Virtual cores as a fraction of ``VCPU_PER_THREAD`` a thread, with ``more`` added; 1 where there is none."""
        most = self.node.cores * VCPU_PER_THREAD
        return min(1.0, (self.cores_taken + more) / most) if most else 1.0


def room_on(node: Node, ground: Ground, held: Held) -> Room:
    """The room of one node, with everything that runs on it and everything that is held on it."""
    load = ground.loads.get(node.name, _NOTHING)
    return Room(
        node=node,
        memory_taken_bytes=max(node.memory_used_bytes, load.memory_bytes) + held.memory_mb.get(node.name, 0) * MIB,
        cores_taken=load.cores + held.cores.get(node.name, 0),
    )


def storage_room_bytes(storage: Storage, held: Held) -> int:
    """What may still be written to a storage, less what other runs hold of it; never below zero."""
    if storage.is_shared:
        taken = held.all_disk_gb.get(storage.name, 0)
    else:
        taken = sum(held.disk_gb.get((storage.name, node), 0) for node in storage.nodes)
    return max(0, storage.room_bytes - taken * GIB)
