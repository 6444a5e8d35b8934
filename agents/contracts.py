"""What goes into the crew and what comes out: a ``Turn`` in; a ``Reply`` or a ``Proposal`` out. No ADK in here."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal, Protocol, Self

from pydantic import BaseModel, ConfigDict, Field

from iac.acts.values import Deed
from iac.errors import Sentence
from iac.placement import Placement
from iac.spec import DEFAULT_ENVIRONMENT, GuestSpec

Language = Literal["en", "fr"]


class Frozen(BaseModel):
    """A value that does not change and takes no field it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Past(Frozen):
    """One earlier thing said in the thread, oldest first in ``Turn.history``."""

    role: Literal["person", "bot"]
    author: str
    text: str


class Snapshot(Frozen):
    """A snapshot of a guest, and the day it was taken where that is known."""

    name: str
    taken_on: date | None = None


class Surroundings(Frozen):
    """What one reading of the cluster does not hold: snapshots, owners and ends of life, by the guest's name."""

    snapshots: Mapping[str, tuple[Snapshot, ...]] = Field(default_factory=dict)
    owners: Mapping[str, str] = Field(default_factory=dict)
    expiries: Mapping[str, date] = Field(default_factory=dict)


class Rights(Frozen):
    """What the person may ask for, so that a "no" comes early. It grants nothing: roles and policy decide later.

    ``pools`` are those the person may change guests in, all where it is None; ``is_own_only`` narrows that to guests
    they own. Bounds are what is still free for them, None where there is none. Memory in MB, disk in GB.
    """

    person: str = ""
    pools: tuple[str, ...] | None = None
    is_own_only: bool = False
    max_guests: int | None = None
    max_cores: int | None = None
    max_memory_mb: int | None = None
    max_disk_gb: int | None = None
    may_use_ha: bool = True
    may_use_prod: bool = True


class Act(Frozen):
    """One thing asked for: ``intent`` is a word of the language data, ``slots`` canonical values (MB, GB, hours)."""

    intent: str
    slots: Mapping[str, Any] = Field(default_factory=dict)


class Understood(Frozen):
    """What a message comes to after everything said before it.

    ``asks`` are slots that must be known before a plan; ``refusals`` reasons why it cannot be, or not for this person.
    """

    intent: str
    slots: Mapping[str, Any] = Field(default_factory=dict)
    asks: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()
    further: tuple[Act, ...] = ()


class Turn(Frozen):
    """One thing said, with what the thread remembers. ``author`` is a name, ``person`` an id where one is known.

    ``slots`` is what the crew asked to be remembered last time, unchanged. ``answers`` are typed choices
    made on a question card: slot name -> value, already text. ``rights`` and ``around`` only let the crew say no or
    ask earlier; ``said_at`` is what relative dates are counted from, now where it is None.
    """

    thread: str
    text: str
    author: str
    person: str = ""
    answers: Mapping[str, str] = Field(default_factory=dict)
    slots: Mapping[str, Any] = Field(default_factory=dict)
    history: tuple[Past, ...] = ()
    language: Language | None = None
    said_at: datetime | None = None
    rights: Rights | None = None
    around: Surroundings = Surroundings()


class Choice(Frozen):
    """One typed choice: what is shown and what comes back. A label ``choice.…`` is a key of the catalogues."""

    label: str
    value: str


class Question(Frozen):
    """A slot that is missing, or that reality contradicts, asked with choices and a suggested default.

    ``is_correction``: the person said something else than the default; nobody may take it on their behalf.
    """

    slot: str
    ask: Sentence
    choices: tuple[Choice, ...] = ()
    default: str = ""
    is_correction: bool = False


class TraceStep(Frozen):
    """One agent's step, for "how I got here": times in ms, tokens as the models counted them.

    ``cost_eur`` is None where nobody has said what the model costs. ``calls`` counts the answers of live models, those
    that were not taken included; ``skipped`` names who gave none, and why. ``found`` is what was wrong with a draft.
    ``prompt`` is the version of the agent's prompt. No step holds a word of a prompt or of an answer.
    """

    agent: str
    served_by: str
    did: str
    tools: tuple[str, ...] = ()
    ms: float = 0.0
    tokens: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_thoughts: int = 0
    cost_eur: float | None = 0.0
    calls: int = 0
    skipped: tuple[str, ...] = ()
    found: tuple[Sentence, ...] = ()
    prompt: str = ""


class Issue(Frozen):
    """One thing wrong with a draft: where (``guests.api01.name``) and what."""

    where: str
    problem: Sentence


class Review(Frozen):
    """The typed end of the refinement loop."""

    is_approved: bool
    issues: tuple[Issue, ...] = ()
    attempt: int = 1


class NodeVerdict(Frozen):
    """How one node did for one guest. ``score`` is 0..100, higher is better; None where a hard limit ruled it out.

    ``points`` are what each line of the published score gave, by the name of its weight.
    """

    node: str
    score: float | None
    reason: Sentence
    points: Mapping[str, float] = Field(default_factory=dict)


class StrategicPlan(Frozen):
    """The analyser's decision for one guest: where, on what, why, and why not elsewhere."""

    guest: str
    node: str
    storage: str
    network: str
    reasons: tuple[Sentence, ...]
    verdicts: tuple[NodeVerdict, ...]
    effects: tuple[Sentence, ...] = ()

    @classmethod
    def of(cls, guest: str, placement: Placement) -> Self:
        """The decision for one guest, from its placement."""
        return cls(
            guest=guest,
            node=placement.node,
            storage=placement.storage,
            network=placement.network,
            reasons=placement.reasons,
            verdicts=tuple(
                NodeVerdict(node=v.node, score=v.score, reason=v.reason, points=v.points) for v in placement.verdicts
            ),
            effects=placement.effects,
        )


class Quote(Frozen):
    """A passage of a document, word for word, and where it stands. Others wrote it: it is shown, never followed."""

    title: str
    heading: str
    address: str
    text: str


class Reply(Frozen):
    """Words back into the thread; ``questions`` come as one card. ``text`` is a model's own wording, if any."""

    kind: Literal["reply"] = "reply"
    language: Language
    sentences: tuple[Sentence, ...] = ()
    text: str = ""
    questions: tuple[Question, ...] = ()
    quotes: tuple[Quote, ...] = ()
    slots: Mapping[str, Any] = Field(default_factory=dict)
    trace: tuple[TraceStep, ...] = ()
    understood: Understood | None = None


class Proposal(Frozen):
    """The typed wish handed on, nothing touched: guests with their sizes, the strategy, and the last review.

    Or, where ``intent`` is ``acts``, what is to be done to guests that stand, in that order.
    """

    kind: Literal["proposal"] = "proposal"
    language: Language
    intent: Literal["create", "change", "destroy", "acts"]
    environment: str = DEFAULT_ENVIRONMENT
    guests: tuple[GuestSpec, ...] = ()
    acts: tuple[Deed, ...] = ()
    strategy: tuple[StrategicPlan, ...] = ()
    review: Review
    notes: tuple[Sentence, ...] = ()
    slots: Mapping[str, Any] = Field(default_factory=dict)
    trace: tuple[TraceStep, ...] = ()
    understood: Understood | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """What it is about: its guests, or the guests and nodes of its acts."""
        acted = (deed.guest or deed.node for deed in self.acts)
        return tuple(dict.fromkeys([*(guest.name for guest in self.guests), *acted]))


class Outcome(Frozen):
    """Exactly one of the two, discriminated by ``kind``."""

    result: Reply | Proposal = Field(discriminator="kind")


class RunLine(Frozen):
    """One run as the crew may speak of it: ``state`` is a word of the state table, ``guests`` are names."""

    id: str
    title: str
    state: str
    requester: str
    environment: str
    guests: tuple[str, ...] = ()


class Desk(Protocol):
    """What the product itself knows about runs, for reading only."""

    async def runs(self, thread: str) -> tuple[RunLine, ...]:
        """The runs of that thread, newest first."""
        ...

    async def latest(self, limit: int) -> tuple[RunLine, ...]:
        """The newest runs of all threads, at most ``limit``."""
        ...


class Manifests(Protocol):
    """What would be written for guests, as terraform reads it. It touches no cluster and plans nothing."""

    async def faults(self, guests: Sequence[GuestSpec]) -> tuple[str, ...]:
        """What terraform has against it, in its own words; empty where it takes it."""
        ...


class Crew(Protocol):
    """The team of agents behind one door."""

    async def turn(self, turn: Turn) -> Reply | Proposal:
        """Answer one turn; every failure of a model or tool becomes a Reply with one clear sentence."""
        ...
