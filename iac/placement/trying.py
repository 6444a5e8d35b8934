"""One try at placing a whole request, unit by unit; each one placed holds its room against those after it. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from iac.errors import Sentence, say
from iac.placement.fitting import Fit, Question, fit
from iac.placement.ground import Ground, Held
from iac.placement.party import Party, Unit
from iac.placement.scoring import behind, points, score, why
from iac.placement.values import ANYWHERE, Bounds, Claim, NothingFits, Verdict
from iac.spec import GuestSpec


@dataclass(frozen=True, slots=True)
class Option:
    """A node that can take a guest: what it would use there, its points and their sum."""

    fit: Fit
    points: dict[str, float] = field(hash=False)
    score: float

    @property
    def node(self) -> str:
        """Its name."""
        return self.fit.node.name


Order = Callable[[Option], tuple[float, ...]]
"""What makes one option better than another: the smaller the better; equal ones go by the name of the node."""


def by_score(option: Option) -> tuple[float, ...]:
    """The most comfortable node: the published score."""
    return (-option.score,)


def by_tightness(option: Option) -> tuple[float, ...]:
    """The node with the least memory left that still has room: what is large enough for others stays whole."""
    return float(option.fit.room.memory_free_bytes), -option.score


def by_balance(option: Option) -> tuple[float, ...]:
    """The node with the most memory left: what is spread evenly survives the loss of a node best."""
    return -float(option.fit.room.memory_free_bytes), -option.score


@dataclass(frozen=True, slots=True)
class Choice:
    """One guest with its node, the other nodes that could have taken it, and why the rest could not."""

    question: Question
    best: Option
    others: tuple[Option, ...]
    ruled_out: tuple[Verdict, ...]
    is_joined: bool = False

    @property
    def claim(self) -> Claim:
        """The room it holds from now on."""
        return claim_at(self.question.spec, self.best.fit)

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """How every node did, the chosen one first."""
        return (self._verdict(self.best), *(self._verdict(other) for other in self.others), *self.ruled_out)

    def _verdict(self, option: Option) -> Verdict:
        key = "place.scored" if option is self.best else behind(option.points, self.best.points)
        return Verdict(option.node, option.score, why(option.fit, self.question.spec, option.score, key), option.points)


@dataclass(frozen=True, slots=True)
class Site:
    """Where a request is to be placed: a reading, and what its environment may use."""

    ground: Ground
    bounds: Bounds = ANYWHERE


def attempt(party: Party, site: Site, held: Held, order: Order) -> list[Choice]:
    """A choice a guest, in the order of the party; ``NothingFits`` for the first that has no node."""
    choices: list[Choice] = []
    for unit in party.units:
        counts = _spread_counts(party, choices)
        chosen = _unit_choices(unit, site, held, (order, counts if unit[0].name in party.spread else {}))
        choices += chosen
        held = held.plus(*(choice.claim for choice in chosen))
    return choices


def _spread_counts(party: Party, choices: Sequence[Choice]) -> dict[str, int]:
    counts: dict[str, int] = {"": 0}  # never empty: whoever is spread is counted from the first one on
    for choice in choices:
        if choice.question.spec.name in party.spread:
            counts[choice.best.node] = counts.get(choice.best.node, 0) + 1
    return counts


def _unit_choices(unit: Unit, site: Site, held: Held, how: tuple[Order, dict[str, int]]) -> list[Choice]:
    if len(unit) == 1:
        return [_choice(Question(unit[0], site.ground, held, site.bounds), how)]
    node = _common_node(unit, site, held, how[0])
    chosen: list[Choice] = []
    for spec in unit:
        there = replace(spec, node=node) if node is not None and spec.node is None else spec
        choice = _choice(Question(there, site.ground, held, site.bounds), how)
        chosen.append(_joined(choice, spec))
        held = held.plus(choice.claim)
    return chosen


def _joined(choice: Choice, spec: GuestSpec) -> Choice:
    """The same choice in the words of a unit: the other nodes were not refused by a person."""
    if choice.question.spec.node == spec.node:
        return choice
    others = (_elsewhere(verdict) for verdict in choice.ruled_out)
    return replace(choice, question=replace(choice.question, spec=spec), ruled_out=tuple(others), is_joined=True)


def _elsewhere(verdict: Verdict) -> Verdict:
    is_other = verdict.reason.key == "place.not_wished"
    return replace(verdict, reason=say("place.not_joined", node=verdict.node)) if is_other else verdict


def _common_node(unit: Unit, site: Site, held: Held, order: Order) -> str | None:
    """The best node that has room for all of them; None where there is none, which the first to fail then tells."""
    found: list[tuple[tuple[float, ...], str]] = []
    for node in site.ground.nodes:
        now, last = held, None
        for spec in unit:
            question = Question(spec, site.ground, now, site.bounds)
            answer = fit(question, node)
            if isinstance(answer, Sentence):
                last = None
                break
            last = _option(answer, question)
            now = now.plus(claim_at(spec, answer))
        if last is not None:
            found.append((order(last), node.name))
    return min(found, default=((), None))[1]


def _choice(question: Question, how: tuple[Order, dict[str, int]]) -> Choice:
    order, counts = how
    answers = [(node.name, fit(question, node)) for node in question.ground.nodes]
    options = [_option(answer, question) for _, answer in answers if isinstance(answer, Fit)]
    ruled_out = [Verdict(name, None, answer) for name, answer in answers if isinstance(answer, Sentence)]
    if not options:
        raise _nothing_fits(question.spec, tuple(ruled_out))
    fewest = min(counts.get(o.node, 0) for o in options)
    open_to = [o for o in options if counts.get(o.node, 0) == fewest]
    crowded = (o.node for o in options if counts.get(o.node, 0) > fewest)
    ruled_out += [Verdict(node, None, say("place.spread", node=node)) for node in crowded]
    best = min(open_to, key=lambda o: (order(o), o.node))
    others = sorted((o for o in open_to if o is not best), key=lambda o: (-o.score, o.node))
    return Choice(question, best, tuple(others), tuple(ruled_out))


def _option(answer: Fit, question: Question) -> Option:
    given = dict(points(answer, question))
    return Option(answer, given, score(given))


def claim_at(spec: GuestSpec, answer: Fit) -> Claim:
    """The room that a guest holds on a node until a reading shows it."""
    node, storage = answer.node.name, answer.storage.name
    return Claim(node, spec.cores, spec.memory_mb, storage, spec.disk_gb, spec.name, spec.devices)


def _nothing_fits(spec: GuestSpec, verdicts: tuple[Verdict, ...]) -> NothingFits:
    return NothingFits(
        "place.nothing_fits",
        verdicts,
        guest=spec.name,
        cores=spec.cores,
        memory_gb=round(spec.memory_mb / 1024, 1),
        disk_gb=spec.disk_gb,
        count=len(verdicts),
    )
