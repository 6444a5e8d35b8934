"""Everything a card says, as text without any mark: for files, for screen readers, for knowing its language. Pure."""

from collections.abc import Mapping, Sequence

from bot.chat.layout.files import File
from bot.chat.port import Buttons, Card, Code, Diff, Fields, Form, Input, Part, Quote, Text
from bot.chat.words import Words

ICONS = {"neutral": "", "busy": "⏳ ", "waiting": "👉 ", "good": "✅ ", "bad": "❌ "}
"""How things stand, before a title."""


def prose_of(card: Card) -> str:
    """What a card says in words of its language: programs write their own."""
    return "\n".join([card.plain, card.title, *(text_of_part(p) for p in card.parts if not isinstance(p, Code | Diff))])


def text_of(card: Card, files: Sequence[File] = ()) -> str:
    """Everything a card says, as text; a part that is in one of the files is named by that."""
    names = {file.text: file.name for file in files}
    told = "\n\n".join(filter(None, [card.title, *(_filed(part, names) for part in card.parts)]))
    return told if card.plain in told else f"{card.plain}\n\n{told}".strip()


def _filed(part: Part, names: Mapping[str, str]) -> str:
    if not isinstance(part, Code | Diff) or part.text not in names:
        return text_of_part(part)
    return f"{part.summary if isinstance(part, Diff) else ''} ({names[part.text]})".strip()


def text_of_part(part: Part) -> str:
    """What one part says."""
    if isinstance(part, Text):
        return f"{part.fold}\n{part.md}".strip()
    if isinstance(part, Fields):
        return "\n".join(f"{name}: {value}" for name, value in part.items)
    if isinstance(part, Code | Quote):
        return part.text if isinstance(part, Code) else f"{part.text}\n{part.source} ({part.address})"
    if isinstance(part, Diff):
        return f"{part.summary}\n{part.text}"
    if isinstance(part, Buttons):
        return "\n".join(f"[{button.label}] {button.confirm or ''}".strip() for button in part.items)
    return _form_text(part)


def _form_text(form: Form) -> str:
    lines = [form.title]
    for question in form.inputs:
        lines += [f"- {question.label}", *(f"  - {option.label}" for option in question.options)]
        lines += [f"  {question.default}"] if question.default else []
    return "\n".join(lines)


def answers_of(question: Input, words: Words, language: str) -> str:
    """The answers to choose from, as they read in a thread; the suggested one is named as such."""
    known = [(option.value, option.label) for option in question.options]
    own = [] if question.default in dict(known) or not question.default else [(question.default,) * 2]
    shown = (
        words.text("layout.suggested", language, choice=label) if value == question.default else label
        for value, label in [*known, *own]
    )
    return " ".join(", ".join(shown).split())


def questions_of(form: Form, words: Words, language: str) -> str:
    """Every question of a form and, behind a tab, its answers; a line each."""
    return "\n".join(f"{' '.join(i.label.split())}\t{answers_of(i, words, language)}" for i in form.inputs)
