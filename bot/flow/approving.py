"""Approving: a button of a card was pressed. Rights and freshness are looked up now; a decision is recorded once."""

from dataclasses import dataclass, replace

import structlog

from bot.chat.port import Pressed
from bot.domain.approval import check_is_open, check_may_approve, check_may_discard, parse_button
from bot.domain.errors import Lost, Refused
from bot.domain.person import Person
from bot.domain.run import Run, RunState
from bot.flow.telling import Telling
from bot.ports import Clock, Jobs, Outbox, People, Runs, Stacks

log = structlog.get_logger()

APPROVE = "approve"
DISCARD = "discard"


@dataclass(frozen=True, slots=True)
class Approving:
    """One press, from the inbox to a decision or a private word."""

    runs: Runs
    stacks: Stacks
    outbox: Outbox
    jobs: Jobs
    people: People
    telling: Telling
    now: Clock

    async def press(self, event: Pressed) -> None:
        """Decide; everything that speaks against it is told to the presser alone."""
        try:
            await self._decide(event)
        except Refused as no:
            await self._whisper(event, no)
        except Lost:
            # Someone decided between our look and our move: say so as to any late press.
            run_id, _digest = parse_button(event.value)
            await self._whisper(event, Refused("approve.too_late", run=run_id))
        await self.jobs.send("tell", event.conversation.key)

    async def _decide(self, event: Pressed) -> None:
        run_id, digest = parse_button(event.value)
        run = await self.runs.get(run_id)
        person = self.people.person(event.who)
        check_is_open(run, digest, self.now())
        if event.action == APPROVE:
            check_may_approve(run, person)
            await self._move(run, RunState.APPROVED, person)
            await self.jobs.send("apply", run.id)
        elif event.action == DISCARD:
            check_may_discard(run, person)
            await self._move(run, RunState.DISCARDED, person)
        else:
            raise Refused("approve.unknown_button")

    async def _move(self, run: Run, to: RunState, person: Person) -> None:
        at = self.now()
        stack = await self.stacks.get(run.stack_id)
        decided = replace(run, state=to, decided_by=person.id, decided_at=at, updated_at=at)
        await self.runs.move(
            run,
            to,
            actor=person.id,
            changes={"decided_by": person.id, "decided_at": at, "updated_at": at},
            messages=[self.telling.edit(decided, stack.conversation)],
        )
        log.info("run.decided", run=run.id, to=to.value, by=person.id, digest=run.digest)

    async def _whisper(self, event: Pressed, no: Refused) -> None:
        language = await self._language(event.value)
        await self.outbox.add([self.telling.whisper(event, no.sentence, language)])

    async def _language(self, value: str) -> str:
        try:
            return (await self.runs.get(parse_button(value)[0])).language
        except Refused:
            return "en"
