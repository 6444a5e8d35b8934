"""One guarded apply: through the door once, beating while terraform works, and its end recorded whatever happens."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import structlog

from bot.domain.errors import Lost, ThreadformError
from bot.domain.outcome import Ending, Outcome, dump_outcome, parse_outcome
from bot.domain.run import Run
from bot.ports import Attempts, Clock, Runs, Stacks

log = structlog.get_logger()

SAVE_EVERY_S = 0.25
LOST_AFTER = 0.8
"""The share of the beat after which a runner that cannot renew stops terraform, once and gently."""


@dataclass(frozen=True, slots=True)
class Hand:
    """Terraform as the runner holds it: apply the saved plan, interrupt it once, read the state it writes."""

    apply: Callable[[str], Ending]
    interrupt: Callable[[], None]
    state: Callable[[], tuple[int, bytes] | None]


@dataclass(slots=True)
class Guarded:
    """One attempt at one run."""

    runs: Runs
    stacks: Stacks
    attempts: Attempts
    hand: Hand
    now: Clock
    beat_s: float
    saved: tuple[int, bytes] | None = None

    async def run(self, run_id: str, token: str) -> None:
        """Pass the door or end; apply; record the end, however long the database is away."""
        if not await self.attempts.begin(run_id, token, self.beat_s):
            log.info("attempt.not_mine", run=run_id)
            return
        run = await self.runs.get(run_id)
        self.saved = await self.stacks.state(run.stack_id)
        outcome, code = await self._apply(run, token)
        await self._until_done(lambda: self._save(run))
        await self._until_done(lambda: self._finish(run, token, code, outcome))

    async def _apply(self, run: Run, token: str) -> tuple[Outcome, int]:
        outcome = parse_outcome(run.outcome)
        watching = asyncio.create_task(self._watch(run, token))
        try:
            ending = await asyncio.to_thread(self.hand.apply, run.digest or "")
        except ThreadformError as fault:
            log.warning("run.not_applied", run=run.id, why=str(fault))
            return replace(outcome, error=fault.sentence), 1
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
        return replace(outcome, ending=ending), 0 if ending.is_applied else 1

    async def _watch(self, run: Run, token: str) -> None:
        """Beat, and copy the state as it changes; stop terraform gently when the attempt is no longer ours."""
        good = beaten = time.monotonic()
        while True:
            await asyncio.sleep(SAVE_EVERY_S)
            try:
                await self._save(run)
                if time.monotonic() - beaten > self.beat_s / 3:
                    if not await self.attempts.beat(run.id, token, self.beat_s):
                        self.hand.interrupt()
                        return
                    beaten = time.monotonic()
                good = time.monotonic()
            except Exception:  # a database that is away: go on while the beat lasts
                log.exception("attempt.beat_failed", run=run.id)
                if time.monotonic() - good > self.beat_s * LOST_AFTER:
                    self.hand.interrupt()
                    return

    async def _save(self, run: Run) -> None:
        now = self.hand.state()
        if now is None or now == self.saved:
            return
        serial, body = now
        await self.stacks.save_state(run.stack_id, run.id, serial, body, self.now())
        self.saved = now

    async def _finish(self, run: Run, token: str, code: int, outcome: Outcome) -> None:
        try:
            ended = await self.attempts.finish(run.id, token, code, outcome=dump_outcome(outcome))
        except Lost:
            log.warning("attempt.taken_over", run=run.id)
            return
        log.info("run.ended", run=run.id, to=ended.state.value)

    async def _until_done(self, act: Callable[[], Any]) -> None:
        """Try again for as long as it takes: what terraform did must not be forgotten."""
        pause = 0.2
        while True:
            try:
                await act()
            except Exception:
                log.exception("attempt.record_failed")
                await asyncio.sleep(pause)
                pause = min(pause * 2, 10)
            else:
                return
