"""What the stages found out about a run, kept beside it as JSON: the plan, the progress, the end, the report."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import TypeAdapter

from agents.contracts import StrategicPlan
from bot.domain.lease import Term
from iac.acts import ActPlan
from iac.cost import Cost
from iac.errors import Sentence
from iac.plan import Plan
from iac.spec import PlacedGuest


@dataclass(frozen=True, slots=True)
class Progress:
    """One resource on its way: ``event`` is started, going, done or failed; ``seconds`` since it began."""

    address: str
    event: Literal["started", "going", "done", "failed"]
    seconds: float = 0.0
    text: str = ""


@dataclass(frozen=True, slots=True)
class Ending:
    """How an apply ended; ``errors`` are the words of terraform, or of Proxmox VE; ``steps`` the last ones of acts."""

    is_applied: bool
    seconds: float
    errors: tuple[str, ...] = ()
    steps: tuple[Progress, ...] = ()


@dataclass(frozen=True, slots=True)
class Usable:
    """Whether a guest is really up. Each field is None until it held; seconds since the check began.

    ``http_status`` is the last status that its page answered with. ``said`` are lines that the guest itself wrote
    about what failed in it: text from outside.
    """

    guest: str
    address: str | None = None
    agent_s: float | None = None
    cloud_init_s: float | None = None
    ssh_s: float | None = None
    ssh_line: str = ""
    missing: tuple[str, ...] = ()
    http_s: float | None = None
    http_status: int | None = None
    said: tuple[str, ...] = ()

    @property
    def is_usable(self) -> bool:
        """Done means usable: nothing is missing."""
        return not self.missing


@dataclass(frozen=True, slots=True)
class Left:
    """A guest that a broken apply left in the cluster, or found there, and that is not in the state: why."""

    guest: str
    vmid: int
    node: str
    why: Sentence


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything a card of a run shows beside its state. ``error`` is why it was refused or what broke.

    ``strategy`` is the placement as planning made it, on a newer reading than the crew's; ``cluster`` is where.
    ``yes`` are the ids of those who approved the plan, in the order in which they did.
    ``reason`` is why somebody laid the plan aside, in their own words.
    ``term`` is how long the guests that are made are to live; None: until somebody removes them.
    ``acts`` is what a run of acts does, in place of a ``plan``.
    ``standing`` names the guests that the state knew once a broken apply had been looked at; None: nobody has looked.
    """

    guests: tuple[PlacedGuest, ...] = ()
    plan: Plan | None = None
    progress: tuple[Progress, ...] = ()
    ending: Ending | None = None
    usable: tuple[Usable, ...] = ()
    error: Sentence | None = None
    notes: tuple[Sentence, ...] = ()
    strategy: tuple[StrategicPlan, ...] = ()
    cluster: str = ""
    cost: Cost | None = None
    yes: tuple[str, ...] = ()
    reason: str = ""
    standing: tuple[str, ...] | None = None
    left: tuple[Left, ...] = ()
    term: Term | None = None
    acts: ActPlan | None = None

    @property
    def digest(self) -> str | None:
        """What a yes is bound to."""
        made = self.acts or self.plan
        return made.digest if made else None

    @property
    def has_changes(self) -> bool:
        """Whether there is anything to decide about."""
        return bool(self.acts.steps) if self.acts else self.plan is not None and self.plan.has_changes


_OUTCOME = TypeAdapter(Outcome)


def parse_outcome(stored: Mapping[str, Any]) -> Outcome:
    """Read an outcome back from its JSON; an empty mapping is the empty outcome."""
    return _OUTCOME.validate_python(dict(stored))


def dump_outcome(outcome: Outcome) -> Mapping[str, Any]:
    """Turn an outcome into JSON values."""
    dumped: dict[str, Any] = _OUTCOME.dump_python(outcome, mode="json")
    return dumped
