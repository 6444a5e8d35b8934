"""What a card becomes on Mattermost, as values: one post, its buttons, and the files beside it."""

from dataclasses import dataclass
from typing import Literal

from bot.chat.layout.files import File
from bot.chat.port import Form, Tone

COLOURS: dict[Tone, str] = {
    "neutral": "#8b95a5",
    "busy": "#2f6feb",
    "waiting": "#d29922",
    "good": "#2da44e",
    "bad": "#cf222e",
}
"""The bar beside the buttons, by how things stand."""


@dataclass(frozen=True, slots=True)
class Knob:
    """Something that can be pressed: a button of ours, or with ``form`` one that opens those questions."""

    action: str
    label: str
    value: str = ""
    style: Literal["default", "primary", "danger"] = "default"
    confirm: str = ""
    form: Form | None = None


@dataclass(frozen=True, slots=True)
class Rendered:
    """A card on Mattermost. ``plain`` is what a screen reader is told beside the buttons."""

    message: str
    knobs: tuple[Knob, ...]
    files: tuple[File, ...]
    plain: str
    tone: Tone
    language: str
