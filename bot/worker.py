"""The worker: jobs from the queue, a sweeper for what the queue lost, and the sender of the outbox."""

import asyncio
import contextlib
import os
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from agents.contracts import Language
from bot.chat.port import Commanded, Event, Filled, Pressed
from bot.domain.approval import CONFIRM
from bot.domain.edit import EDIT, EDIT_ACTION
from bot.domain.errors import Lost
from bot.domain.run import RunState
from bot.flow.applying import Applying
from bot.flow.approving import Approving
from bot.flow.closing import Closing
from bot.flow.commanding import Commanding
from bot.flow.editing import Editing
from bot.flow.intake import Intake
from bot.flow.planning import Planning
from bot.flow.reminding import Reminding
from bot.flow.telling import Telling
from bot.flow.tongue import Tongue
from bot.flow.upkeep import Upkeep
from bot.ports import Clock, Handler, Inbox, Job, Jobs, Outbox, Runs
from iac.errors import Broken, Sentence, say

log = structlog.get_logger()

SWEEP_EVERY_S = 1.0
SWEEP_LIMIT = 50
SEND_EVERY_S = 0.2
HEAR_LEASE_S = 30.0
"""Renewed while an event is worked on: an event of a worker that died is taken up after that."""

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
class Stages:
    """The use cases, by job."""

    intake: Intake
    commanding: Commanding
    planning: Planning
    approving: Approving
    applying: Applying
    closing: Closing
    upkeep: Upkeep
    reminding: Reminding
    editing: Editing


@dataclass(frozen=True, slots=True)
class Hearing:
    """Takes one event from the inbox to the stage it belongs to."""

    inbox: Inbox
    stages: Stages
    outbox: Outbox
    telling: Telling
    tongue: Tongue
    owner: str
    lease_s: float = HEAR_LEASE_S

    async def hear(self, key: str) -> None:
        """Have the event's whole effect, once; an event that is another worker's is left to it.

        What may heal by itself is said once and tried again; what is a defect of ours is said and laid aside,
        under a reference that the log has too.
        """
        event = await self.inbox.claim(key, self.owner, self.lease_s)
        if event is None:
            return
        try:
            async with self._keeping(key):
                await self._heard(event)
        except Broken as fault:
            if fault.is_worth_retrying:
                await self._tell(event, fault.sentence, "wait")
                raise
            await self._tell(event, fault.sentence, "broken")
        except Lost:
            # Its turn in the thread is another's by now, or forgotten: it comes again, and has its effect once.
            raise
        except Exception:
            reference = secrets.token_hex(4)
            log.exception("event.broke", key=key, reference=reference)
            await self._tell(event, say("broken.unheard", reference=reference), "broken")
        await self.inbox.done(key)

    async def _heard(self, event: Event) -> None:
        if isinstance(event, Pressed) and event.action == EDIT_ACTION:
            await self.stages.editing.press(event)
        elif isinstance(event, Pressed):
            await self.stages.approving.press(event)
        elif isinstance(event, Filled) and event.form.startswith(EDIT):
            await self.stages.editing.fill(event)
        elif isinstance(event, Filled) and event.form.startswith(CONFIRM):
            await self.stages.approving.fill(event)
        elif isinstance(event, Commanded):
            await self.stages.commanding.command(event)
        else:
            await self.stages.intake.hear(event)

    @asynccontextmanager
    async def _keeping(self, key: str) -> AsyncIterator[None]:
        """Renew the claim every third of its lease: a crew may think for longer than a dead worker is waited for."""
        beating = asyncio.create_task(self._beat(key))
        try:
            yield
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)

    async def _beat(self, key: str) -> None:
        while True:
            await asyncio.sleep(self.lease_s / 3)
            try:
                await self.inbox.renew(key, self.owner, self.lease_s)
            except Broken as away:
                log.warning("event.not_renewed", key=key, why=str(away))

    async def _tell(self, event: Event, sentence: Sentence, why: str) -> None:
        language = await self._language(event)
        await self.outbox.add([self.telling.note(event, sentence, language, about=why)])

    async def _language(self, event: Event) -> Language:
        """The language of the thread; what broke may be the database that knows it."""
        try:
            return await self.tongue.of(event)
        except Broken:
            return "en"


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
    bell: asyncio.Event = field(default_factory=asyncio.Event)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def handlers(self) -> Mapping[str, Handler]:
        """What to do for each job; the consumer of the queue calls these."""
        return {
            "hear": _guarded("hear", self.hearing.hear),
            "plan": _guarded("plan", self.stages.planning.plan, self.stages.planning.give_up),
            "apply": _guarded("apply", self.stages.applying.apply),
            "close": _guarded("close", self.stages.closing.close),
            "tell": self._ring,
        }

    async def run(self, consumer: Consuming) -> None:
        """Work until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(consumer.run())
                for duty in (Duty("sweep", self.sweep, SWEEP_EVERY_S), *self.duties):
                    group.create_task(duty.keep())
                group.create_task(self._send())
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
            if give_up is not None and not isinstance(fault, Broken):
                await give_up(key, reference)

    return guarded
