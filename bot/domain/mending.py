"""What may be done about an apply, while it runs and after it: stop it, finish the rest, undo what it made. Pure."""

from collections.abc import Sequence

from bot.domain.approval import DIGEST_SHOWN
from bot.domain.errors import NotAllowed, Refused
from bot.domain.outcome import parse_outcome
from bot.domain.person import Person, Role
from bot.domain.recovery import created_by, standing_guests
from bot.domain.run import Run, RunState
from iac.spec import GuestSpec

STOP = "stop"
FINISH = "finish"
UNDO = "undo"


def check_may_ask(person: Person) -> None:
    """To finish and to undo are wishes as any other: whoever may ask for machines may ask for these."""
    if not person.roles & {Role.REQUESTER, Role.ADMIN}:
        raise NotAllowed("mend.no_right", name=person.name)


def check_may_stop(run: Run, person: Person) -> None:
    """The one who asked may stop it, and so may every approver."""
    if not person.is_called(run.requester) and not person.may_approve:
        raise NotAllowed("stop.no_right", name=person.name)


def check_is_running(run: Run, digest: str) -> None:
    """Refuse to stop what does not run (any more)."""
    check_is_this(run, digest)
    if run.state is not RunState.APPLYING:
        raise Refused("stop.too_late", run=run.id)


def check_is_this(run: Run, digest: str) -> None:
    """The button must be of the plan that the run was applied with."""
    if not run.digest or run.digest[:DIGEST_SHOWN] != digest:
        raise Refused("approve.unknown_button")


def check_is_free(known: Sequence[Run]) -> None:
    """One wish at a time: what is under way in the thread comes first."""
    open_runs = [other for other in known if not other.is_over]
    if open_runs:
        raise Refused("mend.under_way", run=open_runs[-1].id)


def check_can_finish(run: Run, known: Sequence[Run]) -> None:
    """Only what broke can be finished, and only while nobody went on from there."""
    if run.state is not RunState.ERRORED:
        raise Refused("mend.nothing_to_finish", run=run.id)
    later = [other for other in _after(run, known) if other.state is RunState.APPLIED]
    if later:
        raise Refused("mend.went_on", run=run.id, later=later[-1].id)


def undone_by(run: Run, known: Sequence[Run]) -> tuple[GuestSpec, ...]:
    """The guests to be removed: exactly those that this run made and that still stand.

    ``Refused`` where none does, or where a later run has changed one of them: that would undo somebody else's work.
    """
    standing = {guest.spec.name: guest.spec for guest in standing_guests(known)}
    made = tuple(standing[g.spec.name] for g in created_by(parse_outcome(run.outcome)) if g.spec.name in standing)
    if not made:
        raise Refused("mend.nothing_to_undo", run=run.id)
    names = {spec.name for spec in made}
    for later in _after(run, known):
        touched = sorted(names & _changed_by(later))
        if touched:
            raise Refused("mend.built_on", guest=touched[0], later=later.id)
    return made


def _after(run: Run, known: Sequence[Run]) -> Sequence[Run]:
    """Later runs of the stack that changed it; ``known`` is oldest first."""
    later = known[next((at + 1 for at, other in enumerate(known) if other.id == run.id), 0) :]
    ended = [other for other in later if other.state in (RunState.APPLIED, RunState.ERRORED)]
    return [other for other in ended if parse_outcome(other.outcome).acts is None]


def _changed_by(run: Run) -> set[str]:
    plan = parse_outcome(run.outcome).plan
    is_applied = run.state is RunState.APPLIED or run.decided_by is not None
    return {c.name for c in plan.changes if c.action != "no-op"} if plan and is_applied else set()
