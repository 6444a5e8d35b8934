"""What we posted in one place of Matrix and what may be answered there. Kept in our own store, never read back.

A place is a thread, or the main timeline of a direct room. Numbers of buttons are never used twice in a place: a
number that somebody typed while the card changed is an old number, and never the wrong button.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pydantic import TypeAdapter

from bot.chat.matrix.asking import Asked
from bot.chat.port import Button, Conversation
from bot.domain.errors import Lost
from bot.ports import Notes

KEPT: Final = 20
"""Cards, events and files that a place remembers."""
TRIES: Final = 20


@dataclass(frozen=True, slots=True)
class Choice:
    """A button and the number to type for it."""

    number: int
    button: Button


@dataclass(frozen=True, slots=True)
class Offer:
    """A card with buttons: the key it is posted under, its event once it is there, and where a press belongs."""

    key: str
    event: str
    conversation: Conversation
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """One place. ``seen`` are events whose answer was taken already, ``files`` what was attached to which card.

    ``speaker`` spoke to us last: a question to nobody in particular is theirs to answer.
    """

    following: int = 1
    offers: tuple[Offer, ...] = ()
    asked: Asked | None = None
    seen: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    speaker: str = ""

    @property
    def newest(self) -> Offer | None:
        """The newest card that has buttons right now."""
        return self.offers[-1] if self.offers else None

    def offer_of(self, name: str) -> Offer | None:
        """A card by its key or its event."""
        return next((offer for offer in self.offers if name in (offer.key, offer.event)), None)

    def offering(self, name: str, to: Conversation, buttons: Sequence[Button], event: str = "") -> "Place":
        """The card of that key or event offers these buttons; one that it had already keeps its number."""
        before = self.offer_of(name)
        numbers = {(c.button.action, c.button.value): c.number for c in before.choices} if before else {}
        choices, following = [], self.following
        for button in buttons:
            known = numbers.get((button.action, button.value))
            choices.append(Choice(following if known is None else known, button))
            following += known is None
        offer = replace(before or Offer(name, event, to, ()), choices=tuple(choices))
        others = (*self.offers, offer) if before is None else (offer if o is before else o for o in self.offers)
        shown = tuple(each for each in others if each.choices)[-KEPT:]
        # A question that is older than the buttons is not what a number answers.
        asked = None if buttons and before is None else self.asked
        return replace(self, following=following, offers=shown, asked=asked)

    def asking(self, fresh: Asked) -> "Place":
        """The form is asked here; one that is being answered already goes on."""
        is_same = self.asked is not None and self.asked.form == fresh.form
        return self if is_same else replace(self, asked=replace(fresh, who=fresh.who or self.speaker or None))

    def question_for(self, user: str) -> Asked | None:
        """The question that is theirs to answer, if there is one."""
        return self.asked if self.asked and self.asked.who in (None, user) else None

    def posted(self, key: str, event: str) -> "Place":
        """The card of that key is this event now."""
        return replace(self, offers=tuple(replace(o, event=event) if o.key == key else o for o in self.offers))

    def took(self, event: str) -> "Place":
        """The answer of that event is taken."""
        return replace(self, seen=(*self.seen, event)[-KEPT:])

    def attached(self, file: str) -> "Place":
        """That file is there."""
        return replace(self, files=(*self.files, file)[-KEPT:])


PLACE: Final = TypeAdapter(Place)


@dataclass(frozen=True, slots=True)
class Places:
    """The places of one account, by room and root of the thread."""

    notes: Notes

    async def get(self, room: str, root: str | None) -> Place | None:
        """The place; None where we have never been."""
        found = await self.notes.get(_name(room, root))
        return None if found is None else PLACE.validate_json(found)

    async def change(self, room: str, root: str | None, change: Callable[[Place], Place]) -> Place:
        """Change the place as it is now, whoever else changes it; the place as it is then."""
        for _ in range(TRIES):
            before = await self.notes.get(_name(room, root))
            place = change(PLACE.validate_json(before) if before is not None else Place())
            after = PLACE.dump_json(place).decode()
            if after == before or await self.notes.swap(_name(room, root), before, after):
                return place
        raise Lost(_name(room, root))


def _name(room: str, root: str | None) -> str:
    return f"matrix:place:{room}:{root or '-'}"
