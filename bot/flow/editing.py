"""Editing: a small change of a wish before it is approved. It is planned anew, and its new plan needs its own yes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import structlog

from agents.contracts import Proposal
from agents.rules.remembered import with_guests
from bot.chat.cards import corrected, edit_card
from bot.chat.port import Card, Filled, Pressed
from bot.domain.edit import EDIT, Editable, check_is_small, edited_by, has_grown, values_of
from bot.domain.errors import Refused, say
from bot.domain.person import Person
from bot.domain.run import Run
from bot.flow.again import next_revision
from bot.flow.editables import Editables
from bot.flow.refusing import Refusing
from bot.flow.superseding import Superseding, run_id_of
from bot.flow.telling import proposal_json, proposal_of
from bot.ports import Clock, Cluster, Jobs, Outgoing, People, Runs, Stacks, Threads
from iac.spec import GuestSpec

log = structlog.get_logger()

NOTE = "edit.by"


@dataclass(frozen=True, slots=True)
class Editing:
    """One edit, from the button to the next revision."""

    runs: Runs
    stacks: Stacks
    threads: Threads
    cluster: Cluster
    jobs: Jobs
    people: People
    refusing: Refusing
    superseding: Superseding
    now: Clock

    async def press(self, event: Pressed) -> None:
        """Answer the presser alone with the form, filled with what is asked for now."""
        try:
            run = await self._editables.open(self.people.person(event.who), event.value)
            editable = self._editables.of(run, await self.cluster.read())
            check_is_small(editable)
            await self._ask(event, run, self._card(run, editable, values_of(editable), event.value))
        except Refused as no:
            await self.refusing.tell(event, (event.action, event.value), no)
        await self.jobs.send("tell", event.conversation.key)

    async def fill(self, event: Filled) -> None:
        """Make the next revision; what is wrong with it is said beside the form, which stays filled."""
        value = event.form.removeprefix(EDIT)
        try:
            if not await self._is_made(event):
                await self._make(event, value)
        except Refused as no:
            await self.refusing.tell(event, ("edit", value), no)
        await self.jobs.send("tell", event.conversation.key)

    @property
    def _editables(self) -> Editables:
        return Editables(self.runs, self.people, self.now)

    async def _make(self, event: Filled, value: str) -> None:
        person = self.people.person(event.who)
        run = await self._editables.open(person, value)
        inventory = await self.cluster.read()
        editable = self._editables.of(run, inventory)
        check_is_small(editable)
        try:
            guests = self._editables.wished(run, editable, event.values, inventory)
        except Refused as no:
            card = self._card(run, editable, {**values_of(editable), **event.values}, value)
            await self._ask(event, run, corrected(card, no.sentence, self.refusing.telling.words, run.language))
            return
        await self._begin(event, run, _edited(proposal_of(run), guests, person), person)

    async def _begin(self, event: Filled, run: Run, wish: Proposal, person: Person) -> None:
        stack = await self.stacks.get(run.stack_id)
        is_bigger = has_grown(proposal_of(run).guests, wish.guests)
        async with self.threads.turn(stack.conversation.key) as memory:
            known = await self.runs.of_stack(stack.id)
            newer = replace(
                next_revision(run, run_id_of(event.dedupe), known, self.now()),
                proposal=proposal_json(wish),
                edited_by=edited_by(run, person, is_bigger=is_bigger),
            )
            await self.superseding.begin(newer, stack, actor=person.id)
            await memory.remember(wish.slots)
        log.info("run.edited", run=newer.id, before=run.id, by=person.id, is_bigger=is_bigger)

    async def _is_made(self, event: Filled) -> bool:
        """Whether this event made its run already: a worker died in the middle of it; what is left is done."""
        try:
            run = await self.runs.get(run_id_of(event.dedupe))
        except Refused:
            return False
        await self.superseding.settle(run, await self.stacks.get(run.stack_id), actor=self.people.person(event.who).id)
        return True

    def _card(self, run: Run, editable: Editable, values: Mapping[str, str], value: str) -> Card:
        return edit_card(f"{EDIT}{value}", editable, values, self.refusing.telling.words, run.language)

    async def _ask(self, event: Pressed | Filled, run: Run, card: Card) -> None:
        asked = Outgoing(f"note:{event.dedupe}", event.conversation, card, "whisper", who=event.who)
        await self.refusing.outbox.add([asked])
        log.info("run.edit_asked", run=run.id, by=event.who.key)


def _edited(proposal: Proposal, guests: tuple[GuestSpec, ...], person: Person) -> Proposal:
    """The wish with other guests: it is placed anew, and what the thread remembers of it changes with it."""
    notes = (*(note for note in proposal.notes if note.key != NOTE), say(NOTE, name=person.name))
    slots = with_guests(proposal.slots, guests)
    return proposal.model_copy(update={"guests": guests, "strategy": (), "slots": slots, "notes": notes})
