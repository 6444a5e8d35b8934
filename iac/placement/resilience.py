"""N+1: would everything that runs still fit if any one node were lost? Counted by memory, largest guest first.

A guest that high availability ties to certain nodes finds refuge only there, and never beside one it is kept apart
from. A guest that finds no place is counted, and the smaller ones are tried all the same.
"""

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from iac.inventory import MIB, Affinity, Node
from iac.placement.ground import Ground, Held, Load
from iac.placement.room import room_on

_NOTHING = Load()
NEWCOMER = 0
"""The number of a guest that has none yet; no rule knows it."""


@dataclass(frozen=True, slots=True)
class Loss:
    """A node that may not fail: that many bytes of memory of its guests would find no place on the others."""

    node: str
    homeless_bytes: int


def losses(ground: Ground, held: Held) -> tuple[Loss, ...]:
    """The nodes whose guests would not all fit on the others, by name; every one that runs something if it is alone."""
    ready = [n for n in ground.nodes if n.is_online and not n.is_in_maintenance]
    free = {n.name: room_on(n, ground, held).memory_free_bytes for n in ready}
    rules = tuple(a for a in ground.inventory.affinities if a.kind == "apart" or (a.kind == "nodes" and a.is_strict))
    lost = (Loss(node.name, _homeless(node, free, ground, (held, rules))) for node in ready)
    return tuple(loss for loss in lost if loss.homeless_bytes)


def _homeless(lost: Node, free: Mapping[str, int], ground: Ground, more: tuple[Held, Sequence[Affinity]]) -> int:
    """The memory of the guests of that node that fits nowhere else."""
    held, rules = more
    left = {name: room for name, room in free.items() if name != lost.name}
    running = ground.loads.get(lost.name, _NOTHING).guests
    tied = [(memory, vmid) for memory, vmid in running if any(rule.binds(vmid) for rule in rules)]
    homeless = sum(_seek(memory, _open_to(vmid, left, rules, ground), left) for memory, vmid in tied)
    coming = [(c.memory_mb * MIB, NEWCOMER) for c in held.claims if c.node == lost.name]
    loose = sorted((memory for memory, vmid in (*running, *coming) if (memory, vmid) not in tied), reverse=True)
    return homeless + _spread(loose, list(left.values()))


def _seek(memory: int, nodes: Sequence[str], left: dict[str, int]) -> int:
    """Put a guest on the roomiest of these nodes; its memory where none has room for it, else nothing."""
    best = max(nodes, key=lambda name: (left[name], name), default=None)
    if best is None or left[best] < memory:
        return memory
    left[best] -= memory
    return 0


def _open_to(vmid: int, left: Mapping[str, int], rules: Sequence[Affinity], ground: Ground) -> list[str]:
    """The nodes that the rules leave to a guest."""
    nodes = list(left)
    for rule in rules:
        if not rule.binds(vmid):
            continue
        if rule.kind == "nodes":
            nodes = [name for name in nodes if name in rule.nodes]
        else:
            mates = {name for name, load in ground.loads.items() for _, other in load.guests if other in rule.guests}
            nodes = [name for name in nodes if name not in mates]
    return nodes


def _spread(needs: Sequence[int], rooms: list[int]) -> int:
    """Fill the roomiest first; the sum of what fits nowhere. ``needs`` fall."""
    free = [-room for room in rooms]
    heapq.heapify(free)
    homeless = 0
    for need in needs:
        if free and -free[0] >= need:
            heapq.heapreplace(free, free[0] + need)
        else:
            homeless += need
    return homeless
