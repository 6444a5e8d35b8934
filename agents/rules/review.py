"""The deterministic review: what no model may overrule. A draft must say what was asked, and be possible. Pure."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from agents.contracts import Issue
from agents.rules.drafting import specs_of
from agents.rules.shapes import Draft
from iac.errors import Refused, say
from iac.grounding import Finding, ungrounded
from iac.inventory import Inventory
from iac.placement import Placement, place_all
from iac.spec import GuestSpec, Limits


@dataclass(frozen=True, slots=True)
class Reality:
    """What a draft is judged by; ``own`` are names that this thread's earlier proposal took."""

    inventory: Inventory
    limits: Limits
    environments: tuple[str, ...]
    own: frozenset[str] = frozenset()

    @property
    def standing(self) -> frozenset[str]:
        """The names of this thread that exist in the cluster: a proposal changes them instead of making them."""
        return self.own & {guest.name for guest in self.inventory.machines}


def issues_of(draft: Draft, asked: Draft, reality: Reality) -> tuple[Issue, ...]:
    """Everything wrong with a draft; ``asked`` is what the person's words alone come to."""
    own = tuple(_own(draft, asked, reality))
    return own or tuple(_placed(draft, reality))


def findings_of(draft: Draft, reality: Reality) -> tuple[tuple[str, Finding], ...]:
    """What reality says against each guest, with the guest's name."""
    specs = specs_of(draft)
    names = frozenset(spec.name for spec in specs)
    return tuple((spec.name, f) for spec in specs for f in _grounding(spec, reality, names))


def placed(draft: Draft, reality: Reality) -> tuple[Placement, ...]:
    """Where the new guests go; raises ``Refused`` where one does not fit. Guests that stand stay where they are."""
    return place_all(new_specs(draft, reality), reality.inventory)


def new_specs(draft: Draft, reality: Reality) -> tuple[GuestSpec, ...]:
    """The guests that do not exist yet."""
    return tuple(spec for spec in specs_of(draft) if spec.name not in reality.standing)


def _grounding(spec: GuestSpec, reality: Reality, request: frozenset[str]) -> Sequence[Finding]:
    return ungrounded(spec, reality.inventory, reality.limits, own=reality.own, request=request)


def _own(draft: Draft, asked: Draft, reality: Reality) -> Iterator[Issue]:
    if draft.environment not in reality.environments:
        problem = say("crew.review.environment", environment=draft.environment, environments=reality.environments)
        yield Issue(where="environment", problem=problem)
    if len(draft.guests) > reality.limits.max_guests:
        problem = say("crew.review.too_many", count=len(draft.guests), most=reality.limits.max_guests)
        yield Issue(where="guests", problem=problem)
        return
    for name in _twice([g.name for g in draft.guests]):
        yield Issue(where=f"guests.{name}.name", problem=say("crew.review.twice", name=name))
    yield from _unasked(draft, asked)
    for name, finding in findings_of(draft, reality):
        yield Issue(where=f"guests.{name}.{finding.slot}", problem=finding.problem)


def _unasked(draft: Draft, asked: Draft) -> Iterator[Issue]:
    """A draft that says anything else than what was asked is not the person's request."""
    if draft.environment != asked.environment:
        yield Issue(where="environment", problem=say("crew.review.unasked", slot="environment"))
    if Counter(g.name for g in draft.guests) != Counter(g.name for g in asked.guests):
        yield Issue(where="guests", problem=say("crew.review.unasked", slot="guests"))
        return
    wanted = {guest.name: guest for guest in asked.guests}
    for guest in draft.guests:
        for slot, value in guest.model_dump().items():
            if getattr(wanted[guest.name], slot) != value:
                yield Issue(where=f"guests.{guest.name}.{slot}", problem=say("crew.review.unasked", slot=slot))


def _placed(draft: Draft, reality: Reality) -> Iterator[Issue]:
    try:
        placed(draft, reality)
    except Refused as no:
        yield Issue(where="guests", problem=no.sentence)


def _twice(names: Collection[str]) -> list[str]:
    return [name for name, times in Counter(n.lower() for n in names).items() if times > 1]
