"""Upkeep: what the clock does. Undecided plans expire; an apply that went silent is looked at, never redone."""

import secrets
from contextlib import suppress
from dataclasses import dataclass, replace

import structlog

from bot.domain.errors import Lost, Refused, Sentence, say
from bot.domain.outcome import dump_outcome, parse_outcome
from bot.domain.run import Run, RunState
from bot.flow.telling import Telling, proposal_of
from bot.flow.waiting import wait_after_fault
from bot.ports import Attempt, Attempts, Clock, Jobs, Outbox, Remains, Runner, Runs, Stacks, StateCopy

log = structlog.get_logger()

ACTOR = "bot:upkeep"
BROKEN_EXIT = 1
BEATS_TO_COME = 8
"""How many beats a runner that was started again may take to pass the door, at most."""
LOOK_AGAIN_S = 2.0
"""How soon an apply that winds down is looked at again."""


@dataclass(frozen=True, slots=True)
class Upkeep:
    """The background promises: nothing waits for ever, nothing is applied twice."""

    runs: Runs
    attempts: Attempts
    stacks: Stacks
    runner: Runner
    remains: Remains
    outbox: Outbox
    jobs: Jobs
    telling: Telling
    beat_s: float
    now: Clock

    async def expire(self, run_id: str) -> None:
        """Lay aside a plan whose time is over, and give back what it kept."""
        run = await self.runs.get(run_id)
        if run.state is not RunState.PLANNED or run.expires_at is None or run.expires_at > self.now():
            return
        stack = await self.stacks.get(run.stack_id)
        card = self.telling.edit(replace(run, state=RunState.EXPIRED), stack.conversation)
        word = self.telling.remark(run, stack.conversation, _expired(self.telling, run), f"expired:{run.id}")
        changes = {"updated_at": self.now()}
        try:
            await self.runs.move(run, RunState.EXPIRED, actor=ACTOR, changes=changes, messages=[card, word])
        except Lost:
            return
        await self.jobs.send("tell", run.conversation)

    async def tell_fault(self, run_id: str, reference: str) -> None:
        """Applying or closing broke in a way nobody foresaw: said once a state in the thread.

        The sweeper goes on, with longer and longer waits.
        """
        run = await self.runs.get(run_id)
        stack = await self.stacks.get(run.stack_id)
        sentence = say("apply.fault", run=run.id, reference=reference)
        word = self.telling.remark(run, stack.conversation, sentence, f"fault:{run.id}:{run.state.value}")
        await self.outbox.add([word])
        with suppress(Lost):  # nobody's by now: it moved on before it broke
            await self.runs.release(run, due_at=self.now() + wait_after_fault(run, self.now()))
        await self.jobs.send("tell", run.conversation)

    async def rescue(self) -> None:
        """Look after every apply whose heartbeat is over."""
        late = {attempt.run_id for attempt in await self.attempts.overdue(self.beat_s)}
        for attempt in await self.attempts.overdue():
            if attempt.started_at is None:
                await self._begin_again(attempt)
            elif not await self._is_waited_for(attempt, is_late=attempt.run_id in late):
                await self._end(attempt)

    async def _begin_again(self, attempt: Attempt) -> None:
        """Nobody has passed the door: another runner may, with a token that shuts the first one out.

        Each gets longer to come than the one before: on a machine so busy that a runner needs more than a beat to
        start, runners would shut each other out for ever.
        """
        token = secrets.token_hex(16)
        waited_s = self.now() - (await self.runs.get(attempt.run_id)).updated_at
        beat_s = min(max(self.beat_s, waited_s), self.beat_s * BEATS_TO_COME)
        if await self.attempts.take_over(attempt.run_id, attempt.token, token, beat_s) is not None:
            log.warning("attempt.started_again", run=attempt.run_id)
            await self.runner.start(attempt.run_id, token)

    async def _is_waited_for(self, attempt: Attempt, *, is_late: bool) -> bool:
        """While terraform winds down on this machine, the attempt lives and its stack is not free.

        Another machine cannot see that: it leaves the attempt for one beat more to the one that has its directory.
        """
        where = await self.remains.look(attempt.run_id)
        if where == "at_work":
            await self.attempts.beat(attempt.run_id, attempt.token, LOOK_AGAIN_S)
        return where == "at_work" or (where == "elsewhere" and not is_late)

    async def _end(self, attempt: Attempt) -> None:
        """Started and silent: keep the state that was left here, end it as broken; never apply again."""
        token = secrets.token_hex(16)
        if await self.attempts.take_over(attempt.run_id, attempt.token, token, self.beat_s) is None:
            return
        log.error("attempt.went_silent", run=attempt.run_id)
        run = await self.runs.get(attempt.run_id)
        await self._keep_state(run, token)
        outcome = replace(parse_outcome(run.outcome), error=say("apply.runner_lost", run=run.id))
        await self.attempts.finish(run.id, token, BROKEN_EXIT, outcome=dump_outcome(outcome))
        await self.jobs.send("close", run.id)

    async def _keep_state(self, run: Run, token: str) -> None:
        left = await self.remains.state(run.id)
        if left is None:
            return
        try:
            await self.stacks.save_state(StateCopy(run.stack_id, run.id, *left), token=token)
        except Refused as no:  # what the runner copied before it died is newer
            log.warning("attempt.state_refused", run=run.id, why=str(no))


def _expired(telling: Telling, run: Run) -> Sentence:
    guests = proposal_of(run).names
    return say("remind.expired", requester=telling.people.named(run.requester).name, guests=guests)
