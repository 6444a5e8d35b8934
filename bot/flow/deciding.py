"""Who may decide about a run, looked up in our own records; the stages and the card ask the same question."""

from collections.abc import Sequence

from bot.domain.approval import Needs, environments_touched, may_approve, needs_of
from bot.domain.environment import Environment
from bot.domain.errors import Refused
from bot.domain.outcome import Outcome, parse_outcome
from bot.domain.person import Person
from bot.domain.run import Run
from bot.ports import People
from iac.spec import DEFAULT_ENVIRONMENT


def environments_of_run(run: Run, outcome: Outcome, people: People) -> Sequence[Environment]:
    """Every environment whose rules hold for this run; ``Refused`` where one is not known any more."""
    named = str(run.proposal.get("environment", DEFAULT_ENVIRONMENT))
    return environments_touched(named, outcome.acts or outcome.plan, people.environments())


def needs_of_run(run: Run, people: People) -> Needs:
    """What a yes to this run takes, by the rules as they are now."""
    outcome = parse_outcome(run.outcome)
    return needs_of(environments_of_run(run, outcome, people), outcome.acts or outcome.plan)


def asks_reason(run: Run, people: People) -> bool:
    """Whether this run is laid aside only with a reason; where an environment is not known any more, nobody asks."""
    try:
        environments = environments_of_run(run, parse_outcome(run.outcome), people)
    except Refused:
        return False
    return any(environment.asks_reason for environment in environments)


def still_to_decide(run: Run, needs: Needs, outcome: Outcome, people: People) -> Sequence[Person]:
    """Those whose yes would count and has not been given."""
    known = people.everybody()
    has_voted = {person.id for person in map(people.named, outcome.yes)}
    return [person for person in known if may_approve(run, person, needs) and person.id not in has_voted]


def deciders(run: Run, outcome: Outcome, people: People) -> tuple[int, Sequence[Person]]:
    """How many must say yes, and who still may; nobody where an environment is not known any more."""
    try:
        needs = needs_of(environments_of_run(run, outcome, people), outcome.acts or outcome.plan)
    except Refused:
        return 1, ()
    return needs.approvals, still_to_decide(run, needs, outcome, people)
