"""Devices of a node that a guest may be given, such as a graphics card: PVE's resource mappings, node by node."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Device:
    """The devices of one mapping on one node; ``held_by`` are the guests (VMIDs) there whose settings name it.

    ``count`` is how many guests may hold one at a time. ``held_by`` None: nobody could look.
    """

    mapping: str
    node: str
    count: int = 1
    description: str = ""
    held_by: tuple[int, ...] | None = ()

    @property
    def free(self) -> int:
        """How many are left; none where nobody could look: in doubt a device is taken."""
        return 0 if self.held_by is None else max(0, self.count - len(self.held_by))
