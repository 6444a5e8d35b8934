"""A card as lines of plain text. Pure; what comes from outside cannot move the cursor or change colours."""

import re
from collections.abc import Sequence

from bot.chat.port import Button, Buttons, Card, Code, Diff, Fields, Input, Part, Quote, Text

COLOURS = {"+": "\x1b[32m", "-": "\x1b[31m", "~": "\x1b[33m", "!": "\x1b[33m"}
BOLD, PLAIN = "\x1b[1m", "\x1b[0m"
MARKS = {"good": "✓", "bad": "✗", "waiting": "?", "busy": "…", "neutral": "·"}
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
SPANS = re.compile(r"\*\*([^*\n]+(?:\*[^*\n]+)*)\*\*|`([^`\n]+)`")


def render_card(card: Card, *, is_coloured: bool = False) -> list[str]:
    """A whole card: its title, its parts, its buttons as letters to type."""
    title = [_bold(f"{MARKS[card.tone]} {_safe(card.title)}", is_coloured=is_coloured)] if card.title else []
    lines = [line for part in card.parts for line in render_part(part, is_coloured=is_coloured)]
    return title + [f"  {line}" if title else line for line in lines or _safe(card.plain).split("\n")]


def render_part(part: Part, *, is_coloured: bool = False) -> list[str]:
    """One part of a card."""
    if isinstance(part, Text):
        text = f"{part.fold}\n{part.md}" if part.fold else part.md
        return [SPANS.sub(r"\1\2", line) for line in _safe(text).split("\n") if line.strip()]
    if isinstance(part, Fields):
        return [f"{_safe(name)}: {_safe(value)}" for name, value in part.items]
    if isinstance(part, Code | Quote | Diff):
        return _set_apart(part, is_coloured=is_coloured)
    if isinstance(part, Buttons):
        return ["  ".join(label for label, _ in keyed(part.items).values())]
    return [_safe(part.title), *(line for question in part.inputs for line in render_input(question))]


def _set_apart(part: Code | Quote | Diff, *, is_coloured: bool) -> list[str]:
    """What is shown as it is: something to copy, somebody else's words with their source, a change."""
    if isinstance(part, Code):
        return [f"    {line}" for line in _safe(part.text).split("\n")]
    if isinstance(part, Diff):
        return [f"--- {_safe(part.summary)}", *_diff(part.text, is_coloured=is_coloured)]
    said = [SPANS.sub(r"\1\2", line) for line in _safe(part.text).split("\n") if line.strip()]
    return [*(f"  | {line}" for line in said), f"  {_safe(part.source)} ({_safe(part.address)})"]


def render_input(question: Input) -> list[str]:
    """One question with its numbered choices; the suggested one is marked."""
    choices = [
        f"  {number}) {_safe(option.label)}{' *' if option.value == question.default else ''}"
        for number, option in enumerate(question.options, 1)
    ]
    suggested = question.default if question.default and not question.options else ""
    return [f"- {_safe(question.label)}{f' [{_safe(suggested)}]' if suggested else ''}", *choices]


def keyed(buttons: Sequence[Button]) -> dict[str, tuple[str, Button]]:
    """Letter to type -> how the button is shown, and the button: each takes its first letter that is still free."""
    found: dict[str, tuple[str, Button]] = {}
    for button in buttons:
        label = _safe(button.label)
        at = next((i for i, c in enumerate(label) if c.isalpha() and c.lower() not in found), None)
        if at is None:
            number = str(len(found) + 1)
            found[number] = (f"[{number}] {label}", button)
        else:
            found[label[at].lower()] = (f"{label[:at]}[{label[at]}]{label[at + 1 :]}", button)
    return found


class Told:
    """What a reader of plain lines has seen already: an edit shows only what it changes."""

    def __init__(self, *, is_coloured: bool = False) -> None:
        """``is_coloured``: the lines go to a terminal that understands colours."""
        self._is_coloured = is_coloured
        self._seen: dict[str, list[str]] = {}

    def lines(self, name: str, card: Card) -> list[str]:
        """The lines to show now for the message of that name; a diff that was shown is not shown again."""
        lines = render_card(card, is_coloured=self._is_coloured)
        before = set(self._seen.get(name, ()))
        self._seen[name] = lines
        return [line for line in lines if line not in before]


def _diff(text: str, *, is_coloured: bool) -> list[str]:
    lines = _safe(text.rstrip("\n")).split("\n")
    return [_coloured(line) for line in lines] if is_coloured else lines


def _coloured(line: str) -> str:
    colour = COLOURS.get(line.lstrip()[:1])
    return f"{colour}{line}{PLAIN}" if colour else line


def _bold(text: str, *, is_coloured: bool) -> str:
    return f"{BOLD}{text}{PLAIN}" if is_coloured else text


def _safe(text: str) -> str:
    """Text without control characters: an escape sequence in a name stays visible and harmless."""
    return CONTROL.sub("\ufffd", text.replace("\r\n", "\n"))
