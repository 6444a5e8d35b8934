"""Commanding: a slash command. What is only shown or switched is done here; a request or a decision goes to its stage.

An answer is private, unless it concerns everybody or the person asks for it to be shared.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

import structlog

from bot.chat.cards import REASON, REQUEST, Told, form_card, request_form
from bot.chat.port import Card, Commanded, Event, Filled, Pressed
from bot.domain.approval import APPROVE, DIGEST_SHOWN, DISCARD, LAY_ASIDE, parse_button
from bot.domain.budget import Budget, month_of, usage_of
from bot.domain.command import EXTEND, SHOWN, Command, Verb, parse_command
from bot.domain.errors import NotAllowed, Refused, say
from bot.domain.freezing import lifted
from bot.domain.lease import EXTEND as EXTEND_LEASE
from bot.domain.outcome import parse_outcome
from bot.domain.person import Person
from bot.domain.quota import Quotas, holdings
from bot.domain.run import RunState
from bot.flow.claiming import held_by, owned
from bot.flow.looking import Looking
from bot.flow.resolving import Resolving, check_is_known, title_of
from bot.flow.rooting import WAIT_S, Rooting
from bot.flow.telling import Telling
from bot.flow.tongue import commanded_in, requested_form
from bot.ports import Claims, Clock, Freezes, Jobs, Leases, Outbox, Outgoing, People, Runs, Usage

log = structlog.get_logger()

PUBLIC: frozenset[Verb] = frozenset({"freeze", "unfreeze"})
"""What concerns everybody is said in the thread; what concerns one person is told to them alone."""
OPEN: frozenset[Verb] = frozenset({"help", "freeze", "unfreeze", "approve", "discard"})
"""What anybody may say: the answer tells nothing of what is there, or the right is asked for by itself."""
ON: frozenset[Verb] = frozenset({"request", "approve", "discard", "lease"})
"""What another stage does."""

NO_BOUNDS = Budget()

Answer = Awaitable[Sequence[Told]]
Act = Callable[[Commanded, Person, Command], Answer]


@dataclass(frozen=True, slots=True)
class Commanding:
    """One command, from the inbox to its answer in the thread, or to a private word."""

    freezes: Freezes
    claims: Claims
    runs: Runs
    outbox: Outbox
    jobs: Jobs
    people: People
    telling: Telling
    quotas: Quotas
    now: Clock
    looking: Looking
    leases: Leases
    usage: Usage | None = None
    budget: Budget = NO_BOUNDS
    wait_s: float = WAIT_S

    async def command(self, event: Commanded) -> Event | None:
        """Do it, and answer; a no is told to the one who commanded, alone.

        What another stage has to do is given back, as the event that this stage hears: a request as words, a decision
        as the press of the button that the run's card shows now.
        """
        language = await commanded_in(event, self.runs, self.people, self.telling.words)
        try:
            command = parse_command(event.name, event.text)
            person = self.people.person(event.who)
            if command.verb not in OPEN:
                check_is_known(person)
            if command.verb in ON:
                return await self._handed_on(event, command, language)
            said = await self._acts()[command.verb](event, person, command)
        except Refused as no:
            message = self.telling.whisper(event, no.sentence, language)
        else:
            is_public = command.verb in PUBLIC or command.is_shared
            message = (self.telling.answer if is_public else self.telling.confide)(event, said, language)
        await self._say(event, message)
        return None

    async def fill(self, event: Filled) -> Event | None:
        """The form of a request without words was filled in: they are said now."""
        try:
            check_is_known(self.people.person(event.who))
            return await self._rooting.said(event, event.values.get(REQUEST, "").strip())
        except Refused as no:
            await self._say(event, self.telling.whisper(event, no.sentence, event.form.rpartition(":")[2]))
            return None

    async def told(self, event: Commanded, meant: Event) -> None:
        """Say to the one who commanded it what became of a decision, and of which plan; a no was told by its stage."""
        if not isinstance(meant, Pressed | Filled) or (isinstance(meant, Pressed) and meant.action == EXTEND_LEASE):
            return
        value = meant.value if isinstance(meant, Pressed) else meant.form.removeprefix(LAY_ASIDE)
        try:
            run = await self.runs.get(parse_button(value)[0])
        except Refused:  # its stage has said that there is none
            return
        person = self.people.person(event.who)
        if isinstance(meant, Pressed) and meant.action == APPROVE:
            key, is_done = "command.approved", any(map(person.is_called, parse_outcome(run.outcome).yes))
        else:
            key = "command.discarded"
            is_done = run.state is RunState.DISCARDED and person.is_called(run.decided_by)
        if not is_done:
            return
        said = say(
            key, run=run.id, title=title_of(run), revision=run.revision, digest=(run.digest or "-")[:DIGEST_SHOWN]
        )
        await self._say(event, self.telling.confide(event, [said], run.language))

    @property
    def _rooting(self) -> Rooting:
        return Rooting(self.outbox, self.jobs, self.telling, self.wait_s)

    async def _handed_on(self, event: Commanded, command: Command, language: str) -> Event | None:
        if command.verb == "request":
            if command.rest:
                return await self._rooting.said(event, command.rest)
            form = request_form(requested_form(language), self.telling.words, language)
            await self._ask(event, form_card(form, None, self.telling.words, language))
            return None
        whence, person = (event.dedupe, event.conversation, event.who), self.people.person(event.who)
        if command.verb == "lease":
            value = await self._lease(command, person)
            return Pressed(*whence, action=EXTEND_LEASE, value=value, evidence=event.evidence)
        value, reason = await Resolving(self.runs, self.people).meant(command.rest, person)
        if command.verb == "discard" and reason:
            form_id = f"{LAY_ASIDE}{value}"
            return Filled(*whence, form=form_id, values={REASON: reason}, evidence=event.evidence)
        action = APPROVE if command.verb == "approve" else DISCARD
        return Pressed(*whence, action=action, value=value, evidence=event.evidence)

    async def _lease(self, command: Command, person: Person) -> str:
        """What the button of that guest's lease says now; of several guests of that name, the person's own."""
        word, _, name = command.rest.partition(" ")
        if word.lower() not in EXTEND or not name:
            raise Refused("command.usage.lease", call=command.call)
        found = [lease for lease in await self.leases.all() if lease.guest == name.strip("`").lower()]
        if not found:
            raise Refused("command.no_lease", name=name)
        return next((lease for lease in found if person.is_called(lease.owner)), found[0]).value

    async def _ask(self, event: Commanded, card: Card) -> None:
        await self._say(event, Outgoing(f"note:{event.dedupe}", event.conversation, card, "whisper", who=event.who))

    async def _say(self, event: Event, message: Outgoing) -> None:
        await self.outbox.add([message])
        await self.jobs.send("tell", event.conversation.key)

    def _acts(self) -> Mapping[Verb, Act]:
        return {
            "freeze": self._freeze,
            "unfreeze": self._unfreeze,
            "quota": self._quota,
            "help": self._help,
            "status": self.looking.status,
            "list": self.looking.machines,
            "vm": self.looking.machine,
            "cluster": self.looking.nodes,
            "forecast": self._forecast,
        }

    async def _freeze(self, _: Commanded, person: Person, command: Command) -> Sequence[Told]:
        _check_is_admin(person)
        held = await self.freezes.freeze(person.id, command.rest, self.now())
        log.warning("changes.frozen", by=held.by, reason=held.reason)
        key = "freeze.done" if person.is_called(held.by) else "freeze.already"
        return [say(key, holder=self.people.named(held.by).name, why=held.why)]

    async def _unfreeze(self, _: Commanded, person: Person, _command: Command) -> Sequence[Told]:
        _check_is_admin(person)
        held = await self.freezes.unfreeze(person.id, self.now())
        if held is None:
            return [say("freeze.not_frozen")]
        log.warning("changes.released", by=person.id, frozen_by=held.by)
        waiting = await self.runs.in_states([RunState.APPROVED])
        for run in waiting:
            await self.jobs.send("apply", run.id)
        return [lifted(person.name, len(waiting))]

    async def _quota(self, _: Commanded, person: Person, _command: Command) -> Sequence[Told]:
        claimed = owned(await self.claims.all(), self.people)
        own = holdings(person.name, self.quotas.of_person(person.id), held_by({person.id}, claimed))
        groups = {owner: self.people.named(owner).groups for owner in {claim.owner for claim in claimed}}
        lines: list[Told] = [*own]
        for group in sorted(person.groups & self.quotas.by_holder.keys()):
            members = {owner for owner, theirs in groups.items() if group in theirs}
            name = self.quotas.names.get(group, group)
            lines += holdings(name, self.quotas.by_holder[group], held_by(members, claimed))
        if self.usage is not None:
            used = await self.usage.of_month(month_of(self.now()))
            lines += usage_of(self.budget, person.id, used)
        return lines

    async def _help(self, _: Commanded, person: Person, command: Command) -> Sequence[Told]:
        """What there is, one line each, as it is written where the person is."""
        verbs = [verb for verb in SHOWN["en"] if person.is_admin or verb not in PUBLIC]
        lines = [say(f"command.help.{verb}", call=command.call) for verb in verbs]
        return [say("command.help_head"), *lines, say("command.help_share"), say("command.help")]

    async def _forecast(self, _: Commanded, _person: Person, command: Command) -> Sequence[Told]:
        return [say("command.no_forecast", call=command.call)]


def _check_is_admin(person: Person) -> None:
    if not person.is_admin:
        raise NotAllowed("freeze.no_right", name=person.name)
