"""A newer wish in a thread: the older open runs of its stack are laid aside, and it is planned."""

import hashlib
from dataclasses import dataclass, replace

import structlog

from bot.domain.errors import Lost
from bot.domain.run import Run, RunState
from bot.flow.telling import Telling
from bot.flow.wishes import replaces
from bot.ports import Clock, Jobs, Runs, Stack

log = structlog.get_logger()

OPEN = (RunState.DRAFT, RunState.PENDING, RunState.PLANNING, RunState.PLANNED)
RUN_ID_LENGTH = 12


@dataclass(frozen=True, slots=True)
class Superseding:
    """Shared by whatever brings a new wish: words in the thread, an edit of a card."""

    runs: Runs
    jobs: Jobs
    telling: Telling
    now: Clock

    async def begin(self, run: Run, stack: Stack, *, actor: str) -> Run:
        """Keep the new run and its card first: whatever happens next, the wish is there, and its event finds it."""
        await self.runs.create(run, actor=actor, messages=[self.telling.post(run, stack.conversation)])
        return await self.settle(run, stack, actor=actor)

    async def settle(self, run: Run, stack: Stack, *, actor: str) -> Run:
        """Lay the older open runs of the stack aside and have this one planned; answers the newest of the stack."""
        known = await self.runs.of_stack(stack.id)
        # As it was kept: a worker that lost its turn may have kept the same wish before us, under another revision.
        kept = next((each for each in known if each.id == run.id), run)
        for old in known:
            if old.state in OPEN and _age(old) < _age(kept) and replaces(kept, old):
                await self._supersede(old, stack, actor)
        await self.jobs.send("plan", run.id)
        return max(known, key=_age)

    async def _supersede(self, old: Run, stack: Stack, actor: str) -> None:
        card = self.telling.edit(replace(old, state=RunState.SUPERSEDED), stack.conversation)
        changes = {"updated_at": self.now()}
        try:
            await self.runs.move(old, RunState.SUPERSEDED, actor=actor, changes=changes, messages=[card])
        except Lost:
            log.info("run.moved_meanwhile", run=old.id)


def run_id_of(event_key: str) -> str:
    """The id of the run that an event causes: the same event always names the same run."""
    return hashlib.sha256(event_key.encode()).hexdigest()[:RUN_ID_LENGTH]


def _age(run: Run) -> tuple[int, float, str]:
    """Runs of one stack in the order in which they were asked for."""
    return run.revision, run.created_at, run.id
