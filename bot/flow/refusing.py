"""A press that does not count: its presser alone is told why, and the trail keeps it."""

from dataclasses import dataclass

from bot.chat.port import Filled, Pressed, Said
from bot.domain.errors import Refused
from bot.flow.telling import Telling
from bot.flow.tongue import Tongue
from bot.ports import Clock, Outbox, People, Refusal, Votes

PRESSED_KEPT = 80
"""Characters of a pressed value that the trail keeps: ours are shorter, and a forged one may be any length."""
RUN_KEPT = 12


@dataclass(frozen=True, slots=True)
class Refusing:
    """Shared by the stages that hear presses."""

    votes: Votes
    outbox: Outbox
    people: People
    telling: Telling
    tongue: Tongue
    now: Clock

    async def tell(self, event: Pressed | Filled | Said, pressed: tuple[str, str], no: Refused) -> None:
        """Keep it and say why; ``pressed`` is the action and the button's value."""
        await self.keep(event, pressed, no)
        language = await self.tongue.of(event)
        await self.outbox.add([self.telling.whisper(event, no.sentence, language)])

    async def keep(self, event: Pressed | Filled | Said, pressed: tuple[str, str], no: Refused) -> None:
        """Keep it in the trail."""
        run_id = pressed[1].partition(":")[0][:RUN_KEPT]
        person = self.people.person(event.who).id
        what = " ".join(pressed)[:PRESSED_KEPT]
        await self.votes.turned_away(Refusal(run_id, person, no.sentence.key, what, self.now()))
