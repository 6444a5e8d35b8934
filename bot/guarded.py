"""One guarded apply: through the door once, beating while terraform works, and its end recorded whatever happens."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from typing import TypeVar

import structlog

from bot.domain.approval import is_yes_too_old
from bot.domain.errors import Lost, Refused, ThreadformError
from bot.domain.outcome import Ending, Outcome, dump_outcome, parse_outcome
from bot.domain.run import UNTOUCHED, Run
from bot.ports import Attempts, Clock, Plans, Runs, Stacks, StateCopy
from iac.errors import Broken, say

log = structlog.get_logger()

T = TypeVar("T")

SAVE_EVERY_S = 0.25
LISTEN_EVERY_S = 0.5
BEATS = 4
"""How often the beat is renewed within its length."""
LOST_AFTER = 0.8
"""The share of the beat after which a runner that cannot renew stops terraform, once and gently."""


@dataclass(frozen=True, slots=True)
class Hand:
    """Terraform as the runner holds it: apply the saved plan, interrupt it once, read the state it writes.

    ``hold`` takes the run's directory for this process and whatever it starts; False: somebody works in it.
    ``unpack`` rebuilds a directory without a plan from what was kept when it was planned.
    """

    hold: Callable[[], bool]
    has_plan: Callable[[], bool]
    unpack: Callable[[bytes], None]
    apply: Callable[[str], Ending]
    interrupt: Callable[[], None]
    state: Callable[[], tuple[int, bytes] | None]


@dataclass(slots=True)
class Guarded:
    """One attempt at one run. ``steady`` and ``sleep`` are the clock of its heart: seconds that only ever grow."""

    runs: Runs
    stacks: Stacks
    attempts: Attempts
    plans: Plans
    hand: Hand
    now: Clock
    beat_s: float
    steady: Clock = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    saved: tuple[int, bytes] | None = None
    is_stopped: bool = False

    async def run(self, run_id: str, token: str) -> None:
        """Pass the door or end; apply; record the end, however long the database is away."""
        if not await asyncio.to_thread(self.hand.hold):
            log.warning("attempt.directory_held", run=run_id)
            return
        beaten = self.steady()
        if not await self.attempts.begin(run_id, token, self.beat_s):
            log.info("attempt.not_mine", run=run_id)
            return
        with self._heart(run_id, token, beaten):
            # Behind the door nothing may end this process without a word: what is away is waited for.
            run = await self._until_done(lambda: self.runs.get(run_id))
            async with self._beside(run, token):
                outcome, code = await self._apply(run)
            await self._save_last(run, token)
            await self._until_done(lambda: self._finish(run, token, code, outcome))

    async def _apply(self, run: Run) -> tuple[Outcome, int]:
        outcome = parse_outcome(run.outcome)
        try:
            self._check_in_time(run)
            self.saved = await self._until_answered(lambda: self.stacks.state(run.stack_id))
            await self._make_ready(run)
            await self._check_not_stopped(run)
            ending = await asyncio.to_thread(self.hand.apply, run.digest or "")
        except Refused as no:
            log.warning("run.refused_at_the_door", run=run.id, why=str(no))
            return replace(outcome, error=no.sentence), UNTOUCHED
        except ThreadformError as fault:
            log.warning("run.not_applied", run=run.id, why=str(fault))
            return replace(outcome, error=fault.sentence), 1
        except Exception as fault:
            log.exception("run.not_applied", run=run.id)
            broken = Broken("terraform apply", f"{type(fault).__name__}: {fault}")
            return replace(outcome, error=broken.sentence), 1
        if self.is_stopped and not ending.is_applied:
            outcome = replace(outcome, error=say("apply.stopped", run=run.id))
        return replace(outcome, ending=ending), 0 if ending.is_applied else 1

    async def _make_ready(self, run: Run) -> None:
        """A machine that did not make the plan, or lost it, rebuilds it; the hand looks at the digest all the same."""
        if self.hand.has_plan():
            return
        kept = await self._until_answered(lambda: self.plans.load(run.id, run.digest or ""))
        if kept is None:
            raise Refused("terraform.plan_gone")
        await asyncio.to_thread(self.hand.unpack, kept)

    async def _until_answered(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Wait for a database that is away; an answer that will never be another is raised."""
        while True:
            try:
                return await ask()
            except Broken as away:
                if not away.is_worth_retrying:
                    raise
                log.warning("attempt.not_answered", why=str(away))
                await asyncio.sleep(LISTEN_EVERY_S)

    async def _check_not_stopped(self, run: Run) -> None:
        """A wish to stop that came before terraform means that it never starts."""
        attempt = await self._until_done(lambda: self.runs.attempt(run.id))
        if attempt is not None and attempt.stop_by is not None:
            raise Refused("apply.stopped", run=run.id)

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
        while self.steady() < until:
            await self.sleep(min(self.beat_s / BEATS, max(0.0, until - self.steady())))
            began = self.steady()
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

    @asynccontextmanager
    async def _beside(self, run: Run, token: str) -> AsyncIterator[None]:
        """While terraform works: copy its state, and listen for a wish to stop."""
        tasks = [asyncio.create_task(self._copy(run, token)), asyncio.create_task(self._listen(run))]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _listen(self, run: Run) -> None:
        """Hand on the first wish to stop; a database that is away is asked again."""
        while not self.is_stopped:
            await asyncio.sleep(LISTEN_EVERY_S)
            try:
                attempt = await self.runs.attempt(run.id)
            except Exception:
                log.exception("attempt.not_heard", run=run.id)
                continue
            self.is_stopped = attempt is not None and attempt.stop_by is not None
        self.hand.interrupt()

    async def _copy(self, run: Run, token: str) -> None:
        """Keep the state in the database as it changes; what fails is tried again with the next look."""
        while True:
            await asyncio.sleep(SAVE_EVERY_S)
            try:
                await self._save(run, token)
            except Lost:  # the heart hears of it too, and stops terraform
                log.warning("attempt.taken_over", run=run.id)
                return
            except Exception:  # the last copy is made after the apply, for as long as it takes
                log.exception("attempt.state_not_saved", run=run.id)

    async def _save(self, run: Run, token: str) -> None:
        now = self.hand.state()
        if now is None or now == self.saved:
            return
        await self.stacks.save_state(StateCopy(run.stack_id, run.id, *now), token=token)
        self.saved = now

    async def _save_last(self, run: Run, token: str) -> None:
        try:
            await self._until_done(lambda: self._save(run, token))
        except (Refused, Lost) as no:  # the attempt was taken over: who did so reads our directory when we have gone
            log.warning("attempt.state_refused", run=run.id, why=str(no))

    async def _finish(self, run: Run, token: str, code: int, outcome: Outcome) -> None:
        try:
            ended = await self.attempts.finish(run.id, token, code, outcome=dump_outcome(outcome))
        except Lost:
            log.warning("attempt.taken_over", run=run.id)
            return
        log.info("run.ended", run=run.id, to=ended.state.value)

    async def _until_done(self, act: Callable[[], Awaitable[T]]) -> T:
        """Try again for as long as it takes: what terraform did must not be forgotten. A no and a loss are raised."""
        pause = 0.2
        while True:
            try:
                return await act()
            except (Refused, Lost):
                raise
            except Exception:
                log.exception("attempt.record_failed")
                await asyncio.sleep(pause)
                pause = min(pause * 2, 10)
