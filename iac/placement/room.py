"""How much room a node and a storage have left, in one place: every rule and every sentence counts alike.

Memory is never overcommitted. What is taken on a node is the larger of what the node measures as used and what
its running guests may grow to; the room held by other open runs comes on top. Stopped guests take nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from iac.inventory import GIB, MIB, Inventory, Node, Storage
from iac.placement.values import Claim

VCPU_PER_THREAD = 4
"""At this many virtual cores a thread, a node counts as fully committed; it weighs in the score and forbids nothing."""


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


def room_on(node: Node, inventory: Inventory, claims: Sequence[Claim]) -> Room:
    """The room of one node, with everything that runs on it and everything that is held on it."""
    running = [g for g in inventory.guests if g.node == node.name and g.status == "running"]
    held = [c for c in claims if c.node == node.name]
    committed = sum(g.memory_bytes for g in running)
    return Room(
        node=node,
        memory_taken_bytes=max(node.memory_used_bytes, committed) + sum(c.memory_mb for c in held) * MIB,
        cores_taken=sum(g.cores for g in running) + sum(c.cores for c in held),
    )


def storage_room_bytes(storage: Storage, claims: Sequence[Claim]) -> int:
    """What may still be written to a storage, less what other runs hold of it; never below zero."""
    held = sum(c.disk_gb for c in claims if c.storage == storage.name and _is_same_place(storage, c))
    return max(0, storage.room_bytes - held * GIB)


def _is_same_place(storage: Storage, claim: Claim) -> bool:
    return storage.is_shared or claim.node in storage.nodes
