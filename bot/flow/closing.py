"""Closing: terraform has ended. Done means usable: look whether each new guest is really up, and report."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog

from bot.domain.errors import Lost, say
from bot.domain.outcome import Outcome, Usable, dump_outcome, parse_outcome
from bot.domain.recovery import created_by
from bot.domain.run import Run, RunState
from bot.flow.acting import Acting
from bot.flow.again import PLAN_AGAIN, Again
from bot.flow.keeping import keeping
from bot.flow.lives import Lives
from bot.flow.recovering import NotYet, Recovering
from bot.flow.telling import Telling
from bot.flow.waiting import wait_after_fault
from bot.ports import Claims, Clock, Jobs, Outbox, Reservations, Runs, Stack, Stacks, UsableCheck
from iac.errors import Broken
from iac.spec import PlacedGuest

log = structlog.get_logger()

ACTOR = "bot:closing"
ENDED = (RunState.APPLIED, RunState.ERRORED, RunState.REFUSED)


@dataclass(frozen=True, slots=True)
class Closing:
    """One run that has ended, from terraform's word to the report in the thread."""

    runs: Runs
    stacks: Stacks
    reservations: Reservations
    claims: Claims
    lives: Lives
    usable: UsableCheck
    recovering: Recovering
    acting: Acting
    outbox: Outbox
    jobs: Jobs
    telling: Telling
    usable_s: float
    owner: str
    lease_s: float
    now: Clock

    async def close(self, run_id: str) -> None:
        """Check, report and close one run; a run that was closed before is left alone."""
        run = await self.runs.claim(run_id, ENDED, self.owner, self.lease_s)
        if run is None:
            return
        stack = await self.stacks.get(run.stack_id)
        try:
            async with keeping(self.runs, run, self.lease_s):
                outcome = await self._outcome(run, stack)
            message = self.telling.edit(run, stack.conversation, outcome, step="report")
            await self.runs.close(run, outcome=dump_outcome(outcome), at=self.now(), messages=[message])
        except NotYet as early:
            await self._wait(run, stack, early)
            return
        except Broken as fault:
            if fault.is_worth_retrying:
                raise
            # A key that is missing, a state that was tampered with: until a person mends it, the stack stays held.
            await self._wait(run, stack, NotYet(fault.sentence, wait_after_fault(run, self.now())))
            return
        except Lost:
            log.info("run.moved_meanwhile", run=run_id)
            return
        await self.jobs.send("tell", run.conversation)
        log.info("run.closed", run=run.id, state=run.state.value, usable=[u.is_usable for u in outcome.usable])

    async def _outcome(self, run: Run, stack: Stack) -> Outcome:
        outcome = await self._whose_stop(run, parse_outcome(run.outcome))
        if run.state is RunState.ERRORED and outcome.acts:
            return await self.acting.look(run, outcome)
        if run.state is RunState.ERRORED:
            return await self.recovering.recover(run, stack, outcome, since_s=self.now() - run.updated_at)
        if run.state is RunState.REFUSED and outcome.error and outcome.error.key in PLAN_AGAIN:
            await Again(self.runs, self.jobs, self.telling, self.now).plan(run, stack, actor=ACTOR)
        if run.state is not RunState.APPLIED or outcome.acts:
            return outcome
        await self.recovering.regain(run, stack, outcome)
        await self.reservations.keep(run.id)
        await self.reservations.forget(run.stack_id, _destroyed(outcome))
        await self.claims.keep(run, [guest.spec.name for guest in outcome.guests])
        await self.claims.forget(run.stack_id, _destroyed(outcome))
        await self.lives.end(run.stack_id, _destroyed(outcome))
        created = created_by(outcome)
        await self.lives.begin(run, outcome, created)
        if not created:
            return outcome
        await self.outbox.add([self.telling.edit(run, stack.conversation, outcome, step="checking")])
        await self.jobs.send("tell", run.conversation)
        return replace(outcome, usable=await self._check_all(created))

    async def _whose_stop(self, run: Run, outcome: Outcome) -> Outcome:
        """Say who stopped it, where somebody did."""
        attempt = await self.runs.attempt(run.id) if run.state is not RunState.APPLIED else None
        if attempt is None or attempt.stop_by is None:
            return outcome
        who = self.telling.people.named(attempt.stop_by).name
        return replace(outcome, error=say("apply.stopped_by", name=who, run=run.id))

    async def _wait(self, run: Run, stack: Stack, early: NotYet) -> None:
        """Too early to say what exists: look again soon. Why is said once."""
        noted = replace(parse_outcome(run.outcome), notes=(early.sentence,))
        message = self.telling.edit(run, stack.conversation, noted, step=f"looking:{early.sentence.key}")
        try:
            await self.runs.release(run, due_at=self.now() + early.wait_s, messages=[message])
        except Lost:
            return
        await self.jobs.send("tell", run.conversation)

    async def _check_all(self, guests: Sequence[PlacedGuest]) -> tuple[Usable, ...]:
        return tuple(await asyncio.gather(*(self.usable.check(g, seconds=self.usable_s) for g in guests)))


def _destroyed(outcome: Outcome) -> Sequence[str]:
    return [c.name for c in outcome.plan.changes if c.action == "delete"] if outcome.plan else []
