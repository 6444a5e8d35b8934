"""The chat port: what the bot may say and hear. No platform word in here.

Semantics every adapter keeps (and the conformance tests check):

* sink: the event is stored before the adapter acknowledges it; a duplicate key returns None quietly.
* post: the same key twice is one message, across restarts. A conversation without a thread starts one;
  the returned ``Message.conversation`` has it.
* post, edit and whisper raise ``TooFast`` where the platform asks to wait and took nothing.
* edit: replaces the whole card; leaving out the buttons removes them.
* whisper: from private never to public; a whisper that cannot be private is not sent.
* buttons carry an opaque value; rights, state and freshness are looked up in our own store at the press.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal, Protocol

Tone = Literal["neutral", "busy", "waiting", "good", "bad"]


@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation, one memory, one lock; ``thread`` is None before its first message exists."""

    platform: str
    space: str
    channel: str
    thread: str | None = None
    is_direct: bool = False

    @property
    def key(self) -> str:
        """``platform:space:channel:thread``, the name of this thread everywhere."""
        return f"{self.platform}:{self.space}:{self.channel}:{self.thread or '-'}"


@dataclass(frozen=True, slots=True)
class Message:
    """A message that exists on the platform."""

    conversation: Conversation
    id: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did something, as the platform names them: an identity, never a right."""

    platform: str
    id: str
    name: str = ""
    is_bot: bool = False

    @property
    def key(self) -> str:
        """``platform:id``."""
        return f"{self.platform}:{self.id}"


# ---------------------------------------------------------------- what can be said


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph in a small Markdown: **bold**, `code`, and lines starting with "- ".

    With ``fold``, those words stay visible and the paragraph is folded (or simply stands) under them.
    """

    md: str
    fold: str = ""


@dataclass(frozen=True, slots=True)
class Fields:
    """Names and values, in order."""

    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Code:
    """Something to copy as it is, such as an ssh line."""

    text: str


@dataclass(frozen=True, slots=True)
class Quote:
    """Others' words, code indented by four, and where they stand; an http address is a link, and shown as it is."""

    text: str
    source: str
    address: str


@dataclass(frozen=True, slots=True)
class Diff:
    """A change as +/-/~ lines; ``summary`` is what stays visible when it is folded. Never cut silently."""

    summary: str
    text: str
    name: str = "plan.diff"


@dataclass(frozen=True, slots=True)
class Button:
    """``value`` is an opaque id. ``confirm`` asks once more, in these words."""

    action: str
    label: str
    value: str
    style: Literal["default", "primary", "danger"] = "default"
    confirm: str | None = None


@dataclass(frozen=True, slots=True)
class Buttons:
    """A row of buttons."""

    items: tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of an input."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Input:
    """One field of a form; with options it is a choice, and free text is allowed beside them when ``is_open``."""

    id: str
    label: str
    kind: Literal["text", "area", "choice"] = "text"
    options: tuple[Option, ...] = ()
    default: str = ""
    is_optional: bool = False
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """Typed questions. ``id`` is opaque; ``state`` comes back unchanged and is user input when it does.

    ``style`` is that of the button that sends them.
    """

    id: str
    title: str
    inputs: tuple[Input, ...]
    state: str = ""
    submit: str = "Submit"
    style: Literal["primary", "danger"] = "primary"


Part = Text | Fields | Code | Quote | Diff | Buttons | Form


@dataclass(frozen=True, slots=True)
class Card:
    """One message. ``plain`` is the notification and screen-reader text and is never empty."""

    plain: str
    parts: tuple[Part, ...] = ()
    title: str = ""
    tone: Tone = "neutral"


# ---------------------------------------------------------------- what can be heard


@dataclass(frozen=True, slots=True)
class Heard:
    """``dedupe`` is stable across redelivery: the primary key of the inbox."""

    dedupe: str
    conversation: Conversation
    who: Actor


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


class How(Enum):
    """NATIVE, or DEGRADED: done by the fallback that the adapter documents."""

    NATIVE = "native"
    DEGRADED = "degraded"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a platform can do; sizes in characters."""

    can_edit: bool
    can_whisper: bool
    has_forms: bool
    can_stream: bool
    text_max: int
    parts_max: int
    diff_inline_max: int
    sends_per_second: float | None = None
    """Messages and edits that one channel takes; None: as many as there are."""


class TooFast(Exception):
    """The platform took nothing and asks us to wait; what was to be said is said again after ``seconds``."""

    def __init__(self, seconds: float) -> None:
        """As the platform named them (``Retry-After``)."""
        super().__init__(f"the platform asks to wait {seconds:g} s")
        self.seconds = seconds


class Sink(Protocol):
    """Where events go. Returns only after the event is durably stored; then the adapter acknowledges."""

    async def __call__(self, event: Event) -> Mapping[str, str] | None:
        """Store one event. For ``Filled``: field errors (input id -> sentence), else None."""
        ...


class Chat(Protocol):
    """One platform."""

    capabilities: Capabilities

    async def run(self, sink: Sink) -> None:
        """Connect, reconnect, resync; return on ``close``."""
        ...

    async def close(self) -> None:
        """Stop hearing."""
        ...

    async def post(self, to: Conversation, card: Card, *, key: str) -> Message:
        """Say something new."""
        ...

    async def find(self, to: Conversation, key: str) -> Message | None:
        """The message posted under that key, a moment ago too; asked before a post of unknown fate is repeated."""
        ...

    async def edit(self, message: Message, card: Card, *, key: str) -> How:
        """Replace a whole card."""
        ...

    async def whisper(self, to: Conversation, who: Actor, card: Card, *, key: str) -> How:
        """Say something that only ``who`` sees."""
        ...

    async def ask(self, surface: object, who: Actor, to: Conversation, form: Form) -> How:
        """Open a form for one person."""
        ...

    async def status(self, to: Conversation, text: str | None) -> None:
        """Show that something is going on, best effort; None clears it."""
        ...
