"""A card as one Matrix message: Markdown for plain readers, HTML for the others, and files for what is long. Pure.

Buttons are numbers to type; a message that would be too large says so and has its whole in a file.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

from bot.chat.layout.excerpt import excerpt
from bot.chat.layout.files import File, named
from bot.chat.layout.plain import ICONS, prose_of, text_of
from bot.chat.matrix.asking import Asked, question_lines
from bot.chat.matrix.markdown import html_lines
from bot.chat.matrix.places import Choice
from bot.chat.port import Buttons, Card, Code, Diff, Fields, Form, Part, Quote, Text
from bot.chat.words import Words

SHOWN_MOST = 4_000
"""Characters of a long text that are shown; the whole stands in its file."""
BYTES_MOST = 24_000
"""Bytes of one message in both forms; a server refuses an event over 64 KiB, and an edit carries its words twice."""
CARD_NAME = "card.txt"
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message in both forms, and its files."""

    body: str
    html: str
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class Around:
    """What stands beside a card: numbers of its buttons, its form as it is asked, a line before it."""

    choices: Sequence[Choice] = ()
    asked: Asked | None = None
    before: str = ""


@dataclass(slots=True)
class Sheet:
    """A message in the making."""

    words: Words
    language: str
    body: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    files: list[File] = field(default_factory=list)

    def write(self, body: str, html: str) -> None:
        """One block, in both forms."""
        self.body.append(CONTROL.sub("\ufffd", body))
        self.html.append(CONTROL.sub("\ufffd", html))

    def paragraph(self, md: str) -> None:
        """Words in our small Markdown."""
        if md.strip():
            self.write(*_paragraph(md))

    def verbatim(self, text: str, name: str) -> None:
        """Text as it is; one that is long is begun here and stands whole in its file."""
        shown, hidden = excerpt(text, SHOWN_MOST, str, len)
        if self.has_room_for(*_fenced(shown)):
            self.write(*_fenced(shown))
        else:
            hidden = len(text.rstrip("\n").split("\n"))
        if hidden:
            file = named(name, text, self.files)
            self.files.append(file)
            self.paragraph(self.words.text("layout.more_lines", self.language, count=hidden, name=file.name))

    def has_room_for(self, *forms: str) -> bool:
        """Whether both forms still fit, in bytes as JSON has them."""
        return sum(map(_weight, (*self.body, *self.html, *forms))) <= BYTES_MOST


NOTHING = Around()


def render(card: Card, words: Words, around: Around = NOTHING) -> Rendered:
    """The card; what is not said in the message is said in a file of it."""
    sheet = Sheet(words, words.language_of(prose_of(card)))
    sheet.paragraph(around.before)
    if card.title:
        title = f"{ICONS[card.tone]}{' '.join(card.title.split())}"
        sheet.write(title, f"<h4>{escape(title)}</h4>")
    parts = card.parts
    if not parts and card.plain.strip() != card.title.strip():
        parts = (Text(card.plain),)
    if not all(_write(part, sheet) for part in parts):
        whole = named(CARD_NAME, text_of(card, sheet.files), sheet.files)
        sheet.files.append(whole)
        sheet.paragraph(words.text("layout.rest", sheet.language, name=whole.name))
    _ask(sheet, around)
    return Rendered("\n\n".join(sheet.body), "".join(sheet.html), tuple(sheet.files))


def _ask(sheet: Sheet, around: Around) -> None:
    """What may be answered: the numbers of the buttons, or the next question."""
    if around.choices:
        numbers = " · ".join(f"**{choice.number}** {choice.button.label}" for choice in around.choices)
        sheet.paragraph(f"{sheet.words.text('matrix.type', sheet.language)} {numbers}")
    if around.asked:
        sheet.paragraph("\n".join(question_lines(around.asked, sheet.words, sheet.language)))


def _write(part: Part, sheet: Sheet) -> bool:
    """One part, if there is room for it."""
    if isinstance(part, Buttons | Form):
        return True  # said at the end, by what there is to answer
    if isinstance(part, Diff):
        sheet.paragraph(f"**{part.summary}**")
        sheet.verbatim(part.text, part.name)
        return True
    forms = _forms(part)
    if not sheet.has_room_for(*forms):
        return False
    if forms[0].strip():
        sheet.write(*forms)
    return True


def _forms(part: Text | Fields | Code | Quote) -> tuple[str, str]:
    """A part in both forms."""
    if isinstance(part, Text):
        return _paragraph(f"**{part.fold}**\n{part.md}" if part.fold else part.md)
    if isinstance(part, Code):
        return _fenced(part.text)
    if isinstance(part, Fields):
        rows = "".join(f"<li>{escape(name)}: {escape(value)}</li>" for name, value in part.items)
        return "\n".join(f"- {name}: {value}" for name, value in part.items), f"<ul>{rows}</ul>"
    quoted = "\n".join(f"> {line}" for line in part.text.split("\n"))
    words = "".join(f"{escape(line)}<br/>" for line in part.text.split("\n"))
    source = f'<a href="{escape(part.address)}">{escape(part.source)}</a>'
    return f"{quoted}\n> {part.source} ({part.address})", f"<blockquote>{words}{source}</blockquote>"


def _paragraph(md: str) -> tuple[str, str]:
    return md.strip("\n"), html_lines(md)


def _fenced(text: str) -> tuple[str, str]:
    return text, f"<pre><code>{escape(text)}</code></pre>"


def _weight(text: str) -> int:
    return len(json.dumps(text, ensure_ascii=False).encode())
