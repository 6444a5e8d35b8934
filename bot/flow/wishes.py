"""A wish: what one run asks of its stack, beside what stands there already. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from agents.contracts import Proposal
from bot.domain.environment import Environment
from bot.domain.errors import Refused
from bot.domain.lease import Term, term_of
from bot.domain.outcome import Outcome
from bot.domain.recovery import last_change, standing_guests
from bot.domain.run import Run
from bot.flow.rules import Rules
from bot.flow.telling import proposal_of
from iac.spec import GuestSpec, PlacedGuest

ACTS = "acts"
"""The intent of a wish that builds nothing."""
GUEST = "guest:"
"""What stands before the number of a guest that is held, so that it is no template."""
MARK = "threadform"
"""The tag of every guest that is ours to change."""


@dataclass(frozen=True, slots=True)
class Wish:
    """The proposal of a run, the guests that stand in its stack, and the rules of its environment."""

    run: Run
    proposal: Proposal
    standing: tuple[PlacedGuest, ...]
    environment: Environment

    @property
    def is_removal(self) -> bool:
        """Whether guests are to go."""
        return self.proposal.intent == "destroy"

    @property
    def fresh(self) -> tuple[GuestSpec, ...]:
        """The guests that are to be made."""
        there = {guest.spec.name for guest in self.standing}
        return () if self.is_removal else tuple(g for g in self.proposal.guests if g.name not in there)

    @property
    def staying(self) -> tuple[PlacedGuest, ...]:
        """The guests that stand and stay, with the sizes that are asked for now."""
        if not self.is_removal:
            return tuple(_changed(guest, self) for guest in self.standing)
        gone = {guest.name for guest in self.proposal.guests}
        return tuple(guest for guest in self.standing if guest.spec.name not in gone)

    @property
    def resized(self) -> tuple[PlacedGuest, ...]:
        """Those of them that get other sizes."""
        now = {guest.spec.name: guest.spec for guest in self.standing}
        return tuple(guest for guest in self.staying if guest.spec != now[guest.spec.name])


def wish_of(run: Run, known: Sequence[Run], rules: Rules) -> Wish:
    """The wish of a run; ``known`` are all runs of its stack, oldest first.

    ``Refused`` where its environment is not one of ours, or not the one in which the stack's guests stand: whose
    rules, and whose approval, would hold?
    """
    proposal = proposal_of(run)
    standing = standing_guests(known)
    here = proposal_of(last_change(known) or run).environment
    if standing and here != proposal.environment:
        names = tuple(guest.spec.name for guest in standing)
        raise Refused("environment.mixed", asked=proposal.environment, environment=here, guests=names)
    return Wish(run, proposal, standing, rules.environment(proposal.environment))


def term_of_wish(wish: Wish, now: float) -> Term | None:
    """How long the guests that are to be made may live; None where nothing is made, or nobody said and no rule does."""
    if not wish.fresh:
        return None
    understood = wish.proposal.understood
    return term_of(understood.slots if understood else {}, wish.environment.lease, now)


def created(outcome: Outcome) -> tuple[PlacedGuest, ...]:
    """The guests that the plan creates."""
    creating = {c.name for c in outcome.plan.changes if c.action == "create"} if outcome.plan else set()
    return tuple(guest for guest in outcome.guests if guest.spec.name in creating)


def templates_of(outcome: Outcome) -> tuple[str, ...]:
    """What no other run may touch meanwhile: the templates that are cloned, the guests that are acted on or changed.

    One name each, the same in every run.
    """
    cloned = {f"{outcome.cluster}:{guest.template_vmid}" for guest in created(outcome)}
    return tuple(sorted(cloned | {f"{outcome.cluster}:{GUEST}{vmid}" for vmid in _touched(outcome)}))


def replaces(run: Run, old: Run) -> bool:
    """Whether a newer wish takes the place of an older one.

    A wish for machines replaces the one before, for a thread builds one stack. Acts stand beside it, and beside
    others: only the same act on the same guest is asked for again.
    """
    new, was = proposal_of(run), proposal_of(old)
    if new.intent != ACTS or was.intent != ACTS:
        return ACTS not in (new.intent, was.intent)
    verbs = {deed.verb for deed in new.acts} & {deed.verb for deed in was.acts}
    return bool(verbs) and bool({*new.names} & {*was.names})


def _touched(outcome: Outcome) -> set[int]:
    """The numbers of the guests that stand and are changed, destroyed or acted on."""
    changes = outcome.plan.changes if outcome.plan else ()
    changed = {c.before.get("vm_id") for c in changes if c.action in {"update", "delete", "replace"}}
    acted = {step.vmid for step in outcome.acts.steps} if outcome.acts else set[int]()
    return acted | {vmid for vmid in changed if isinstance(vmid, int)}


def _changed(standing: PlacedGuest, wish: Wish) -> PlacedGuest:
    """A guest that stands, with the sizes that are asked for now; its places never change on the way.

    It gets the tags that its environment asks for by now: others in the stack wait until they are asked about.
    """
    asked = next((g for g in wish.proposal.guests if g.name == standing.spec.name), None)
    if asked is None:
        return standing
    sizes = replace(standing.spec, cores=asked.cores, memory_mb=asked.memory_mb, disk_gb=asked.disk_gb)
    return replace(standing, spec=sizes, tags=tuple(sorted({*standing.tags, *wish.environment.tags})))
