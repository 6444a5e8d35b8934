"""A platform: what it can do, and the ways in and out of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol, runtime_checkable

from bot.chat.port.heard import Event
from bot.chat.port.places import Actor, Conversation, Message
from bot.chat.port.saying import Card, Form


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
        """Store one event; None where it is stored, or was before.

        For ``Filled``: what is wrong with it (input id -> sentence, in the language of the form), checked before
        its key is stored: a refused one has used nothing up, and a corrected one may come under the same key.
        """
        ...


@dataclass(frozen=True, slots=True)
class Opening:
    """A form that answers a press or a command at once; ``note`` (our small Markdown) stands above its questions.

    ``language`` is that of the form, for an adapter's own words around it.
    """

    form: Form
    note: str = ""
    language: str = "en"


OPENS_S = 1.5
"""The longest that ``Forms.form_for`` takes: a platform's moment for a dialog is about twice that."""


@runtime_checkable
class Forms(Protocol):
    """The forms that presses and commands open, for platforms whose moment for a dialog passes within seconds.

    The product's sink is one: ``isinstance(sink, Forms)``. An adapter with native dialogs asks before it stores a
    ``Pressed`` or a ``Commanded``. A form that it could open natively is the answer, and the event is *not* stored:
    nothing was decided yet, and what comes back is a ``Filled`` with a key of its own. Where there is no form, or it
    could not be opened (too late, refused), the event is stored as any other; its stage then does what was asked, or
    says why not, or asks the same questions in a private card.
    """

    async def form_for(self, event: Event) -> Opening | None:
        """The form to open now, or None. Changes nothing, never raises, answers within ``OPENS_S`` seconds."""
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
