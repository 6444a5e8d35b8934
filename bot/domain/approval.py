"""Who may decide about a run, and when: pure rules, asked again at every press."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from bot.domain.environment import Environment
from bot.domain.errors import NotAllowed, Refused
from bot.domain.person import Person
from bot.domain.run import Run, RunState
from iac.acts import ActPlan
from iac.plan import Plan

DIGEST_SHOWN = 12
"""How many hex digits of the plan's digest a button carries: enough to tell revisions apart; the whole is stored."""

YES_HOLDS_S = 600.0
"""How long after its plan expired a yes still starts an apply: one that was given in the last second must count."""

TYPED_S = 900.0
"""How long after somebody was asked for it a typed reply in the thread makes their yes to a loss count."""
TYPED_REPLY = "typed reply"
"""The evidence of words that we read in the thread with our own session."""

DESTROYING = ("delete", "replace")

APPROVE = "approve"
DISCARD = "discard"
"""The actions of the two buttons."""

CONFIRM = "confirm:"
"""The id of a form in which the names of what is lost are typed; the button's value follows."""


LAY_ASIDE = "discard:"
"""The id of a form in which the reason of a discard is said; the button's value follows."""

REASON_MOST = 300
"""Characters of a reason: it stands on a card."""


class NamesWanted(Refused):
    """A yes to a loss counts only with the names of what is lost typed beside it."""

    def __init__(self, key: str, guests: tuple[str, ...]) -> None:
        """``key`` is the sentence that asks for them."""
        super().__init__(key, guests=guests, count=len(guests))
        self.guests = guests


class ReasonWanted(Refused):
    """A plan of this environment is laid aside only with a reason."""

    def __init__(self) -> None:
        """Ask for it."""
        super().__init__("discard.reason_wanted")


@dataclass(frozen=True, slots=True)
class Needs:
    """What a yes to one plan takes: ``approvals`` people, each from a group of every entry of ``approvers``.

    ``lost`` are the names of what the plan destroys, now or to be built again, or of what loses something by an act:
    they are typed by whoever says yes. ``interrupted`` are the running guests that an act stops or restarts.
    """

    approvals: int = 1
    approvers: tuple[frozenset[str], ...] = ()
    lost: tuple[str, ...] = ()
    interrupted: tuple[str, ...] = ()
    is_of_acts: bool = False


def button_value(run: Run) -> str:
    """The opaque value of a button: the run and the plan it shows."""
    return f"{run.id}:{(run.digest or '')[:DIGEST_SHOWN]}"


def parse_button(value: str) -> tuple[str, str]:
    """Run id and digest prefix of a button; a value that is not ours is refused."""
    run_id, colon, digest = value.partition(":")
    if not (run_id and colon):
        raise Refused("approve.unknown_button")
    return run_id, digest


def destroyed(plan: Plan | None) -> tuple[str, ...]:
    """The names of what would be destroyed, now or to be built again."""
    changes = plan.changes if plan else ()
    return tuple(dict.fromkeys(c.name for c in changes if c.action in DESTROYING))


def environments_touched(
    named: str, plan: Plan | ActPlan | None, known: Mapping[str, Environment]
) -> tuple[Environment, ...]:
    """The environment that the wish names, and those that the guests it touches carry as a tag.

    One guest of production makes it a plan for production, whatever the wish says. An environment that nobody
    knows any more is refused: its rules cannot be looked up.
    """
    tags = _all_tags(plan)
    if named not in known:
        raise Refused("approve.unknown_environment", environment=named)
    return tuple(known[name] for name in dict.fromkeys((named, *tags)) if name in known)


def _all_tags(plan: Plan | ActPlan | None) -> list[str]:
    if isinstance(plan, ActPlan):
        return [tag for step in plan.steps for tag in step.tags]
    return [tag for c in (plan.changes if plan else ()) for side in (c.before, c.after) for tag in _tags(side)]


def _tags(side: Mapping[str, object]) -> Iterable[str]:
    tags = side.get("tags")
    return [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list | tuple) else ()


def needs_of(environments: Iterable[Environment], plan: Plan | ActPlan | None) -> Needs:
    """What a yes takes where all these environments are touched: the strictest rule of them holds."""
    rules = tuple(environments)
    groups = tuple(frozenset(rule.approvers) for rule in rules if rule.approvers)
    approvals = max((rule.approvals for rule in rules), default=1)
    if isinstance(plan, ActPlan):
        return Needs(approvals, groups, plan.lost, plan.interrupted, is_of_acts=True)
    return Needs(approvals, groups, destroyed(plan))


def check_is_open(run: Run, digest: str, now: float) -> None:
    """Refuse a press on a card that is no longer the one to decide about."""
    if run.state is not RunState.PLANNED:
        raise Refused("approve.too_late", run=run.id)
    if not run.digest or run.digest[:DIGEST_SHOWN] != digest:
        raise Refused("approve.other_plan", run=run.id)
    if run.expires_at is not None and now > run.expires_at:
        raise Refused("approve.expired", run=run.id)


def check_has_not_voted(run: Run, person: Person, yes: Collection[str]) -> None:
    """A second yes of the same person is no second person, whichever account it comes from."""
    if any(person.is_one_with(voter) for voter in yes):
        raise Refused("approve.already_yes", run=run.id)


def is_yes_too_old(run: Run, now: float) -> bool:
    """Whether the plan expired long ago: the yes waited for a worker that was away, and means this world no more."""
    return run.expires_at is not None and now > run.expires_at + YES_HOLDS_S


def check_may_approve(run: Run, person: Person, needs: Needs) -> None:
    """Four eyes: an approver of these environments, and never the one who asked or who made the wish bigger."""
    if not person.may_approve:
        raise NotAllowed("approve.no_right", name=person.name)
    if not all(person.groups & groups for groups in needs.approvers):
        raise NotAllowed("approve.other_group", name=person.name)
    if person.is_one_with(run.requester):
        raise NotAllowed("approve.own_request", name=person.name)
    if any(map(person.is_one_with, run.editors)):
        raise NotAllowed("approve.own_edit", name=person.name)
    if needs.lost and not person.may_destroy:
        key = "acts.no_right_to_lose" if needs.is_of_acts else "approve.no_right_to_destroy"
        raise NotAllowed(key, name=person.name, guests=needs.lost)
    if needs.interrupted and not person.may_interrupt:
        raise NotAllowed("acts.no_right_to_interrupt", name=person.name, guests=needs.interrupted)


def may_approve(run: Run, person: Person, needs: Needs) -> bool:
    """Whether this person's yes would count."""
    try:
        check_may_approve(run, person, needs)
    except NotAllowed:
        return False
    return True


def each_once(people: Iterable[Person]) -> tuple[str, ...]:
    """The ids of these people; two accounts that were linked since, or were once, count as one."""
    found: list[Person] = []
    for person in people:
        if not any(person.is_one_with(other.id) for other in found):
            found.append(person)
    return tuple(person.id for person in found)


def check_may_discard(run: Run, person: Person) -> None:
    """The one who asked may lay it aside, and so may every approver."""
    if not person.is_called(run.requester) and not person.may_approve:
        raise NotAllowed("approve.no_right_to_discard", name=person.name)


def check_names_typed(typed: str | None, needs: Needs) -> None:
    """Exactly the names of what is lost, in any order, with commas, spaces or lines between; None: not asked yet."""
    lost, room = needs.lost, "acts" if needs.is_of_acts else "approve"
    if not lost:
        return
    if typed is None:
        raise NamesWanted(f"{room}.type_names", lost)
    words = {word.casefold() for word in typed.replace(",", " ").replace(";", " ").split()}
    if words != {name.casefold() for name in lost}:
        raise NamesWanted(f"{room}.other_names", lost)


def check_reason(reason: str | None, *, is_wanted: bool) -> None:
    """``ReasonWanted`` where one must be said and is not; ``Refused`` where it is a whole letter."""
    said = (reason or "").strip()
    if is_wanted and not said:
        raise ReasonWanted
    if len(said) > REASON_MOST:
        raise Refused("discard.too_long", count=len(said), most=REASON_MOST)
