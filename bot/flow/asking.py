"""Asking: which form answers a press or a command at once, before anything is stored. It changes nothing."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from bot.chat.cards import edit_card, form_card, names_card, opening_of, reason_form, request_form
from bot.chat.port import Card, Commanded, Event, Opening, Pressed
from bot.chat.words import Words
from bot.domain.approval import (
    APPROVE,
    CONFIRM,
    DISCARD,
    LAY_ASIDE,
    NamesWanted,
    check_has_not_voted,
    check_is_open,
    check_may_approve,
    check_may_discard,
    check_names_typed,
    parse_button,
)
from bot.domain.command import parse_command
from bot.domain.edit import EDIT, EDIT_ACTION, check_is_small, values_of
from bot.domain.outcome import parse_outcome
from bot.domain.person import Person
from bot.domain.run import Run
from bot.flow.deciding import asks_reason, needs_of_run
from bot.flow.editables import Editables
from bot.flow.resolving import Resolving
from bot.flow.tongue import commanded_in, requested_form
from bot.ports import Clock, Cluster, People, Runs

Found = tuple[Run, Card]


@dataclass(frozen=True, slots=True)
class Asking:
    """Finds the form; where the press would be refused anyway, ``Refused`` says so and its stage tells why."""

    runs: Runs
    people: People
    cluster: Cluster
    words: Words
    now: Clock

    async def form_for(self, event: Event) -> Opening | None:
        """The form to open now; None where the event asks for none."""
        person = self.people.person(event.who)
        if isinstance(event, Pressed):
            return await self._opened(event, person, event.action, event.value)
        return await self._commanded(event, person) if isinstance(event, Commanded) else None

    async def _commanded(self, event: Commanded, person: Person) -> Opening | None:
        """The form of a request without words; that of the button that a decision stands for."""
        command = parse_command(event.name, event.text)
        if not person.roles:
            return None
        if command.verb == "request" and not command.rest:
            language = await commanded_in(event, self.runs, self.people, self.words)
            return Opening(request_form(requested_form(language), self.words, language), language=language)
        if command.verb not in (APPROVE, DISCARD):
            return None
        value, reason = await Resolving(self.runs, self.people).meant(command.rest, person)
        return None if reason else await self._opened(event, person, command.verb, value)

    async def _opened(self, event: Event, person: Person, action: str, value: str) -> Opening | None:
        if event.evidence and action == APPROVE:
            return None  # names that count are not typed where nobody vouches for who types
        forms: Mapping[str, Callable[[Person, str], Awaitable[Found | None]]] = {
            EDIT_ACTION: self._edit,
            APPROVE: self._names,
            DISCARD: self._reason,
        }
        found = await forms[action](person, value) if action in forms else None
        return opening_of(found[1], found[0].language) if found else None

    async def _edit(self, person: Person, value: str) -> Found:
        editables = Editables(self.runs, self.people, self.now)
        run = await editables.open(person, value)
        editable = editables.of(run, await self.cluster.read())
        check_is_small(editable)
        return run, edit_card(f"{EDIT}{value}", editable, values_of(editable), self.words, run.language)

    async def _names(self, person: Person, value: str) -> Found | None:
        """The names of what a yes would destroy; a yes to anything else is asked nothing."""
        run = await self._open(value)
        needs = needs_of_run(run, self.people)
        check_has_not_voted(run, person, parse_outcome(run.outcome).yes)
        check_may_approve(run, person, needs)
        try:
            check_names_typed(None, needs)
        except NamesWanted as no:
            return run, names_card(no.sentence, no.guests, f"{CONFIRM}{value}", self.words, run.language)
        return None

    async def _reason(self, person: Person, value: str) -> Found:
        run = await self._open(value)
        check_may_discard(run, person)
        is_wanted = asks_reason(run, self.people)
        form = reason_form(f"{LAY_ASIDE}{value}", self.words, run.language, is_wanted=is_wanted)
        return run, form_card(form, None, self.words, run.language)

    async def _open(self, value: str) -> Run:
        run_id, digest = parse_button(value)
        run = await self.runs.get(run_id)
        check_is_open(run, digest, self.now())
        return run
