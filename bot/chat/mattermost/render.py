"""A card as one post of Mattermost with its buttons and files: pure, within every limit, and nothing is left out."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, field
from itertools import groupby

from bot.chat.layout.excerpt import excerpt
from bot.chat.layout.files import File, named
from bot.chat.layout.plain import ICONS, prose_of, questions_of, text_of, text_of_part
from bot.chat.layout.spans import asked, bold, cited, quoted
from bot.chat.mattermost.limits import EXCERPT, LABEL, MESSAGE
from bot.chat.mattermost.markdown import fenced, inert, lines_of, raw_lines
from bot.chat.mattermost.rendered import Knob, Rendered
from bot.chat.port import Button, Buttons, Card, Code, Diff, Fields, Form, Part, Quote, Text
from bot.chat.words import Words

EXCERPTS = (EXCERPT, 1_200, 400)
"""How much of a long text is shown: less, where the rest of the card would not fit beside it."""
DONE = 1_200
"""How much of a long diff is shown when nobody is to decide about it any more."""
INDENT = "    "
"""Begins a line of code in a quote."""
ASK = "ask"
"""The action of what opens a form."""
CODE_NAME, CARD_NAME = "text.txt", "card.txt"
WORD = re.compile(r"\w+")


def render(card: Card, words: Words, *, language: str = "", most: int = MESSAGE) -> Rendered:
    """The card as one post and its files; ``most`` are the characters that the server takes.

    ``language`` is that of our own words beside it (by default the one the card is written in).
    """
    spoken = language or words.language_of(prose_of(card))
    for length in EXCERPTS:
        desk = Desk(words, spoken, length, is_done=card.tone != "waiting")
        blocks = [*_head(card), *(line for part in _in_order(card) for line in desk.block(part))] or ["…"]
        if len("\n".join(blocks)) <= most:
            return _rendered(card, "\n".join(blocks), desk)
    desk.attach(CARD_NAME, text_of(card, desk.files))
    note = inert(desk.say("layout.rest", name=desk.files[-1].name))
    return _rendered(card, _cut(blocks, note, most), desk)


@dataclass
class Desk:
    """Where one card is laid out: which buttons it has, and which texts stand in files."""

    words: Words
    language: str
    most: int
    _: KW_ONLY
    is_done: bool = False
    files: list[File] = field(default_factory=list)
    knobs: list[Knob] = field(default_factory=list)

    def say(self, key: str, **values: str | int) -> str:
        """Our own words, in the language of the card."""
        return self.words.text(key, self.language, **values)

    def attach(self, name: str, text: str) -> None:
        """Put a file beside the card."""
        self.files.append(named(name, text, self.files))

    def block(self, part: Part) -> list[str]:
        """The lines of one part, set apart from what stands above it."""
        lines = self._lines(part)
        return ["", *lines] if lines else []

    def _lines(self, part: Part) -> list[str]:
        if isinstance(part, Text):
            return [*(lines_of(part.fold, bold) if part.fold.strip() else []), *lines_of(part.md)]
        if isinstance(part, Fields):
            return [line for name, value in part.items for line in _field(name, value)]
        if isinstance(part, Code | Diff):
            return self._fence(part)
        if isinstance(part, Quote):
            return self._quote(part)
        if isinstance(part, Buttons):
            return [line for button in part.items for line in self._button(button)]
        return self._form(part)

    def _fence(self, part: Code | Diff) -> list[str]:
        if isinstance(part, Diff):
            return [*lines_of(part.summary, bold), *self._code(part.text, part.name, "diff")]
        return self._code(part.text, CODE_NAME) if part.text.strip() else []

    def _code(self, text: str, name: str, kind: str = "") -> list[str]:
        # What was shown whole stays so: its file would be one more post below a card that is edited.
        most = min(self.most, DONE) if self.is_done and len(text) > EXCERPT else self.most
        shown, hidden = excerpt(text, most, lambda line: line.replace("\r", ""), len)
        if not hidden:
            return [fenced(shown, kind)]
        self.attach(name, text)
        return [fenced(shown, kind), inert(self.say("layout.more_lines", count=hidden, name=self.files[-1].name))]

    def _quote(self, part: Quote) -> list[str]:
        """The words of others set apart, their code in fences, and where they stand."""
        made: list[str] = []
        for is_code, lines in groupby(part.text.split("\n"), lambda line: line.startswith(INDENT)):
            if is_code:
                made += ["", *self._code("\n".join(line.removeprefix(INDENT) for line in lines), CODE_NAME)]
            else:
                made += ["", *lines_of("\n".join(lines), quoted)]
        return [*made, "", *lines_of(f"{part.source}\n{part.address}", cited)]

    def _button(self, button: Button) -> list[str]:
        """Keep it to be pressed; what it is too small to say is said above it."""
        label = " ".join(button.label.split()) or button.action
        knob = Knob(button.action, label, button.value, button.style, button.confirm or "")
        return self._knob(knob)

    def _form(self, form: Form) -> list[str]:
        above = self._knob(Knob(ASK, self.say("layout.answer"), style=form.style, form=form))
        return [*above, *lines_of(form.title, bold), *lines_of(questions_of(form, self.words, self.language), asked)]

    def _knob(self, knob: Knob) -> list[str]:
        is_cut = len(knob.label) > LABEL
        label = f"{knob.label[: LABEL - 1].rstrip()}…" if is_cut else knob.label
        self.knobs.append(Knob(knob.action, label, knob.value, knob.style, knob.confirm, knob.form))
        return raw_lines(knob.label) if is_cut else []


def _head(card: Card) -> list[str]:
    """The tone and the title; what the notification says and nothing else does, stands below it."""
    title = " ".join(card.title.split())
    lines = [f"#### {ICONS[card.tone]}{inert(title)}"] if title else []
    return lines if _is_told(card) else [*lines, *lines_of(card.plain)]


def _in_order(card: Card) -> list[Part]:
    """The parts; what others fold comes last, because nothing folds here and what is decided about has to be seen."""
    return sorted(card.parts, key=lambda part: isinstance(part, Text) and bool(part.fold.strip()))


def _is_told(card: Card) -> bool:
    """Whether the notification's words are all said, in the title or the parts."""
    said = Counter(WORD.findall("\n".join([card.title, *(text_of_part(part) for part in card.parts)])))
    return not Counter(WORD.findall(card.plain)) - said


def _field(name: str, value: str) -> list[str]:
    """One name with its value; a value of several lines stands below it."""
    label = f"**{inert(name.strip())}:** " if name.strip() else ""
    first, *more = raw_lines(value)
    return [f"{label}{first}" if label else first, *more]


def _cut(blocks: Sequence[str], note: str, most: int) -> str:
    """The beginning of the lines, and the note below it."""
    kept: list[str] = []
    room = most - len(note) - 2
    for block in blocks:
        if len(block) + 1 > room:
            break
        kept.append(block)
        room -= len(block) + 1
    return "\n".join([*kept, "", note])


def _rendered(card: Card, message: str, desk: Desk) -> Rendered:
    return Rendered(
        message=message.strip("\n"),
        knobs=tuple(desk.knobs),
        files=tuple(desk.files),
        plain=card.plain,
        tone=card.tone,
        language=desk.language,
    )
