"""N+1: would everything that runs still fit if any one node were lost? Counted by memory, largest guest first."""

from collections.abc import Sequence

from iac.inventory import MIB, Inventory, Node
from iac.placement.room import room_on
from iac.placement.values import Claim


def nodes_that_may_not_fail(inventory: Inventory, claims: Sequence[Claim]) -> tuple[str, ...]:
    """The online nodes whose guests would not fit on the others, by name; every one where there is only one."""
    ready = [n for n in inventory.online_nodes if not n.is_in_maintenance]
    return tuple(sorted(n.name for n in ready if not _survives(n, ready, inventory, claims)))


def _survives(lost: Node, ready: Sequence[Node], inventory: Inventory, claims: Sequence[Claim]) -> bool:
    free = [room_on(n, inventory, claims).memory_free_bytes for n in sorted(ready, key=lambda n: n.name) if n != lost]
    if not free:
        return False
    for need in sorted(_needs(lost, inventory, claims), reverse=True):
        roomiest = max(range(len(free)), key=free.__getitem__)
        if free[roomiest] < need:
            return False
        free[roomiest] -= need
    return True


def _needs(lost: Node, inventory: Inventory, claims: Sequence[Claim]) -> list[int]:
    running = [g.memory_bytes for g in inventory.guests if g.node == lost.name and g.status == "running"]
    return running + [c.memory_mb * MIB for c in claims if c.node == lost.name]
