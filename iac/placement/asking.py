"""What is asked of a node: one guest on one reading, with what others hold, within what its environment may use."""

from dataclasses import dataclass

from iac.placement.ground import Ground, Held
from iac.placement.values import ANYWHERE, Bounds
from iac.spec import GuestSpec


@dataclass(frozen=True, slots=True)
class Question:
    """One guest asked of one reading of the cluster, with the room that others hold."""

    spec: GuestSpec
    ground: Ground
    held: Held
    bounds: Bounds = ANYWHERE

    def home_of(self, guest: str) -> str | None:
        """The node of a guest that stands, else of one that is coming; None where nobody knows it."""
        return self.ground.homes.get(guest) or self.held.homes.get(guest)
