"""The worker: jobs from the queue, a sweeper for what the queue lost, and the sender of the outbox."""

import asyncio
import contextlib
import os
import secrets
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from bot.domain.errors import Lost
from bot.domain.run import RunState
from bot.hearing import Hearing, Stages
from bot.ports import Clock, Handler, Inbox, Job, Jobs, Runs
from bot.store.turns import hurried
from iac.errors import Broken

log = structlog.get_logger()

SWEEP_EVERY_S = 1.0
SWEEP_LIMIT = 50
SEND_EVERY_S = 0.2
THINKING_AT_ONCE = 8
"""Turns of the agents in one process: offline they share one core, and with a model more would only meet its limits."""

JOB_OF: Mapping[RunState, Job] = {
    RunState.PENDING: "plan",
    RunState.PLANNING: "plan",
    RunState.APPROVED: "apply",
    RunState.APPLYING: "apply",
    RunState.APPLIED: "close",
    RunState.ERRORED: "close",
    RunState.REFUSED: "close",
}


def name_of_this_process() -> str:
    """Who holds a claim: host, process, and a part that a recycled pid does not share."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"


class Sending(Protocol):
    """The sending side of the outbox."""

    async def flush(self) -> int:
        """Send what is due; how many messages went out or are on their way."""
        ...

    async def rest(self) -> None:
        """Let go of what is on its way."""
        ...


class Consuming(Protocol):
    """The receiving side of the queue."""

    async def run(self) -> None:
        """Work until closed."""
        ...

    async def close(self) -> None:
        """Stop taking jobs and finish those in hand."""
        ...


@dataclass(frozen=True, slots=True)
class Duty:
    """Something that a process does again and again beside its jobs, and that may fail without ending anything."""

    name: str
    act: Callable[[], Awaitable[object]]
    every_s: float

    async def keep(self) -> None:
        """Do it until cancelled."""
        while True:
            await _tried(self.name, self.act())
            await asyncio.sleep(self.every_s)


@dataclass(slots=True)
class Worker:
    """Everything that works in the background of one process."""

    hearing: Hearing
    stages: Stages
    inbox: Inbox
    runs: Runs
    jobs: Jobs
    sender: Sending
    now: Clock
    duties: Sequence[Duty] = ()
    first: Sequence[Callable[[], Awaitable[object]]] = ()
    bell: asyncio.Event = field(default_factory=asyncio.Event)
    thinking: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(THINKING_AT_ONCE))
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def handlers(self) -> Mapping[str, Handler]:
        """What to do for each job; the consumer of the queue calls these."""
        return {
            "hear": _guarded("hear", self._hear),
            "press": _guarded("press", _at_once(self.hearing.hear)),
            "plan": _guarded("plan", self.stages.planning.plan, self.stages.planning.give_up),
            "apply": _guarded("apply", _at_once(self.stages.applying.apply), self.stages.upkeep.tell_fault),
            "close": _guarded("close", self.stages.closing.close, self.stages.upkeep.tell_fault),
            "tell": self._ring,
        }

    async def _hear(self, key: str) -> None:
        """Some at a time: agents that think all at once make everybody wait, and every press with them."""
        async with self.thinking:
            await self.hearing.hear(key)

    async def run(self, consumer: Consuming) -> None:
        """Work until cancelled. Jobs are taken once what is ``first`` is there; what is waiting is sent meanwhile."""
        try:
            async with asyncio.TaskGroup() as group:
                for duty in self.duties:
                    group.create_task(duty.keep())
                group.create_task(self._send())
                for wait in self.first:
                    await _tried("first", wait())
                group.create_task(consumer.run())
                group.create_task(Duty("sweep", self.sweep, SWEEP_EVERY_S).keep())
        finally:
            await self.sender.rest()
            await consumer.close()

    async def sweep(self) -> None:
        """Ring again for whatever is due and unclaimed: a lost job costs time, nothing else."""
        # First and by itself: a silent apply must not wait for a bell that does not answer, or for a row that is bad.
        await _tried("rescue", self.stages.upkeep.rescue())
        await _tried("inbox", self._ring_for_events())
        await _tried("runs", self._ring_for_runs())

    async def _ring_for_events(self) -> None:
        for key in await self.inbox.waiting(SWEEP_LIMIT):
            await self.jobs.send("hear", key)

    async def _ring_for_runs(self) -> None:
        for run_id, state in await self.runs.due(self.now(), SWEEP_LIMIT):
            if state is RunState.PLANNED:
                await _tried("expiry", self.stages.upkeep.expire(run_id))
                await _tried("reminder", self.stages.reminding.remind(run_id))
            else:
                await self.jobs.send(JOB_OF[state], run_id)

    async def _ring(self, _key: str) -> None:
        self.bell.set()

    async def _send(self) -> None:
        while True:
            try:
                while await self.sender.flush():
                    pass
            except Exception:  # the loop outlives any fault; the row stays due
                log.exception("outbox.failed")
            # Not ``wait_for``: before Python 3.12 it loses a cancellation that comes together with the bell.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SEND_EVERY_S):
                    await self.bell.wait()
            self.bell.clear()


async def _tried(what: str, act: Awaitable[object]) -> None:
    """Do it; the loop outlives any fault, and what was due stays due."""
    try:
        await act
    except Exception:  # whatever it is, the rest must go on
        log.exception("worker.failed", what=what)


def _at_once(act: Handler) -> Handler:
    """A person waits for what this writes."""

    async def at_once(key: str) -> None:
        with hurried():
            await act(key)

    return at_once


def _guarded(job: str, act: Handler, give_up: Callable[[str, str], Awaitable[None]] | None = None) -> Handler:
    """A job that fails is logged with its key and left to the sweeper, which rings again when its claim ends.

    Where trying again cannot help, ``give_up`` tells the person, under the reference that the log has too.
    """

    async def guarded(key: str) -> None:
        reference = secrets.token_hex(4)
        try:
            await act(key)
        except Lost:
            log.info("run.moved_meanwhile", job=job, key=key)
        except Exception as fault:
            log.exception("job.failed", job=job, key=key, reference=reference)
            if give_up is not None and not (isinstance(fault, Broken) and fault.is_worth_retrying):
                await _tried("give_up", give_up(key, reference))

    return guarded
