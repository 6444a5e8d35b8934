"""What a placement is made of: claims, verdicts, the placement itself, and the refusal that names every node."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from iac.errors import Refused, Sentence, Value
from iac.inventory import Guest


@dataclass(frozen=True, slots=True)
class Claim:
    """Room held by another open run: a guest that is coming but that no reading shows yet; ``guest`` is its name."""

    node: str
    cores: int
    memory_mb: int
    storage: str
    disk_gb: int
    guest: str = ""
    devices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where the guests of an environment may go; an empty tuple means anywhere."""

    environment: str = ""
    nodes: tuple[str, ...] = ()
    storages: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()


ANYWHERE = Bounds()


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one node did for one guest. ``score`` is 0..100, higher is better; None where a hard limit ruled it out.

    ``points`` are what each line of the published score gave, by the name of its weight.
    """

    node: str
    score: float | None
    reason: Sentence
    points: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Placement:
    """Where one guest goes, why, why not elsewhere, and what it does to the cluster."""

    node: str
    storage: str
    network: str
    template: Guest
    reasons: tuple[Sentence, ...]
    verdicts: tuple[Verdict, ...]
    effects: tuple[Sentence, ...]


class NothingFits(Refused):
    """No node can take the guest; ``verdicts`` say why, node by node."""

    def __init__(self, key: str, verdicts: tuple[Verdict, ...], **values: Value) -> None:
        """``key`` and ``values`` are the sentence; the verdicts go below it."""
        super().__init__(key, **values)
        self.verdicts = verdicts

    @property
    def reasons(self) -> tuple[Sentence, ...]:
        """One sentence a node."""
        return tuple(verdict.reason for verdict in self.verdicts)
