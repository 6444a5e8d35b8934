"""A card as one Matrix message: Markdown for plain readers, HTML for the others, and files for what is long. Pure.

Buttons are numbers to type; a message that would be too large says so and has its whole in a file.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape

from bot.chat.matrix.asking import Asked, question_lines
from bot.chat.matrix.markdown import html_lines, plain
from bot.chat.matrix.places import Choice
from bot.chat.port import Buttons, Card, Code, Diff, Fields, Form, Part, Quote, Text
from bot.chat.words import Words

ICONS = {"neutral": "", "busy": "⏳ ", "waiting": "👉 ", "good": "✅ ", "bad": "❌ "}
SHOWN_MOST = 4_000
"""Characters of a long text that are shown; the whole stands in its file."""
LINES_MOST = 60
BYTES_MOST = 24_000
"""Bytes of one message in both forms; a server refuses an event over 64 KiB, and an edit carries its words twice."""
CARD_NAME = "card.txt"
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class File:
    """A file to attach."""

    name: str
    text: str


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
            self.write(md.strip("\n"), html_lines(md))

    def verbatim(self, text: str, name: str) -> None:
        """Text as it is; one that is long is begun here and stands whole in its file."""
        shown, hidden = excerpt(text)
        if self.has_room_for(shown):
            self.write(shown, f"<pre><code>{escape(shown)}</code></pre>")
        else:
            hidden = len(text.rstrip("\n").split("\n"))
        if hidden:
            self.files.append(File(name, text))
            self.paragraph(self.words.text("matrix.more_lines", self.language, count=hidden, name=name))

    @property
    def size(self) -> int:
        """Bytes of both forms, as JSON has them."""
        return sum(map(_weight, (*self.body, *self.html)))

    def has_room_for(self, text: str) -> bool:
        """Whether both forms of it still fit; HTML may make five characters of one."""
        return self.size + _weight(text) + _weight(escape(text)) <= BYTES_MOST


NOTHING = Around()


def render(card: Card, words: Words, around: Around = NOTHING) -> Rendered:
    """The card; what is not said in the message is said in a file of it."""
    language = words.language_of("\n".join([card.plain, card.title, *_prose(card)]))
    sheet = Sheet(words, language)
    sheet.paragraph(around.before)
    if card.title:
        title = f"{ICONS[card.tone]}{' '.join(card.title.split())}"
        sheet.write(title, f"<h4>{escape(title)}</h4>")
    parts = card.parts
    if not parts and card.plain.strip() != card.title.strip():
        parts = (Text(card.plain),)
    if not all(_write(part, sheet) for part in parts):
        sheet.files.append(File(CARD_NAME, text_of(card)))
        sheet.paragraph(words.text("matrix.rest", language, name=CARD_NAME))
    _ask(sheet, around)
    return Rendered("\n\n".join(sheet.body), "".join(sheet.html), tuple(sheet.files))


def excerpt(text: str) -> tuple[str, int]:
    """The first lines that fit, and how many lines are not whole among them."""
    lines = text.rstrip("\n").split("\n")
    kept: list[str] = []
    size = 0
    for line in lines[:LINES_MOST]:
        size += len(line) + 1
        if size > SHOWN_MOST:
            break
        kept.append(line)
    return ("\n".join(kept) or f"{lines[0][:SHOWN_MOST]}…"), len(lines) - len(kept)


def text_of(card: Card) -> str:
    """Everything a card says, as plain text."""
    told = "\n\n".join(filter(None, [card.title, *(_text(part) for part in card.parts)]))
    return told if card.plain in told else f"{card.plain}\n\n{told}".strip()


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
    text = _text(part)
    if not sheet.has_room_for(text):
        return False
    if isinstance(part, Code):
        sheet.write(part.text, f"<pre><code>{escape(part.text)}</code></pre>")
    elif isinstance(part, Quote):
        words = "".join(f"{escape(line)}<br/>" for line in part.text.split("\n"))
        source = f'<a href="{escape(part.address)}">{escape(part.source)}</a>'
        sheet.write(text, f"<blockquote>{words}{source}</blockquote>")
    elif isinstance(part, Fields):
        rows = "".join(f"<li>{escape(name)}: {escape(value)}</li>" for name, value in part.items)
        sheet.write(text, f"<ul>{rows}</ul>")
    else:
        sheet.paragraph(f"**{part.fold}**\n{part.md}" if part.fold else part.md)
    return True


def _weight(text: str) -> int:
    return len(json.dumps(text, ensure_ascii=False).encode())


def _text(part: Part) -> str:
    if isinstance(part, Text):
        return plain(f"{part.fold}\n{part.md}".strip())
    if isinstance(part, Fields):
        return "\n".join(f"- {name}: {value}" for name, value in part.items)
    if isinstance(part, Quote):
        quoted = "\n".join(f"> {line}" for line in part.text.split("\n"))
        return f"{quoted}\n> {part.source} ({part.address})"
    if isinstance(part, Diff):
        return f"{part.summary}\n{part.text}"
    if isinstance(part, Code):
        return part.text
    return ""


def _prose(card: Card) -> Iterator[str]:
    """What is in words of a language: programs write their own."""
    return (_text(part) for part in card.parts if not isinstance(part, Code | Diff))
