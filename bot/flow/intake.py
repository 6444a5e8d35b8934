"""Intake: something was said in a thread. The crew answers with words, or with a proposal that becomes a run."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from agents.contracts import Past, Proposal, Reply, Turn
from bot.chat.port import Card, Event, Filled, Said
from bot.domain.errors import NotAllowed, Refused, ThreadformError
from bot.domain.person import Person
from bot.domain.run import Run, RunState
from bot.flow.entitling import Entitling
from bot.flow.offering import Offering
from bot.flow.superseding import Superseding, run_id_of
from bot.flow.telling import Telling, proposal_json, proposal_of
from bot.flow.tongue import Tongue
from bot.ports import Clock, Crew, Jobs, Outbox, Outgoing, People, Runs, Stack, Stacks, ThreadMemory, Threads

log = structlog.get_logger()

TITLE_LENGTH = 60


def text_of(event: Event) -> str:
    """What was said, as words; a filled form reads as its answers."""
    if isinstance(event, Filled):
        return ", ".join(f"{name}: {value}" for name, value in event.values.items())
    return event.text if isinstance(event, Said) else ""


@dataclass(frozen=True, slots=True)
class Intake:
    """One thing said, from the inbox to a reply or a run."""

    crew: Crew
    runs: Runs
    stacks: Stacks
    threads: Threads
    outbox: Outbox
    jobs: Jobs
    people: People
    telling: Telling
    now: Clock
    entitling: Entitling | None = None
    offering: Offering | None = None

    async def hear(self, event: Said | Filled) -> None:
        """Answer one event; a refusal is told in the thread, anything else is raised and tried again."""
        try:
            person = self._known(event)
            async with self.threads.turn(event.conversation.key) as memory:
                made = await self._made(event)
                await (self._turn(event, person, memory) if made is None else self._go_on(event, made, memory))
        except Refused as no:
            await self._refuse(event, no)
        await self.jobs.send("tell", event.conversation.key)

    @property
    def _superseding(self) -> Superseding:
        return Superseding(self.runs, self.jobs, self.telling, self.now)

    def _known(self, event: Event) -> Person:
        person = self.people.person(event.who)
        if not person.roles:
            raise NotAllowed("people.unknown", name=event.who.name or event.who.id)
        return person

    async def _made(self, event: Event) -> Run | None:
        """The run that this event caused already: it is heard again where a process died in the middle of it."""
        try:
            return await self.runs.get(run_id_of(event.dedupe))
        except Refused:
            return None

    async def _go_on(self, event: Event, run: Run, memory: ThreadMemory) -> None:
        """Do what may be left to do for that run; the crew is not asked again, it might answer otherwise."""
        stack = await self.stacks.get(run.stack_id)
        newest = await self._superseding.settle(run, stack, actor=run.requester)
        card = self.telling.card(run)
        await memory.add(f"bot:{event.dedupe}", role="bot", author="threadform", text=card.plain)
        if newest.id == run.id:
            await memory.remember(proposal_of(run).slots)

    async def _turn(self, event: Said | Filled, person: Person, memory: ThreadMemory) -> None:
        answers = dict(event.values) if isinstance(event, Filled) else {}
        history = tuple(Past.model_validate(dict(past)) for past in memory.history)
        text = text_of(event)
        await memory.add(event.dedupe, role="person", author=person.name, text=text)
        turn = Turn(
            thread=event.conversation.key,
            text=text if isinstance(event, Said) else "",
            author=person.name,
            person=person.id,
            answers=answers,
            slots=memory.slots,
            history=history,
            **await self._known_of(person, event),
        )
        result = await self.crew.turn(turn)
        card = await self._record(event, person, result)
        await memory.add(f"bot:{event.dedupe}", role="bot", author="threadform", text=card.plain)
        await memory.remember(result.slots)

    async def _known_of(self, person: Person, event: Event) -> Mapping[str, Any]:
        """What the person may still ask for and whose guests are whose, so that the crew can say no early."""
        if self.entitling is None:
            return {}
        rights, around = await self.entitling.of(person, event.conversation.key)
        return {"rights": rights, "around": around}

    async def _record(self, event: Event, person: Person, result: Reply | Proposal) -> Card:
        if isinstance(result, Reply):
            offer = await self.offering.of(event, result) if self.offering else None
            message = offer or self.telling.reply(event, result)
            await self.outbox.add([message])
            return message.card
        return await self._propose(event, person, result)

    async def _propose(self, event: Event, person: Person, proposal: Proposal) -> Card:
        stack = await self.stacks.of(
            event.conversation,
            environment=proposal.environment,
            language=proposal.language,
            title=", ".join(proposal.names)[:TITLE_LENGTH],
            at=self.now(),
        )
        older = await self.runs.of_stack(stack.id)
        run = self._new_run(event, person, proposal, stack, len(older) + 1)
        await self._superseding.begin(run, stack, actor=person.id)
        log.info("run.proposed", run=run.id, stack=stack.id, revision=run.revision, intent=proposal.intent)
        return self.telling.card(run)

    def _new_run(self, event: Event, person: Person, proposal: Proposal, stack: Stack, revision: int) -> Run:
        at = self.now()
        stored: Mapping[str, Any] = proposal_json(proposal)
        return Run(
            id=run_id_of(event.dedupe),
            stack_id=stack.id,
            conversation=event.conversation.key,
            revision=revision,
            state=RunState.PENDING,
            requester=person.id,
            language=proposal.language,
            proposal=stored,
            outcome={},
            created_at=at,
            updated_at=at,
        )

    async def _refuse(self, event: Event, no: ThreadformError) -> None:
        language = await Tongue(self.runs, self.telling.words).of(event)
        private = isinstance(no, NotAllowed)
        tell = self.telling.whisper if private else self.telling.note
        message: Outgoing = tell(event, no.sentence, language)
        await self.outbox.add([message])
