"""The parts of a card as blocks, and the files that stand beside them. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby

from bot.chat.layout.files import File, named
from bot.chat.layout.plain import questions_of
from bot.chat.layout.spans import asked, bold, cited, literal, quoted
from bot.chat.port import Buttons, Code, Diff, Fields, Form, Part, Quote, Text
from bot.chat.slack.controls import answer_button, cut_words, plain_text, render_button, rows
from bot.chat.slack.excerpt import FENCE, excerpt, fenced, more_lines, section
from bot.chat.slack.limits import CHILDREN, EXCERPT, FIELD, FIELDS, HEADER, SECTION, Block, size_of, units, weight, wire
from bot.chat.slack.mrkdwn import inert, pieces
from bot.chat.words import Words

FOLDED = 6_000
"""Characters of what is folded under one line; more of it stands below."""
INDENT = "    "
"""Begins a line of code in a quote."""
GRID = 4_000
"""Characters of one block of fields."""
CODE_NAME = "text.txt"


@dataclass
class Desk:
    """Where one card is laid out: what its language is, what was numbered and which file names are taken."""

    words: Words
    language: str
    can_fold: bool = True
    is_open: bool = True
    """Whether somebody is to read the diff now; else it is folded under its summary."""
    excerpt_most: int = EXCERPT
    files: list[File] = field(default_factory=list)
    buttons: int = 0
    excerpts: int = 0
    """How many texts were shown in part: they could be shorter."""
    kept: dict[Part, list[Block]] = field(default_factory=dict)
    """Parts that look the same however much of a long text is shown."""

    def blocks(self, part: Part) -> list[Block]:
        """One part."""
        if isinstance(part, Text | Fields):
            if part not in self.kept:
                self.kept[part] = grids(part) if isinstance(part, Fields) else self._text(part)
            return self.kept[part]
        if isinstance(part, Quote):
            return self._quote(part)
        if isinstance(part, Code):
            return [self._code(part.text, CODE_NAME)] if part.text.strip() else []
        if isinstance(part, Diff):
            return self._diff(part)
        if isinstance(part, Buttons):
            return self._buttons(part)
        return self._form(part)

    def say(self, key: str, **values: str | int | tuple[str, ...]) -> str:
        """Our own words, in the language of the card."""
        return self.words.text(key, self.language, **values)

    def attach(self, name: str, text: str) -> str:
        """Put a file beside the card; the name it has got."""
        self.files.append(named(name, text, self.files))
        return self.files[-1].name

    def _code(self, text: str, name: str) -> Block:
        shown, hidden = excerpt(text, self.excerpt_most)
        if not hidden and FENCE not in text:
            return section(fenced(shown))
        self.excerpts += 1
        name = self.attach(name, text)
        return section(f"{fenced(shown)}\n{more_lines(self.words, self.language, hidden, name)}")

    def _text(self, part: Text) -> list[Block]:
        inside = paragraphs(part.md)
        if not part.fold.strip():
            return inside
        is_small = len(inside) <= CHILDREN and size_of(inside) <= FOLDED and units(part.fold) <= HEADER
        if not self.can_fold or not inside or not is_small:
            return [*bold_of(part.fold), *inside]
        return [folded(part.fold, inside)]

    def _quote(self, part: Quote) -> list[Block]:
        """The words of others set apart, their code in fences, and where they stand."""
        made: list[Block] = []
        for is_code, lines in groupby(part.text.split("\n"), lambda line: line.startswith(INDENT)):
            if is_code:
                made.append(self._code("\n".join(line.removeprefix(INDENT) for line in lines), CODE_NAME))
            else:
                made += [section(piece) for piece in pieces("\n".join(lines), SECTION, quoted)]
        return [*made, *(section(piece) for piece in pieces(f"{part.source}\n{part.address}", SECTION, cited))]

    def _diff(self, part: Diff) -> list[Block]:
        shown = self._code(part.text, part.name)
        if self.is_open or not self.can_fold or not 0 < units(part.summary.strip()) <= HEADER:
            return [*bold_of(part.summary), shown]
        return [folded(part.summary, [shown])]

    def _buttons(self, part: Buttons) -> list[Block]:
        above = [words for button in part.items for words in cut_words(button)]
        made = []
        for button in part.items:
            self.buttons += 1
            made.append(render_button(button, self.buttons, self.words, self.language))
        return [*lines_of(above), *rows(made)]

    def _form(self, form: Form) -> list[Block]:
        said = questions_of(form, self.words, self.language)
        answer = Buttons((answer_button(form, self.words, self.language),))
        questions = [section(piece) for piece in pieces(said, SECTION, asked)]
        return [*bold_of(form.title), *questions, *self._buttons(answer)]


def folded(title: str, inside: list[Block]) -> Block:
    """Blocks under one line that unfolds them."""
    return {
        "type": "container",
        "title": plain_text(title),
        "child_blocks": inside,
        "width": "full",
        "is_collapsible": True,
        "default_collapsed": True,
    }


def paragraphs(md: str) -> list[Block]:
    """A text as sections."""
    return [section(piece) for piece in pieces(md, SECTION)]


def lines_of(lines: Iterable[str]) -> list[Block]:
    """Raw lines as sections: nothing in them is styled."""
    return [section(piece) for piece in pieces("\n".join(lines), SECTION, literal)]


def bold_of(text: str) -> list[Block]:
    """A raw text as a bold line."""
    return [section(piece) for piece in pieces(text, SECTION, bold)]


def grids(part: Fields) -> list[Block]:
    """Names and values in two columns; what is long for a column stands in lines of its own."""
    made: list[Block] = []
    held: list[Block] = []
    for name, value in part.items:
        cell = _cell(name, value)
        is_long = weight(cell["text"]) > FIELD
        if held and (is_long or len(held) == FIELDS or wire([*held, cell]) > GRID):
            made.append({"type": "section", "fields": held})
            held = []
        if is_long:
            made += [*bold_of(name), *lines_of([value])]
        else:
            held.append(cell)
    return [*made, {"type": "section", "fields": held}] if held else made


def _cell(name: str, value: str) -> Block:
    label = f"*{inert(name.strip())}*" if name.strip() else ""
    return {"type": "mrkdwn", "text": f"{label}\n{inert(value)}".strip() or "-", "verbatim": True}
