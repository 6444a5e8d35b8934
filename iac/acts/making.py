"""What a verb is given, and what it makes of it."""

from dataclasses import dataclass

from iac.acts.reading import Seen
from iac.acts.values import Call, Cost, Deed, Goal
from iac.inventory import Inventory


@dataclass(frozen=True, slots=True)
class Asked:
    """One deed on one guest that can be touched; ``mark`` goes into the description of what we make."""

    deed: Deed
    seen: Seen
    inventory: Inventory
    mark: str


@dataclass(frozen=True, slots=True)
class Made:
    """The call, its costs, how its end is seen; ``deed`` is the deed with everything decided that was left open."""

    call: Call
    costs: tuple[Cost, ...] = ()
    goal: Goal | None = None
    deed: Deed | None = None
