"""A form asked in a thread: one question after the other, answered by a letter or in words. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from string import ascii_lowercase
from typing import Final

from bot.chat.port import Conversation, Form, Input
from bot.chat.words import Words
from iac.errors import Sentence, say

SUGGESTED: Final = "-"
"""What takes the suggested answer, or leaves an optional question out: nobody can send an empty message."""
CANCEL: Final = frozenset({"cancel", "annuler"})


@dataclass(frozen=True, slots=True)
class Asked:
    """A form that is being answered. ``who`` may answer, anybody where it is None; the answers go to ``conversation``.

    ``answers`` are pairs of input and value, in the order in which they were given. ``is_public``: it stands in a
    thread, where whole sentences are for the crew.
    """

    form: Form
    conversation: Conversation
    who: str | None = None
    answers: tuple[tuple[str, str], ...] = ()
    is_public: bool = False

    @property
    def question(self) -> Input | None:
        """The first question without an answer; None once all have one."""
        given = self.values
        return next((each for each in self.form.inputs if each.id not in given), None)

    @property
    def values(self) -> dict[str, str]:
        """What was answered: input id -> value."""
        return dict(self.answers)

    def answered(self, text: str) -> "Asked | Sentence":
        """With one more answer; or the sentence that says why that is none."""
        question = self.question
        if question is None:
            return self
        value = question.default if text.strip() == SUGGESTED else text.strip()
        if not value and not question.is_optional:
            return say("matrix.not_empty")
        if question.options and value:
            chosen = _chosen(question, value)
            if chosen is None and not question.is_open:
                return say("matrix.not_an_answer", choices=tuple(option.label for option in question.options))
            value = value if chosen is None else chosen
        return replace(self, answers=(*self.answers, (question.id, value)))

    def is_answer(self, text: str) -> bool:
        """Whether words are meant for the question: a whole sentence in a thread is for the crew to read."""
        question = self.question
        if question is None or not self.is_public or " " not in text.strip():
            return True
        return bool(question.options) and _chosen(question, text.strip()) is not None

    def without(self, wrong: Mapping[str, str]) -> "Asked":
        """The wrong answers are asked for again; all of them, where none of the questions is the one meant."""
        left = tuple(pair for pair in self.answers if pair[0] not in wrong)
        return replace(self, answers=left if len(left) < len(self.answers) else ())


def question_lines(asked: Asked, words: Words, language: str) -> list[str]:
    """The next question with its lettered choices, in our small Markdown; nothing where all are answered."""
    question = asked.question
    if question is None:
        return []
    at = next(n for n, each in enumerate(asked.form.inputs, 1) if each.id == question.id)
    lines = [f"**{question.label}** ({at}/{len(asked.form.inputs)})"]
    for letter, option in zip(ascii_lowercase, question.options, strict=False):
        suggested = question.default == option.value
        label = words.text("layout.suggested", language, choice=option.label) if suggested else option.label
        lines.append(f"- {letter}) {label}")
    lines += [f"- {option.label}" for option in question.options[len(ascii_lowercase) :]]
    if question.default:
        shown = next((o.label for o in question.options if o.value == question.default), question.default)
        lines.append(words.text("matrix.default", language, answer=shown))
    elif question.is_optional:
        lines.append(words.text("matrix.optional", language))
    return lines


def _chosen(question: Input, text: str) -> str | None:
    """A choice by its letter, its label or its value."""
    wanted = text.casefold().rstrip(".)")
    letter = ascii_lowercase.find(wanted) if len(wanted) == 1 else -1
    if 0 <= letter < len(question.options):
        return question.options[letter].value
    return next((o.value for o in question.options if wanted in (o.label.casefold(), o.value.casefold())), None)
