"""What can be said: cards, their parts, and the questions of a form."""

from dataclasses import dataclass
from typing import Literal

Tone = Literal["neutral", "busy", "waiting", "good", "bad"]


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
