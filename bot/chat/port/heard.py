"""What can be heard: each event with a key that is stable across redelivery."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.chat.port.places import Actor, Conversation, Message


@dataclass(frozen=True, slots=True)
class Heard:
    """``dedupe`` is stable across redelivery: the primary key of the inbox.

    ``evidence`` is empty where the platform itself vouches for ``who`` (a signature, our own session); else it says in
    words for the audit trail what speaks for it, and decisions that destroy ask for more.
    """

    dedupe: str
    conversation: Conversation
    who: Actor
    evidence: str = field(default="", kw_only=True)


@dataclass(frozen=True, slots=True)
class Said(Heard):
    """Words. ``is_to_bot``: the bot was named, or the thread is one it takes part in."""

    text: str = ""
    is_to_bot: bool = False
    message: Message | None = None


@dataclass(frozen=True, slots=True)
class Pressed(Heard):
    """A button of one of our cards."""

    action: str = ""
    value: str = ""
    message: Message | None = None
    surface: object = None


@dataclass(frozen=True, slots=True)
class Commanded(Heard):
    """A slash command."""

    name: str = ""
    text: str = ""
    surface: object = None


@dataclass(frozen=True, slots=True)
class Filled(Heard):
    """A form that was sent: input id -> value."""

    form: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    state: str = ""


Event = Said | Pressed | Commanded | Filled
