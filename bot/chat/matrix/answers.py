"""Numbers and answers: what is typed in a place becomes the press of a button, or the answer to its question."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.chat.matrix.asking import CANCEL, Asked, question_lines
from bot.chat.matrix.events import Typed, thread_of, typed_of
from bot.chat.matrix.hearsay import Hearsay
from bot.chat.matrix.places import Offer, Place
from bot.chat.matrix.saying import Saying
from bot.chat.port import Actor, Filled, Message, Pressed, Sink
from iac.errors import Sentence, Value


@dataclass(frozen=True, slots=True)
class Answers:
    """Takes what answers a card of ours. Everything is looked up in what we wrote down when we posted it."""

    saying: Saying
    sink: Sink

    async def take(self, hearsay: Hearsay) -> bool | None:
        """Whether the words were an answer, and are dealt with; None where we have never said anything."""
        spoken = hearsay.spoken
        place = await self.saying.places.get(spoken.room, hearsay.root)
        if place is None:
            return None
        if spoken.event in place.seen:
            await self._ask_on(hearsay, place)
            return True
        asked = place.question_for(spoken.who)
        typed = typed_of(spoken.text)
        if typed and (typed.is_marked or asked is None):
            return await self._press(hearsay, place, typed)
        if asked is None or not (asked.is_answer(spoken.text) or spoken.text.strip().casefold() in CANCEL):
            return False
        await self._answer(hearsay, asked)
        return True

    async def react(self, room: str, card: Mapping[str, Any], number: int, by: tuple[str, str, str]) -> None:
        """A number put under a card: of that card, however many came after it. ``by``: event, user id, name."""
        name, (event, user, called) = str(card["event_id"]), by
        for root in (thread_of(card) or name, None):
            place = await self.saying.places.get(room, root)
            offer = place.offer_of(name) if place else None
            if offer:
                pressed = _Press(event, Actor("matrix", user, called), (room, root))
                if not await self._pressed(pressed, offer, Typed(number)):
                    await self._tell(pressed, "matrix.gone", {"number": number, "choices": _choices(offer)})
                return

    async def _press(self, hearsay: Hearsay, place: Place, typed: Typed) -> bool:
        """Of the newest card alone; a number that was offered once and is not any more is told so."""
        press = _Press(hearsay.spoken.event, hearsay.who, (hearsay.spoken.room, hearsay.root))
        newest = place.newest
        if newest and await self._pressed(press, newest, typed):
            return True
        if not 0 < typed.number < place.following:
            return False
        if newest:
            await self._tell(press, "matrix.gone", {"number": typed.number, "choices": _choices(newest)})
        else:
            await self._tell(press, "matrix.gone_all", {"number": typed.number})
        return True

    async def _pressed(self, press: "_Press", offer: Offer, typed: Typed) -> bool:
        button = next((c.button for c in offer.choices if c.number == typed.number), None)
        if button is None:
            return False
        if button.confirm and not typed.is_sure:
            await self._tell(press, "matrix.confirm", {"question": button.confirm, "number": typed.number})
            return True
        event = Pressed(
            f"matrix:{press.event}",
            offer.conversation,
            press.who,
            action=button.action,
            value=button.value,
            message=Message(offer.conversation, offer.event),
        )
        await self.sink(event)
        return True

    async def _answer(self, hearsay: Hearsay, asked: Asked) -> None:
        answered = asked.answered(hearsay.spoken.text)
        if hearsay.spoken.text.strip().casefold() in CANCEL:
            await self._take(hearsay, asked, None)
            await self._note(hearsay, [self._said("matrix.cancelled", {}, asked.form.title)])
        elif isinstance(answered, Sentence):
            await self._note(hearsay, [self._said(answered.key, answered.values, _prose(asked))])
        elif answered.question:
            await self._ask_on(hearsay, await self._take(hearsay, asked, answered))
        else:
            await self._fill(hearsay, asked, answered)

    async def _fill(self, hearsay: Hearsay, asked: Asked, full: Asked) -> None:
        """All are answered; what is refused is asked for again, and the rest is kept."""
        to, values = full.conversation, full.values
        event = Filled(hearsay.dedupe, to, hearsay.who, form=full.form.id, values=values, state=full.form.state)
        wrong = await self.sink(event) or {}
        left = full.without(wrong) if wrong else None
        place = await self._take(hearsay, asked, left)
        if wrong:
            await self._ask_on(hearsay, place, list(wrong.values()))

    async def _take(self, hearsay: Hearsay, before: Asked, after: Asked | None) -> Place:
        """Once, whoever hears the same."""

        def change(place: Place) -> Place:
            return replace(place, asked=after).took(hearsay.spoken.event) if place.asked == before else place

        return await self.saying.places.change(hearsay.spoken.room, hearsay.root, change)

    async def _ask_on(self, hearsay: Hearsay, place: Place, said: list[str] | None = None) -> None:
        """The next question, if there is one; under the same key however often it is asked."""
        if place.asked:
            language = self.saying.words.language_of(_prose(place.asked))
            lines = [*(said or []), *question_lines(place.asked, self.saying.words, language)]
            await self._note(hearsay, lines)

    async def _note(self, hearsay: Hearsay, lines: list[str]) -> None:
        room, event = hearsay.spoken.room, hearsay.spoken.event
        await self.saying.notice(room, hearsay.root, f"answer:{event}", "\n".join(lines))

    async def _tell(self, press: "_Press", key: str, values: Mapping[str, Value]) -> None:
        about = " ".join(str(value) for value in values.values())
        await self.saying.notice(*press.place, f"answer:{press.event}", self._said(key, values, about))

    def _said(self, key: str, values: Mapping[str, Value], about: str) -> str:
        """In the language of what it is about: a number has none."""
        return self.saying.words.say(Sentence(key, values), self.saying.words.language_of(about))


@dataclass(frozen=True, slots=True)
class _Press:
    """Who pressed, by which event, and where it is answered."""

    event: str
    who: Actor
    place: tuple[str, str | None]


def _choices(offer: Offer) -> tuple[str, ...]:
    return tuple(f"{choice.number} {choice.button.label}" for choice in offer.choices)


def _prose(asked: Asked) -> str:
    return "\n".join([asked.form.title, asked.form.submit, *(each.label for each in asked.form.inputs)])
