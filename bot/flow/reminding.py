"""Reminding: a plan waits for a decision. Those who may decide are told after a while, and later others beside them."""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from bot.chat.words import moment
from bot.domain.environment import Environment
from bot.domain.errors import Refused, Sentence, say
from bot.domain.outcome import parse_outcome
from bot.domain.person import Person
from bot.domain.reminder import nudge
from bot.domain.run import Run, RunState
from bot.flow.deciding import deciders, environments_of_run
from bot.flow.telling import Telling, proposal_of
from bot.ports import Clock, Jobs, People, Reminders, Runs, Stacks

log = structlog.get_logger()

NAMED = 6
"""More people than that are not named one by one."""


@dataclass(frozen=True, slots=True)
class Reminding:
    """One plan that nobody has decided about yet."""

    runs: Runs
    reminders: Reminders
    stacks: Stacks
    jobs: Jobs
    people: People
    telling: Telling
    now: Clock

    async def remind(self, run_id: str) -> None:
        """Say in the thread what is due, once; nothing where it was decided or has expired."""
        run = await self.runs.get(run_id)
        at = self.now()
        is_over = run.expires_at is not None and run.expires_at <= at
        if run.state is not RunState.PLANNED or run.remind_at is None or run.remind_at > at or is_over:
            return
        stack = await self.stacks.get(run.stack_id)
        # The row is touched no more after its plan was shown: it was shown when it was last updated.
        due = nudge(self._rules(run), run.updated_at, at)
        sentence = self._told(run, due.group) if due.group else self._reminded(run)
        key = f"{'escalate' if due.group else 'remind'}:{run.id}"
        message = self.telling.remark(run, stack.conversation, sentence, key)
        if await self.reminders.remind(run, due.next_at, [message]):
            log.info("run.reminded", run=run.id, group=due.group)
            await self.jobs.send("tell", run.conversation)

    def _rules(self, run: Run) -> Sequence[Environment]:
        try:
            return environments_of_run(run, parse_outcome(run.outcome), self.people)
        except Refused:
            return ()

    def _reminded(self, run: Run) -> Sentence:
        _needed, may = deciders(run, parse_outcome(run.outcome), self.people)
        about = self._about(run)
        if not may:
            return say("remind.nobody", **about)
        return say("remind.waiting", names=named(may), **about)

    def _told(self, run: Run, group_id: str) -> Sentence:
        group, members = self.people.group(group_id)
        since = moment(run.updated_at, run.language)
        return say("remind.escalated", group=group, names=named(members) or "-", since=since, **self._about(run))

    def _about(self, run: Run) -> dict[str, str | tuple[str, ...]]:
        guests = proposal_of(run).names
        until = moment(run.expires_at or run.updated_at, run.language)
        return {"guests": guests, "requester": self.people.named(run.requester).name, "until": until}


def named(people: Sequence[Person]) -> str:
    """Some of them by name, the others as a number."""
    names = ", ".join(person.name for person in people[:NAMED])
    return f"{names} (+{len(people) - NAMED})" if len(people) > NAMED else names
