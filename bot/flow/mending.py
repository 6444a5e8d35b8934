"""Mending: Finish or Undo was pressed on the card of an apply that is over. Each becomes a run as any other."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog

from agents.contracts import Proposal
from bot.chat.port import Pressed
from bot.domain.approval import parse_button
from bot.domain.errors import Refused
from bot.domain.mending import FINISH, UNDO, check_can_finish, check_is_free, check_is_this, check_may_ask, undone_by
from bot.domain.outcome import parse_outcome
from bot.domain.person import Person
from bot.domain.run import Run
from bot.flow.again import next_revision
from bot.flow.refusing import Refusing
from bot.flow.superseding import run_id_of
from bot.flow.telling import Telling, proposal_json, proposal_of
from bot.ports import Clock, Jobs, People, Runs, Stacks

log = structlog.get_logger()

ACTIONS = frozenset({FINISH, UNDO})


@dataclass(frozen=True, slots=True)
class Mending:
    """One press, from the inbox to a new run with its own plan and its own yes, or a private word."""

    runs: Runs
    stacks: Stacks
    jobs: Jobs
    people: People
    telling: Telling
    refusing: Refusing
    now: Clock

    async def press(self, event: Pressed) -> None:
        """Make the run; everything that speaks against it is told to the presser alone, and kept in the trail."""
        try:
            await self._make(event)
        except Refused as no:
            await self.refusing.tell(event, (event.action, event.value), no)
        await self.jobs.send("tell", event.conversation.key)

    async def _make(self, event: Pressed) -> None:
        run_id, digest = parse_button(event.value)
        run = await self.runs.get(run_id)
        person = self.people.person(event.who)
        check_may_ask(person)
        check_is_this(run, digest)
        known = await self.runs.of_stack(run.stack_id)
        new = self._new(run, person, known, event.action)
        made = next((other for other in known if other.id == new.id), None)
        if made is None:
            check_is_free(known)
            stack = await self.stacks.get(run.stack_id)
            await self.runs.create(new, actor=person.id, messages=[self.telling.post(new, stack.conversation)])
            log.info("run.mended", run=new.id, of=run.id, how=event.action)
        await self.jobs.send("plan", new.id)

    def _new(self, run: Run, person: Person, known: Sequence[Run], action: str) -> Run:
        """The same for presses of one moment: they count once."""
        proposal = _rest(run, known) if action == FINISH else _removal(run, known)
        over = sum(1 for other in known if other.is_over)
        new = next_revision(run, run_id_of(f"{run.id}:{action}:{over}"), known, self.now())
        return replace(new, edited_by=None, requester=person.id, proposal=proposal_json(proposal))


def _rest(run: Run, known: Sequence[Run]) -> Proposal:
    """The same wish: what exists already shows no change in its plan."""
    check_can_finish(run, known)
    proposal, outcome = proposal_of(run), parse_outcome(run.outcome)
    if outcome.acts is None or outcome.ending is None:
        return proposal
    done = {step.address for step in outcome.ending.steps if step.event == "done"}
    rest = [step.deed for at, step in enumerate(outcome.acts.steps) if f"act:{at}" not in done]
    return proposal.model_copy(update={"acts": tuple(rest) or proposal.acts})


def _removal(run: Run, known: Sequence[Run]) -> Proposal:
    """The removal of exactly the guests that this run made."""
    guests = undone_by(run, known)
    return proposal_of(run).model_copy(update={"intent": "destroy", "guests": guests, "strategy": (), "notes": ()})
