"""Stopping: Stop was pressed while terraform works. The wish is recorded once; the runner hears it and signals once."""

from dataclasses import dataclass, replace

import structlog

from bot.chat.port import Pressed
from bot.domain.approval import parse_button
from bot.domain.errors import Refused, say
from bot.domain.mending import check_is_running, check_may_stop
from bot.domain.outcome import parse_outcome
from bot.flow.refusing import Refusing
from bot.flow.telling import Telling
from bot.ports import Attempts, Jobs, Outbox, People, Runs, Stacks

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Stopping:
    """One press, from the inbox to a recorded wish or a private word."""

    runs: Runs
    stacks: Stacks
    attempts: Attempts
    outbox: Outbox
    jobs: Jobs
    people: People
    telling: Telling
    refusing: Refusing

    async def press(self, event: Pressed) -> None:
        """Record the wish; what speaks against it is told to the presser alone, and kept in the trail."""
        try:
            await self._stop(event)
        except Refused as no:
            await self.refusing.tell(event, (event.action, event.value), no)
        await self.jobs.send("tell", event.conversation.key)

    async def _stop(self, event: Pressed) -> None:
        run_id, digest = parse_button(event.value)
        run = await self.runs.get(run_id)
        person = self.people.person(event.who)
        check_is_running(run, digest)
        check_may_stop(run, person)
        stack = await self.stacks.get(run.stack_id)
        attempt = await self.attempts.stop(run.id, person.id)
        if attempt is None:
            raise Refused("stop.too_late", run=run.id)
        if attempt.stop_by != person.id:
            raise Refused("stop.already", run=run.id, name=self.people.named(attempt.stop_by or "").name)
        outcome = replace(parse_outcome(run.outcome), notes=(say("apply.stopping", name=person.name),))
        await self.outbox.add([self.telling.edit(run, stack.conversation, outcome, step="stopping")])
        log.info("run.stop_asked", run=run.id, by=person.id)
