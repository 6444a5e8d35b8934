"""Events, cards and their parts to JSON values and back. Every union carries its name, so nothing is guessed."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import TypeAdapter

from bot.chat.port import (
    Actor,
    Buttons,
    Card,
    Code,
    Commanded,
    Conversation,
    Diff,
    Event,
    Fields,
    Filled,
    Form,
    Message,
    Part,
    Pressed,
    Quote,
    Said,
    Text,
)

Json = dict[str, Any]

_EVENTS: Final = {kind.__name__: TypeAdapter[Any](kind) for kind in (Said, Pressed, Commanded, Filled)}
_PARTS: Final = {kind.__name__: TypeAdapter[Any](kind) for kind in (Text, Fields, Code, Quote, Diff, Buttons, Form)}
_ACTOR: Final = TypeAdapter(Actor)
_CONVERSATION: Final = TypeAdapter(Conversation)
_MESSAGE: Final = TypeAdapter(Message)


def dump_event(event: Event) -> Json:
    """An event as JSON; ``surface`` is the adapter's own and lives no longer than the press."""
    kind = type(event).__name__
    return {"kind": kind, **_EVENTS[kind].dump_python(event, mode="json", exclude={"surface"})}


def parse_event(stored: Mapping[str, Any]) -> Event:
    """The event that was stored, without its surface."""
    event: Event = _EVENTS[stored["kind"]].validate_python(_without(stored, "kind"))
    return event


def dump_card(card: Card) -> Json:
    """A card as JSON, each part with its name."""
    return {"plain": card.plain, "title": card.title, "tone": card.tone, "parts": [_dump_part(p) for p in card.parts]}


def parse_card(stored: Mapping[str, Any]) -> Card:
    """The card that was stored."""
    parts = tuple(_parse_part(part) for part in stored["parts"])
    return Card(plain=stored["plain"], parts=parts, title=stored["title"], tone=stored["tone"])


def dump_conversation(conversation: Conversation) -> Json:
    """A conversation as JSON."""
    return _json(_CONVERSATION.dump_python(conversation, mode="json"))


def parse_conversation(stored: Mapping[str, Any]) -> Conversation:
    """The conversation that was stored."""
    return _CONVERSATION.validate_python(dict(stored))


def dump_actor(actor: Actor) -> Json:
    """An actor as JSON."""
    return _json(_ACTOR.dump_python(actor, mode="json"))


def parse_actor(stored: Mapping[str, Any]) -> Actor:
    """The actor that was stored."""
    return _ACTOR.validate_python(dict(stored))


def dump_message(message: Message) -> Json:
    """A platform message as JSON."""
    return _json(_MESSAGE.dump_python(message, mode="json"))


def parse_message(stored: Mapping[str, Any]) -> Message:
    """The platform message that was stored."""
    return _MESSAGE.validate_python(dict(stored))


def _dump_part(part: Part) -> Json:
    kind = type(part).__name__
    return {"part": kind, "value": _PARTS[kind].dump_python(part, mode="json")}


def _parse_part(stored: Mapping[str, Any]) -> Part:
    part: Part = _PARTS[stored["part"]].validate_python(stored["value"])
    return part


def _without(stored: Mapping[str, Any], name: str) -> Json:
    return {key: value for key, value in stored.items() if key != name}


def _json(value: Any) -> Json:
    return dict(value)
