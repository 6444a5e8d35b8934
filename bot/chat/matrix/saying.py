"""How we say something in a room of Matrix: written down what may be answered, then said, then its files."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from bot.chat.layout.files import File
from bot.chat.matrix.api import MatrixApi
from bot.chat.matrix.asking import Asked
from bot.chat.matrix.places import Place, Places
from bot.chat.matrix.render import Around, Rendered, render
from bot.chat.port import Button, Buttons, Card, Conversation, Form
from bot.chat.words import Words
from bot.ports import Notes

OURS: Final = "dev.threadform.key"
"""The key of what we said, in the event itself: it is found again by it."""
SAFE: Final = re.compile(r"[A-Za-z0-9._~:-]{1,200}")


@dataclass(frozen=True, slots=True)
class Where:
    """A place, and the conversation that what is answered there belongs to; only ``who`` may answer, if named."""

    room: str
    root: str | None
    to: Conversation
    who: str | None = None


@dataclass(frozen=True, slots=True)
class Saying:
    """Says cards and small notices. The same key is the same event: Matrix's own transaction ids."""

    api: MatrixApi
    words: Words
    places: Places

    async def card(self, where: Where, card: Card, key: str, before: str = "") -> str:
        """A card as a new event; its id."""
        around = await self._offered(where, card, key)
        rendered = render(card, self.words, replace(around, before=before))
        event = await self.send(where.room, where.root, key, content_of(rendered))
        await self.places.change(where.room, where.root, lambda place: place.posted(key, event))
        await self.attach(where, event, rendered.files)
        return event

    async def edit(self, where: Where, event: str, card: Card, key: str) -> None:
        """A card in the place of what that event said."""
        around = await self._offered(where, card, event, event)
        rendered = render(card, self.words, around)
        content = content_of(rendered)
        replaced = {"m.new_content": content, "m.relates_to": {"rel_type": "m.replace", "event_id": event}}
        await self.api.send(where.room, txn_of(key), {**content, "body": f"* {rendered.body}", **replaced})
        await self.attach(where, event, rendered.files)

    async def notice(self, room: str, root: str | None, key: str, text: str) -> str:
        """A small word beside the cards, which calls nobody."""
        card = Card(plain=text)
        return await self.send(room, root, key, {**content_of(render(card, self.words)), "msgtype": "m.notice"})

    async def send(self, room: str, root: str | None, key: str, content: dict[str, Any]) -> str:
        """An event in a thread, or outside of all; its id."""
        related = {"m.relates_to": in_thread(root)} if root else {}
        return await self.api.send(room, txn_of(key), {**content, OURS: key, **related})

    async def attach(self, where: Where, event: str, files: Sequence[File]) -> None:
        """Each file once for each card, whatever is edited later."""
        for file in files:
            name = hashlib.sha256(f"{event}:{file.name}:{file.text}".encode()).hexdigest()[:24]
            place = await self.places.get(where.room, where.root)
            if place is not None and name in place.files:
                continue
            body = file.text.encode()
            address = await self.api.upload(file.name, body)
            told = {"mimetype": "text/plain", "size": len(body)}
            content = {"msgtype": "m.file", "body": file.name, "url": address, "info": told, "m.mentions": {}}
            await self.send(where.room, where.root, f"file:{name}", content)
            await self._attached(where, name)

    async def _attached(self, where: Where, name: str) -> None:
        await self.places.change(where.room, where.root, lambda place: place.attached(name))

    async def _offered(self, where: Where, card: Card, name: str, event: str = "") -> Around:
        """Write down what the card offers and asks, before anybody can see it."""
        form = form_of(card)
        fresh = Asked(form, where.to, where.who, is_public=where.who is None) if form and form.inputs else None

        def change(place: Place) -> Place:
            offering = place.offering(name, where.to, buttons_of(card), event)
            return offering.asking(fresh) if fresh else offering

        place = await self.places.change(where.room, where.root, change)
        offer = place.offer_of(name)
        return Around(offer.choices if offer else (), place.asked if fresh else None)


async def note_encrypted(notes: Notes, room: str) -> None:
    """Remember that the room is encrypted, for ever: no room of Matrix stops being so."""
    await notes.put(f"matrix:encrypted:{room}", "1")


async def is_encrypted(notes: Notes, room: str) -> bool:
    """Whether people take what is said there to be encrypted."""
    return await notes.get(f"matrix:encrypted:{room}") is not None


def in_thread(root: str) -> dict[str, Any]:
    """What puts an event into a thread, also for clients that know none."""
    first = {"event_id": root}
    return {"rel_type": "m.thread", **first, "is_falling_back": True, "m.in_reply_to": first}


def txn_of(key: str) -> str:
    """A transaction id from a key of ours."""
    return key if SAFE.fullmatch(key) else hashlib.sha256(key.encode()).hexdigest()


def buttons_of(card: Card) -> list[Button]:
    """Every button of a card, in order."""
    return [button for part in card.parts if isinstance(part, Buttons) for button in part.items]


def form_of(card: Card) -> Form | None:
    """The form of a card."""
    return next((part for part in card.parts if isinstance(part, Form)), None)


def content_of(rendered: Rendered) -> dict[str, Any]:
    """No name in our words calls anybody: an empty ``m.mentions`` says so."""
    return {
        "msgtype": "m.text",
        "body": rendered.body,
        "format": "org.matrix.custom.html",
        "formatted_body": rendered.html,
        "m.mentions": {},
    }
