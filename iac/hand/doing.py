"""Doing what was approved, step by step: look, send once, follow to the end, look again, write everything down."""

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from iac.acts import Seen, Step, digest_of_acts, is_reached, read_steps
from iac.errors import Broken, ClusterSilent, Refused, ThreadformError, TimedOut
from iac.hand.journal import NAME, Done, Journal, Word
from iac.hand.sending import POLL_S, Ended, Wire, patiently
from iac.proxmox import Access
from iac.proxmox.closely import look_at
from iac.terraform.holding import Hold, take

FILE = "acts.json"
SILENT_S = 10.0
"""After a call that got no answer: how long its task is looked for."""
GOING_EVERY_S = 2.0


class Acted(NamedTuple):
    """How the acts ended: whether all were done, the last word about each that began, what went wrong, how long."""

    is_good: bool
    done: tuple[Done, ...]
    errors: tuple[str, ...]
    seconds: float


@dataclass(slots=True)
class Doer:
    """One run's acts, once. ``seconds`` is the wall clock of them all; at its end the task that runs is named.

    ``silent_s``: how long the task of a call that got no answer is looked for.
    """

    access: Access
    directory: Path
    seconds: float
    silent_s: float = SILENT_S
    wire_of: Callable[[Access], Wire] = Wire
    _stop: threading.Event = field(default_factory=threading.Event)
    _hold: Hold | None = None

    @property
    def journal(self) -> Journal:
        """What was written down here."""
        return Journal(self.directory / NAME)

    def hold(self, seconds: float = 0.0) -> bool:
        """Take the directory for this process; False where somebody else works in it."""
        self._hold = self._hold or take(self.directory, seconds)
        return self._hold is not None

    def interrupt(self) -> None:
        """Begin no further step. The one under way is Proxmox VE's: half of it would help nobody."""
        self._stop.set()

    def apply(self, digest: str) -> Acted:
        """Do exactly the steps with that digest; blocks until they have ended.

        ``Refused("acts.plan_gone" | "acts.plan_changed")`` before anything is sent; ``Broken`` where somebody has
        begun here before: what was done then is looked at by a person, never done again.
        """
        steps = self._approved(digest)
        journal = self.journal
        try:
            journal.open()
        except FileExistsError:
            raise Broken("acting", f"acts were begun in {self.directory.name} before") from None
        began = time.monotonic()
        try:
            done, errors = asyncio.run(self._all(steps, journal))
        finally:
            journal.close()
        is_good = [each.word for each in done] == ["done"] * len(steps)
        return Acted(is_good, done, errors, time.monotonic() - began)

    def _approved(self, digest: str) -> tuple[Step, ...]:
        with suppress(FileNotFoundError):
            body = (self.directory / FILE).read_bytes()
            if digest_of_acts(body) != digest:
                raise Refused("acts.plan_changed")
            return read_steps(body)
        raise Refused("acts.plan_gone")

    async def _all(self, steps: Sequence[Step], journal: Journal) -> tuple[tuple[Done, ...], tuple[str, ...]]:
        """The last word about each step that was begun; the first that fails is the last that is begun."""
        ends = time.monotonic() + self.seconds
        wire, last = self.wire_of(self.access), list[Done]()
        try:
            for at, step in enumerate(steps):
                if self._stop.is_set():
                    return tuple(last), ()
                last.append(await _Doing(wire, step, at, journal, self.silent_s).do(ends - time.monotonic()))
                if last[-1].word == "failed":
                    return tuple(last), (last[-1].text,)
            return tuple(last), ()
        finally:
            wire.close()


@dataclass(slots=True)
class _Doing:
    """One step at work."""

    wire: Wire
    step: Step
    at: int
    journal: Journal
    silent_s: float
    task: str = ""
    began: float = field(default_factory=time.monotonic)
    told: float = field(default_factory=time.monotonic)

    async def do(self, seconds: float) -> Done:
        """Do it within so many seconds, whatever happens; the last word about it."""
        self._write("started", self.step.call.line)
        try:
            async with asyncio.timeout(max(0.0, seconds)):
                return self._write("done", await self._done())
        except TimeoutError:
            late = TimedOut(self.step.call.line, seconds)
            where = f"; its task {self.task} still runs" if self.task else ""
            return self._write("failed", f"{late.why}{where}")
        except ThreadformError as fault:
            return self._write("failed", fault.why if isinstance(fault, Broken) else str(fault))

    async def _done(self) -> str:
        seen = await self._look()
        if is_reached(self.step.goal, seen):
            return "so already"
        if seen.guest.node != self.step.node or seen.guest.name != self.step.name:
            raise Broken(
                "acting", f"{self.step.name} ({self.step.vmid}) is not where it was approved: {seen.guest.node}"
            )
        self._check_snapshot(seen)
        ended = await self._sent()
        if not ended.is_good:
            raise Broken(self.step.call.line, ended.words)
        if self.step.goal is not None:
            await self._wait_for_goal()
        return ended.words

    def _check_snapshot(self, seen: Seen) -> None:
        """``Broken`` where the snapshot of that name is not the one that was approved."""
        deed = self.step.deed
        kept = seen.kept(deed.snapshot) if deed.taken_at else None
        if deed.taken_at and (kept is None or kept.taken_at != deed.taken_at):
            raise Broken("acting", f"the snapshot {deed.snapshot} of {self.step.name} is not the one that was approved")

    async def _sent(self) -> Ended:
        """Send it once. Where no answer came, its task is looked for: it may well be at work."""
        step = self.step
        known = await patiently(lambda: self.wire.tasks_of(step.node, step.vmid))
        try:
            self.task = await self.wire.send(step.call)
        except ClusterSilent as silent:
            if not await self._has_come_about(known):
                raise Broken(step.call.line, f"sent, but no answer came and no task was found: {silent.why}") from None
        return await self.wire.follow(self.task, self._going) if self.task else Ended(is_good=True)

    async def _has_come_about(self, known: frozenset[str]) -> bool:
        """Whether a call that nobody answered did its work all the same, or is at it: its task, or its end, is seen."""
        until = time.monotonic() + self.silent_s
        while True:
            with suppress(Broken):
                self.task = await self.wire.begun_since(self.step.node, self.step.vmid, known)
                if self.task or is_reached(self.step.goal, await self._look()):
                    return True
            if time.monotonic() >= until:
                return False
            await asyncio.sleep(POLL_S)

    async def _wait_for_goal(self) -> None:
        """A task of the HA manager ends before the guest is where it is wanted."""
        while not is_reached(self.step.goal, await self._look()):
            self._going()
            await asyncio.sleep(POLL_S)

    async def _look(self) -> Seen:
        vmid = self.step.vmid
        seen = (await patiently(lambda: look_at(self.wire.door, frozenset([vmid])))).get(vmid)
        if not isinstance(seen, Seen):
            raise Broken("acting", f"{self.step.name} ({vmid}) is not there any more")
        return seen

    def _going(self) -> None:
        if time.monotonic() - self.told >= GOING_EVERY_S:
            self.told = time.monotonic()
            self._write("going", "")

    def _write(self, word: Word, text: str) -> Done:
        done = Done(self.at, word, time.monotonic() - self.began, text, self.task)
        self.journal.write(done)
        return done
