"""Applying: an approved plan is looked at once more, handed to the detached runner, and followed to its end."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import structlog

from bot.domain.errors import Lost, Sentence, ThreadformError
from bot.domain.outcome import Ending, Progress, dump_outcome, parse_outcome
from bot.domain.run import Run, RunState
from bot.flow.again import PLAN_AGAIN, Again
from bot.flow.keeping import keeping
from bot.flow.rechecking import Recheck
from bot.flow.rules import Violated
from bot.flow.telling import Telling
from bot.flow.waiting import is_told, note_of, wait_of
from bot.flow.wishes import templates_of
from bot.ports import Attempt, Clock, Jobs, Outgoing, Runner, Runs, Stack, Stacks, Trust
from iac.errors import Broken, say

log = structlog.get_logger()

ACTOR = "bot:applying"
EDIT_EVERY_S = 1.0
FOLLOW_AGAIN_S = 5.0


@dataclass(frozen=True, slots=True)
class Applying:
    """One run, from APPROVED to APPLIED or ERRORED; or to REFUSED, with nothing touched."""

    runs: Runs
    stacks: Stacks
    recheck: Recheck
    runner: Runner
    jobs: Jobs
    telling: Telling
    trust: Trust
    owner: str
    lease_s: float
    beat_s: float
    apply_s: float
    now: Clock

    async def apply(self, run_id: str) -> None:
        """Apply one run, or go on following one that a worker before us started."""
        run = await self.runs.claim(run_id, [RunState.APPROVED, RunState.APPLYING], self.owner, self.lease_s)
        if run is None:
            return
        stack = await self.stacks.get(run.stack_id)
        try:
            async with keeping(self.runs, run, self.lease_s):
                if run.state is RunState.APPROVED:
                    run = await self._start(run, stack)
                await self._follow(run, stack)
        except Lost:
            # The runner ended it while we looked, or another worker follows it: either way closing finds out.
            log.info("run.moved_meanwhile", run=run_id)
        except ThreadformError as no:
            await self._refuse(run, stack, no)
            return
        await self._wake_next(run)
        await self.jobs.send("close", run_id)

    async def _start(self, run: Run, stack: Stack) -> Run:
        templates = templates_of(parse_outcome(run.outcome))
        # First what is cheap: whoever waits for a lock or a freeze does not read the cluster for it.
        await self.runs.check_may_start(run, templates)
        self.trust.check_trail()
        await self.recheck.check(run)
        token, actor = secrets.token_hex(16), run.decided_by or ACTOR
        started = await self.runs.start_apply(run, token, actor=actor, beat_s=self.beat_s, templates=templates)
        try:
            await self.runner.start(run.id, token)
        except Broken as fault:
            # The attempt stands, and nobody has passed its door: upkeep starts another runner when its beat is over.
            log.warning("run.runner_not_started", run=run.id, why=str(fault))
        log.info("run.apply_started", run=run.id, digest=run.digest)
        await self._show(started, stack, ())
        return started

    async def _follow(self, run: Run, stack: Stack) -> None:
        seen: dict[str, Progress] = {}
        shown_at = 0.0
        async for step in self.runner.follow(run.id):
            if isinstance(step, Ending):
                return
            seen[step.address] = step
            if self.now() - shown_at >= EDIT_EVERY_S or step.event == "failed":
                shown_at = self.now()
                await self._show(run, stack, tuple(seen.values()))

    async def _show(self, run: Run, stack: Stack, progress: Sequence[Progress]) -> None:
        notes = self._remarks(await self.runs.attempt(run.id))
        outcome = replace(parse_outcome(run.outcome), progress=tuple(progress), notes=notes)
        step = f"{self.now():.3f}"
        card = self.telling.edit(run, stack.conversation, outcome, step=step)
        # Only while the run is ours: a step that is told late must not be written over the report.
        await self.runs.renew(run, self.lease_s, messages=[card])
        await self.jobs.send("tell", run.conversation)

    def _remarks(self, attempt: Attempt | None) -> tuple[Sentence, ...]:
        """Who asked for a stop; and that it lasts longer than an apply may, though terraform was asked to end."""
        said = []
        if attempt is not None and attempt.stop_by is not None:
            said.append(say("apply.stopping", name=self.telling.people.named(attempt.stop_by).name))
        if attempt is not None and self.now() - (attempt.started_at or self.now()) > self.apply_s:
            said.append(say("apply.overdue", minutes=round(self.apply_s / 60)))
        return tuple(said)

    async def _refuse(self, run: Run, stack: Stack, no: ThreadformError) -> None:
        """Nothing was touched: say why. What passes by itself is waited for, with a word on the card."""
        # Behind the door only the runner ends a run: whatever broke here, terraform may be at work.
        wait_s = FOLLOW_AGAIN_S if run.state is RunState.APPLYING else wait_of(no)
        if wait_s is not None:
            waiting = [_waiting(self.telling, run, stack, no)] if is_told(run, no) else []
            await self.runs.release(run, due_at=self.now() + wait_s, messages=waiting)
            await self.jobs.send("tell", run.conversation)
            return
        to = RunState.REFUSED
        outcome = replace(parse_outcome(run.outcome), error=no.sentence, notes=_reasons(no))
        changes: Mapping[str, object] = {"outcome": dump_outcome(outcome), "updated_at": self.now()}
        card = self.telling.edit(replace(run, state=to), stack.conversation, outcome)
        if no.sentence.key in PLAN_AGAIN:
            # Before the run ends: a process that dies in between has lost no wish, it only asks again.
            await Again(self.runs, self.jobs, self.telling, self.now).plan(run, stack, actor=ACTOR)
        await self.runs.move(run, to, actor=ACTOR, changes=changes, messages=[card])
        log.info("run.not_applied", run=run.id, why=str(no))
        await self._wake_next(run)
        await self.jobs.send("tell", run.conversation)

    async def _wake_next(self, run: Run) -> None:
        """Whoever waits longest for a template that this run needed no more is rung for at once."""
        freed = set(templates_of(parse_outcome(run.outcome)))
        for other in await self.runs.in_states([RunState.APPROVED]) if freed else ():
            if freed & set(templates_of(parse_outcome(other.outcome))):
                await self.jobs.send("apply", other.id)
                return


def _waiting(telling: Telling, run: Run, stack: Stack, no: ThreadformError) -> Outgoing:
    """The card of a run that waits; each thing it waits for is said once."""
    note, about = note_of(no), ""
    if "holder" in note.values:
        about = f":{note.values['holder']}:{note.values.get('run', '')}"
        name = telling.people.named(str(note.values["holder"])).name
        note = Sentence(note.key, {**note.values, "holder": name})
    outcome = replace(parse_outcome(run.outcome), notes=(note,))
    return telling.edit(run, stack.conversation, outcome, step=f"waiting:{note.key}{about}")


def _reasons(no: ThreadformError) -> tuple[Sentence, ...]:
    return no.reasons if isinstance(no, Violated) else ()
