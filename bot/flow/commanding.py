"""Commanding: a slash command. An admin stops and releases every change; everybody may ask what they hold."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

import structlog

from bot.chat.port import Commanded
from bot.domain.budget import Budget, month_of, usage_of
from bot.domain.command import Verb, language_of, lifted, parse_command, reason_of
from bot.domain.errors import NotAllowed, Refused, Sentence, say
from bot.domain.person import Person
from bot.domain.quota import Quotas, holdings
from bot.domain.run import RunState
from bot.flow.claiming import held_by, owned
from bot.flow.telling import Telling
from bot.ports import Claims, Clock, Freezes, Jobs, Outbox, People, Runs, Usage

log = structlog.get_logger()

PUBLIC: frozenset[Verb] = frozenset({"freeze", "unfreeze"})
"""What concerns everybody is said in the thread; what concerns one person is told to them alone."""

NO_BOUNDS = Budget()

Act = Callable[[Person, str], Awaitable[Sequence[Sentence]]]


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
    usage: Usage | None = None
    budget: Budget = NO_BOUNDS

    async def command(self, event: Commanded) -> None:
        """Do it; a no is told to the one who commanded, alone."""
        language = await self._language(event)
        try:
            command = parse_command(event.name, event.text)
            said = await self._acts()[command.verb](self.people.person(event.who), command.rest)
        except Refused as no:
            message = self.telling.whisper(event, no.sentence, language)
        else:
            tell = self.telling.answer if command.verb in PUBLIC else self.telling.confide
            message = tell(event, said, language)
        await self.outbox.add([message])
        await self.jobs.send("tell", event.conversation.key)

    async def _language(self, event: Commanded) -> str:
        """That of the word or of what follows it; a word of both languages is answered as the person last asked."""
        own = language_of(event.name)
        if own or reason_of(event.text):
            return own or self.telling.words.language_of(reason_of(event.text))
        last = await self.runs.latest(1, requester=self.people.person(event.who).id)
        return last[0].language if last else self.telling.words.language_of(event.text)

    def _acts(self) -> Mapping[Verb, Act]:
        return {"freeze": self._freeze, "unfreeze": self._unfreeze, "quota": self._quota, "help": self._help}

    async def _freeze(self, person: Person, reason: str) -> Sequence[Sentence]:
        _check_is_admin(person)
        held = await self.freezes.freeze(person.id, reason, self.now())
        log.warning("changes.frozen", by=held.by, reason=held.reason)
        key = "freeze.done" if person.is_called(held.by) else "freeze.already"
        return [Sentence(key, {"holder": self.people.named(held.by).name, "why": held.why})]

    async def _unfreeze(self, person: Person, _: str) -> Sequence[Sentence]:
        _check_is_admin(person)
        held = await self.freezes.unfreeze(person.id, self.now())
        if held is None:
            return [say("freeze.not_frozen")]
        log.warning("changes.released", by=person.id, frozen_by=held.by)
        waiting = await self.runs.in_states([RunState.APPROVED])
        for run in waiting:
            await self.jobs.send("apply", run.id)
        return [lifted(person.name, len(waiting))]

    async def _quota(self, person: Person, _: str) -> Sequence[Sentence]:
        claimed = owned(await self.claims.all(), self.people)
        own = holdings(person.name, self.quotas.of_person(person.id), held_by({person.id}, claimed))
        groups = {owner: self.people.named(owner).groups for owner in {claim.owner for claim in claimed}}
        lines = [*own]
        for group in sorted(person.groups & self.quotas.by_holder.keys()):
            members = {owner for owner, theirs in groups.items() if group in theirs}
            name = self.quotas.names.get(group, group)
            lines += holdings(name, self.quotas.by_holder[group], held_by(members, claimed))
        return [*lines, *await self._used(person)]

    async def _used(self, person: Person) -> Sequence[Sentence]:
        """What their requests used of live models this month."""
        if self.usage is None:
            return ()
        return tuple(usage_of(self.budget, person.id, await self.usage.of_month(month_of(self.now()))))

    async def _help(self, person: Person, _: str) -> Sequence[Sentence]:
        return [say("command.help"), *([say("command.help_admin")] if person.is_admin else [])]


def _check_is_admin(person: Person) -> None:
    if not person.is_admin:
        raise NotAllowed("freeze.no_right", name=person.name)
