"""One guarded apply: through the door once, beating while terraform works, and its end recorded whatever happens."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TypeVar

import structlog

from bot.domain.approval import is_yes_too_old
from bot.domain.errors import Lost, Refused, ThreadformError
from bot.domain.outcome import Ending, Outcome, dump_outcome, parse_outcome
from bot.domain.run import Run
from bot.ports import Attempts, Clock, Runs, Stacks
from iac.errors import Broken

log = structlog.get_logger()

T = TypeVar("T")

SAVE_EVERY_S = 0.25
BEATS = 4
"""How often the beat is renewed within its length."""
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
        beaten = time.monotonic()
        if not await self.attempts.begin(run_id, token, self.beat_s):
            log.info("attempt.not_mine", run=run_id)
            return
        with self._heart(run_id, token, beaten):
            # Behind the door nothing may end this process without a word: what is away is waited for.
            run = await self._until_done(lambda: self.runs.get(run_id))
            self.saved = await self._until_done(lambda: self.stacks.state(run.stack_id))
            outcome, code = await self._apply(run)
            await self._save_last(run)
            await self._until_done(lambda: self._finish(run, token, code, outcome))

    async def _apply(self, run: Run) -> tuple[Outcome, int]:
        outcome = parse_outcome(run.outcome)
        copying = asyncio.create_task(self._copy(run))
        try:
            self._check_in_time(run)
            ending = await asyncio.to_thread(self.hand.apply, run.digest or "")
        except ThreadformError as fault:
            log.warning("run.not_applied", run=run.id, why=str(fault))
            return replace(outcome, error=fault.sentence), 1
        except Exception as fault:
            log.exception("run.not_applied", run=run.id)
            broken = Broken("terraform apply", f"{type(fault).__name__}: {fault}")
            return replace(outcome, error=broken.sentence), 1
        finally:
            copying.cancel()
            await asyncio.gather(copying, return_exceptions=True)
        return replace(outcome, ending=ending), 0 if ending.is_applied else 1

    def _check_in_time(self, run: Run) -> None:
        """A runner may pass the door long after its order: the watchdog starts another where the first never came."""
        if is_yes_too_old(run, self.now()):
            raise Refused("apply.too_late", run=run.id)

    @contextmanager
    def _heart(self, run_id: str, token: str, beaten: float) -> Iterator[None]:
        beating = asyncio.create_task(self._beat(run_id, token, beaten))
        try:
            yield
        finally:
            beating.cancel()

    async def _beat(self, run_id: str, token: str, beaten: float) -> None:
        """Renew every third of the beat; stop terraform gently, once, when the attempt is no longer surely ours.

        ``beaten`` is when the last good beat began: the watchdog takes the attempt over when that beat is over,
        so terraform must have been told before.
        """
        until = beaten + self.beat_s * LOST_AFTER
        while time.monotonic() < until:
            await asyncio.sleep(min(self.beat_s / BEATS, max(0.0, until - time.monotonic())))
            began = time.monotonic()
            try:
                async with asyncio.timeout(max(0.0, until - began)):
                    is_ours = await self.attempts.beat(run_id, token, self.beat_s)
            except Exception:  # a database that is away: go on while the beat lasts
                log.exception("attempt.beat_failed", run=run_id)
                continue
            if not is_ours:
                break
            until = began + self.beat_s * LOST_AFTER
        self.hand.interrupt()

    async def _copy(self, run: Run) -> None:
        """Keep the state in the database as it changes; what fails is tried again with the next look."""
        while True:
            await asyncio.sleep(SAVE_EVERY_S)
            try:
                await self._save(run)
            except Exception:  # the last copy is made after the apply, for as long as it takes
                log.exception("attempt.state_not_saved", run=run.id)

    async def _save(self, run: Run) -> None:
        now = self.hand.state()
        if now is None or now == self.saved:
            return
        serial, body = now
        await self.stacks.save_state(run.stack_id, run.id, serial, body, self.now())
        self.saved = now

    async def _save_last(self, run: Run) -> None:
        try:
            await self._until_done(lambda: self._save(run))
        except Refused as no:  # a newer state is kept already: the attempt was taken over long ago
            log.warning("attempt.state_refused", run=run.id, why=str(no))

    async def _finish(self, run: Run, token: str, code: int, outcome: Outcome) -> None:
        try:
            ended = await self.attempts.finish(run.id, token, code, outcome=dump_outcome(outcome))
        except Lost:
            log.warning("attempt.taken_over", run=run.id)
            return
        log.info("run.ended", run=run.id, to=ended.state.value)

    async def _until_done(self, act: Callable[[], Awaitable[T]]) -> T:
        """Try again for as long as it takes: what terraform did must not be forgotten. A "no" is raised."""
        pause = 0.2
        while True:
            try:
                return await act()
            except Refused:
                raise
            except Exception:
                log.exception("attempt.record_failed")
                await asyncio.sleep(pause)
                pause = min(pause * 2, 10)
