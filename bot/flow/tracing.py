"""Tracing: "how I got here" was pressed on a card. The presser alone is told how the proposal came about."""

from dataclasses import dataclass

from bot.chat.port import Card, Pressed
from bot.domain.approval import parse_button
from bot.domain.errors import NotAllowed, Refused
from bot.flow.refusing import Refusing
from bot.flow.telling import proposal_of
from bot.ports import Jobs, Outgoing, People, Runs


@dataclass(frozen=True, slots=True)
class Tracing:
    """One press, from the inbox to a private answer. It changes nothing."""

    runs: Runs
    jobs: Jobs
    people: People
    refusing: Refusing

    async def press(self, event: Pressed) -> None:
        """Tell the steps that are stored with the run, in the language of its card."""
        try:
            card = await self._card(event)
            told = Outgoing(f"note:{event.dedupe}", event.conversation, card, "whisper", who=event.who)
            await self.refusing.outbox.add([told])
        except Refused as no:
            await self.refusing.tell(event, (event.action, event.value), no)
        await self.jobs.send("tell", event.conversation.key)

    async def _card(self, event: Pressed) -> Card:
        if not self.people.person(event.who).roles:
            raise NotAllowed("people.unknown", name=event.who.name or event.who.id)
        run = await self.runs.get(parse_button(event.value)[0])
        trace = proposal_of(run).trace
        if not trace:
            raise Refused("trace.none", run=run.id)
        return self.refusing.telling.trace(trace, run.language)
