"""Upkeep: what the clock does. Undecided plans expire; an apply that went silent is looked at, never redone."""

import secrets
from dataclasses import dataclass, replace

import structlog

from bot.domain.errors import Lost, say
from bot.domain.outcome import dump_outcome, parse_outcome
from bot.domain.run import RunState
from bot.flow.telling import Telling
from bot.ports import Attempt, Attempts, Clock, Jobs, Runner, Runs, Stacks

log = structlog.get_logger()

ACTOR = "bot:upkeep"
BROKEN_EXIT = 1


@dataclass(frozen=True, slots=True)
class Upkeep:
    """The background promises: nothing waits for ever, nothing is applied twice."""

    runs: Runs
    attempts: Attempts
    stacks: Stacks
    runner: Runner
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
        changes = {"updated_at": self.now()}
        try:
            await self.runs.move(run, RunState.EXPIRED, actor=ACTOR, changes=changes, messages=[card])
        except Lost:
            return
        await self.jobs.send("tell", run.conversation)

    async def rescue(self) -> None:
        """Look after every apply whose heartbeat is over."""
        for attempt in await self.attempts.overdue():
            token = secrets.token_hex(16)
            taken = await self.attempts.take_over(attempt.run_id, attempt.token, token, self.beat_s)
            if taken is not None:
                await self._rescue(taken, token)

    async def _rescue(self, attempt: Attempt, token: str) -> None:
        """Not started: a new runner may begin. Started and silent: end it as broken and say so; never apply again."""
        if attempt.started_at is None:
            log.warning("attempt.started_again", run=attempt.run_id)
            await self.runner.start(attempt.run_id, token)
            return
        log.error("attempt.went_silent", run=attempt.run_id)
        run = await self.runs.get(attempt.run_id)
        outcome = replace(parse_outcome(run.outcome), error=say("apply.runner_lost", run=run.id))
        await self.attempts.finish(run.id, token, BROKEN_EXIT, outcome=dump_outcome(outcome))
        await self.jobs.send("close", run.id)
