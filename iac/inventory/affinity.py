"""What high availability holds together, apart, or on certain nodes: rules of PVE 9, groups of PVE 8, as one value."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Affinity:
    """One rule over guests (VMIDs): on these ``nodes``, together on one node, or apart from one another.

    A strict rule about nodes is never left, not even when a node is lost; one that is not strict is a preference.
    What holds guests together or apart is always strict. ``nodes`` is empty for those.
    """

    name: str
    kind: Literal["nodes", "together", "apart"]
    guests: frozenset[int]
    nodes: tuple[str, ...] = ()
    is_strict: bool = True

    def binds(self, vmid: int) -> bool:
        """Whether that guest is in the rule."""
        return vmid in self.guests
