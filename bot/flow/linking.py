"""Linking: somebody proves that two accounts are theirs, by acting on both sides. It gives no role by itself.

One of the two must be named in the settings, and what these give that person is all that both have from then on.
Where a platform does not vouch for who acts, nothing is linked.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog

from bot.chat.cards import link_card, words_card
from bot.chat.port import Commanded, Event, Pressed
from bot.domain.command import parse_command
from bot.domain.errors import Refused, Sentence, say
from bot.domain.linking import CODE_LIVES_S, LINK, MOST_CODES, TURN, Stage, hashed, new_code, parse_code
from bot.flow.telling import Telling
from bot.flow.tongue import commanded_in
from bot.ports import Clock, Jobs, LinkAttempt, Links, Noted, Outbox, Outgoing, People, Runs, Side

log = structlog.get_logger()

MINUTES = round(CODE_LIVES_S / 60)


@dataclass(frozen=True, slots=True)
class Linking:
    """One step of a link, from a command or a press to what is said to one side, or to both."""

    links: Links
    runs: Runs
    people: People
    outbox: Outbox
    jobs: Jobs
    telling: Telling
    now: Clock

    async def command(self, event: Commanded) -> None:
        """Issue a code, take one that was typed, or undo a link; everything is told to its person alone."""
        language = await commanded_in(event, self.runs, self.people, self.telling.words)
        try:
            command = parse_command(event.name, event.text)
            _check_is_vouched_for(event)
            if command.verb == "unlink":
                said = await self._undo(event, command.rest)
            elif command.rest:
                await self._say([await self._entered(event, command.rest, language)])
                return
            else:
                said = await self._issued(event, command.call, language)
        except Refused as no:
            await self._say([self.telling.whisper(event, no.sentence, language)])
        else:
            await self._say([self.telling.confide(event, said, language)])

    async def press(self, event: Pressed) -> None:
        """A side says that both accounts are its, or that they are not."""
        attempt = await self.links.attempt(event.value)
        language = "en"
        try:
            _check_is_vouched_for(event)
            step, side, other = self._turn(attempt, event)
            language = side.language
            if event.action != LINK:
                await self._ended(step, side)
            elif step.stage == "entered":
                await self._vouched(step, side, other)
            else:
                await self._tied(step, side, other)
        except Refused as no:
            await self._say([self.telling.whisper(event, no.sentence, language)])

    async def _issued(self, event: Commanded, call: str, language: str) -> Sequence[Sentence]:
        code = new_code(secrets.choice)
        first = self._side(event, language)
        attempt = LinkAttempt(secrets.token_hex(12), first, self.now() + CODE_LIVES_S)
        if not await self.links.issue(attempt, hashed(code)):
            raise Refused("link.too_many_codes", most=MOST_CODES)
        return [say("link.code", code=code, call=call), say("link.code_way", minutes=MINUTES)]

    async def _entered(self, event: Commanded, typed: str, language: str) -> Outgoing:
        """The second side is shown who the first is, and asked."""
        second = self._side(event, language)
        code = parse_code(typed)
        found = await self.links.enter(hashed(code or "-"), second, self.now())
        if found is None:
            raise Refused("link.wrong_code")
        try:
            self._check_may_tie(found.first.account, second.account)
        except Refused:
            await self.links.advance(found, "ended", self._noted("link.ended", second, found))
            raise
        return self._asked(replace(found, second=second), second, found.first, f"link:{found.id}:second")

    async def _vouched(self, attempt: LinkAttempt, side: Side, other: Side) -> None:
        """The second side said yes: now the first is shown who that is, where it asked for the code."""
        await self._move(attempt, "vouched", "link.vouched", side)
        waiting = self._told(side, say("link.waiting", other=other.shown), f"link:{attempt.id}:waiting")
        await self._say([waiting, self._asked(attempt, other, side, f"link:{attempt.id}:first")])

    async def _tied(self, attempt: LinkAttempt, first: Side, second: Side) -> None:
        account, person = self._check_may_tie(first.account, second.account)
        noted = self._noted("identity.linked", first, attempt, account=account, person=person)
        if not await self.links.tie(attempt, account, person, noted):
            raise Refused("link.gone")
        log.info("identity.linked", account=account, person=person)
        done = say("link.done", first=first.shown, second=second.shown, name=self.people.named(person).name)
        await self._say([self._told(side, done, f"link:{attempt.id}:done:{side.account}") for side in (first, second)])

    async def _ended(self, attempt: LinkAttempt, side: Side) -> None:
        await self._move(attempt, "ended", "link.ended", side)
        await self._say([self._told(side, say("link.ended"), f"link:{attempt.id}:ended")])

    async def _undo(self, event: Commanded, named: str) -> Sequence[Sentence]:
        """Undo the one link there is, or the one that is named; what was done as one person stays so."""
        person, here = self.people.person(event.who), event.who.key
        linked = [account for account in person.also if not self.people.is_named(account)]
        wanted = [account for account in linked if account == named.strip("`")] if named else linked
        if not named and here in linked:
            wanted = [here]
        if not linked:
            raise Refused("link.none")
        if len(wanted) != 1:
            raise Refused("link.which", accounts=tuple(linked))
        facts = {"account": wanted[0], "person": person.id}
        await self.links.untie(wanted[0], person.id, Noted("identity.unlinked", here, self.now(), facts=facts))
        log.info("identity.unlinked", **facts)
        return [say("link.undone", account=wanted[0], name=person.name)]

    def _turn(self, attempt: LinkAttempt | None, event: Pressed) -> tuple[LinkAttempt, Side, Side]:
        """Whose confirmation is waited for, and the other side; ``Refused`` for everybody else."""
        if attempt is None or attempt.second is None or attempt.expires_at <= self.now():
            raise Refused("link.gone")
        sides = {"first": (attempt.first, attempt.second), "second": (attempt.second, attempt.first)}
        turn = TURN.get(attempt.stage)
        if turn is None or sides[turn][0].account != event.who.key:
            raise Refused("link.gone")
        return attempt, *sides[turn]

    def _check_may_tie(self, first: str, second: str) -> tuple[str, str]:
        """The account to be linked, and the person of the settings; ``Refused`` where there is no such pair."""
        one, two = self.people.named(first), self.people.named(second)
        if one.is_called(second) or two.is_called(first):
            raise Refused("link.same", name=two.name)
        is_one, is_two = self.people.is_named(first), self.people.is_named(second)
        if is_one and is_two:
            raise Refused("link.two_people", one=one.name, two=two.name)
        if not is_one and not is_two:
            raise Refused("link.nobody")
        account, holder, person = (second, two, one) if is_one else (first, one, two)
        if holder.is_called(account) and holder.id != account:
            raise Refused("link.taken", name=holder.name)
        return account, person.id

    async def _move(self, attempt: LinkAttempt, to: Stage, what: str, side: Side) -> None:
        if not await self.links.advance(attempt, to, self._noted(what, side, attempt)):
            raise Refused("link.gone")

    def _noted(self, what: str, by: Side, attempt: LinkAttempt, **facts: str) -> Noted:
        second = attempt.second.account if attempt.second else by.account
        return Noted(what, by.account, self.now(), facts={"first": attempt.first.account, "second": second, **facts})

    def _side(self, event: Event, language: str) -> Side:
        name = event.who.name or self.people.person(event.who).name
        return Side(event.who.key, name, event.conversation, language)

    def _asked(self, attempt: LinkAttempt, side: Side, other: Side, key: str) -> Outgoing:
        card = link_card(say("link.ask", other=other.shown), attempt.id, self.telling.words, side.language)
        return self._to(side, replace(self._told(side, say("link.gone"), key), card=card))

    def _told(self, side: Side, sentence: Sentence, key: str) -> Outgoing:
        card = words_card([sentence], self.telling.words, side.language)
        return self._to(side, Outgoing(key, side.conversation, card, "whisper"))

    def _to(self, side: Side, message: Outgoing) -> Outgoing:
        return replace(message, who=side.actor)

    async def _say(self, messages: Sequence[Outgoing]) -> None:
        await self.outbox.add(messages)
        for message in messages:
            await self.jobs.send("tell", message.conversation.key)


def _check_is_vouched_for(event: Event) -> None:
    """A platform that does not vouch for who acts proves nothing about whose an account is."""
    if event.evidence:
        raise Refused("link.unvouched")
