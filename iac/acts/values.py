"""What an act is: the deed as asked, the step that does it to one guest, and the plan of all steps with its digest."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from iac.errors import Sentence

Verb = Literal[
    "start",
    "shutdown",
    "stop",
    "reboot",
    "reset",
    "snapshot_create",
    "snapshot_rollback",
    "snapshot_delete",
    "migrate",
    "drain",
    "backup",
    "protect",
    "unprotect",
    "ha_on",
    "ha_off",
]
VERBS: Final[tuple[Verb, ...]] = get_args(Verb)

Automatic = Literal["start", "snapshot_create", "backup", "protect"]
"""Acts that cost a guest nothing: an operator may let them go without a person's yes."""
AUTOMATIC: Final[tuple[Automatic, ...]] = get_args(Automatic)

Cost = Literal[
    "power_cut",
    "goes_down",
    "restart",
    "state_lost",
    "snapshot_lost",
    "memory_not_kept",
    "copies_disks",
    "by_ha",
    "unwatched",
]
"""What an act costs its guest. ``memory_not_kept``: a snapshot of the disks alone; ``unwatched``: no HA any more."""

INTERRUPTING: Final[frozenset[Cost]] = frozenset({"power_cut", "goes_down", "restart"})
LOSING: Final[frozenset[Cost]] = frozenset({"state_lost", "snapshot_lost"})

GoalKind = Literal[
    "running",
    "stopped",
    "on_node",
    "snapshot",
    "no_snapshot",
    "protected",
    "unprotected",
    "in_ha",
    "not_in_ha",
]


@dataclass(frozen=True, slots=True)
class Deed:
    """One act as it is asked for. ``guest`` is a name or a number, empty where the act is on a node.

    ``node`` is where a guest goes, or which node is drained; ``snapshot`` a name, chosen by us where it is empty.
    ``taken_at`` says which snapshot of that name was meant, in seconds since the epoch; 0 before it was looked at.
    """

    verb: Verb
    guest: str = ""
    node: str = ""
    snapshot: str = ""
    storage: str = ""
    has_memory: bool = False
    taken_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the API, to the letter: the path below ``/api2/json``, the parameters as they are sent."""

    method: Literal["POST", "PUT", "DELETE"]
    path: str
    params: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def line(self) -> str:
        """The call as people read it: ``POST /nodes/pve1/qemu/101/status/reboot timeout=180``."""
        return " ".join([self.method, self.path, *(f"{name}={value}" for name, value in self.params.items())])


@dataclass(frozen=True, slots=True)
class Goal:
    """How a guest is seen to be when an act on it is done. ``mark`` stands in the description of our snapshot."""

    kind: GoalKind
    value: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One deed on one guest, as it was when it was planned: where, by which call, at what cost, and to which end.

    ``was`` is the guest's state then; ``tags`` are its own and its pool, which say whose rules hold; ``goal`` is
    None where nothing shows afterwards that it was done.
    """

    deed: Deed
    vmid: int
    name: str
    node: str
    was: str
    tags: tuple[str, ...]
    call: Call
    costs: tuple[Cost, ...] = ()
    goal: Goal | None = None

    @property
    def is_interrupting(self) -> bool:
        """Whether the guest stops working for a while, or for good."""
        return bool(INTERRUPTING & set(self.costs))

    @property
    def is_losing(self) -> bool:
        """Whether something is lost that nothing brings back."""
        return bool(LOSING & set(self.costs))


@dataclass(frozen=True, slots=True)
class ActPlan:
    """The steps in the order in which they are done, the SHA-256 that a yes is bound to, and what is so already."""

    digest: str
    steps: tuple[Step, ...]
    already: tuple[Sentence, ...] = ()

    @property
    def guests(self) -> tuple[str, ...]:
        """The names of the guests it touches."""
        return tuple(dict.fromkeys(step.name for step in self.steps))

    @property
    def interrupted(self) -> tuple[str, ...]:
        """The names of those that stop working for a while."""
        return tuple(dict.fromkeys(step.name for step in self.steps if step.is_interrupting))

    @property
    def lost(self) -> tuple[str, ...]:
        """The names of those that lose something."""
        return tuple(dict.fromkeys(step.name for step in self.steps if step.is_losing))
