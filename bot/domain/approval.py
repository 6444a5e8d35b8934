"""Who may decide about a run, and when: pure rules, asked again at every press."""

from bot.domain.errors import NotAllowed, Refused
from bot.domain.person import Person
from bot.domain.run import Run, RunState

DIGEST_SHOWN = 12
"""How many hex digits of the plan's digest a button carries: enough to tell revisions apart; the whole is stored."""

YES_HOLDS_S = 600.0
"""How long after its plan expired a yes still starts an apply: one that was given in the last second must count."""


def button_value(run: Run) -> str:
    """The opaque value of a button: the run and the plan it shows."""
    return f"{run.id}:{(run.digest or '')[:DIGEST_SHOWN]}"


def parse_button(value: str) -> tuple[str, str]:
    """Run id and digest prefix of a button; a value that is not ours is refused."""
    run_id, colon, digest = value.partition(":")
    if not (run_id and colon):
        raise Refused("approve.unknown_button")
    return run_id, digest


def check_is_open(run: Run, digest: str, now: float) -> None:
    """Refuse a press on a card that is no longer the one to decide about."""
    if run.state is not RunState.PLANNED:
        raise Refused("approve.too_late", run=run.id)
    if not run.digest or run.digest[:DIGEST_SHOWN] != digest:
        raise Refused("approve.other_plan", run=run.id)
    if run.expires_at is not None and now > run.expires_at:
        raise Refused("approve.expired", run=run.id)


def is_yes_too_old(run: Run, now: float) -> bool:
    """Whether the plan expired long ago: the yes waited for a worker that was away, and means this world no more."""
    return run.expires_at is not None and now > run.expires_at + YES_HOLDS_S


def check_may_approve(run: Run, person: Person) -> None:
    """Four eyes: an approver, and never the one who asked."""
    if not person.may_approve:
        raise NotAllowed("approve.no_right", name=person.name)
    if person.id == run.requester:
        raise NotAllowed("approve.own_request", name=person.name)


def check_may_discard(run: Run, person: Person) -> None:
    """The one who asked may lay it aside, and so may every approver."""
    if person.id != run.requester and not person.may_approve:
        raise NotAllowed("approve.no_right_to_discard", name=person.name)
