"""Cards that follow no run: the crew's words with their questions, and short notes."""

from collections.abc import Sequence
from dataclasses import dataclass

from agents.contracts import Question, Reply
from bot.chat.port import Button, Buttons, Card, Form, Input, Option, Part, Quote, Text, Tone
from bot.chat.words import Words
from bot.domain.linking import LINK, LINK_NO
from iac.errors import Sentence

CORRECTION = "correction"
"""State of a form that suggests something else than the person said: only a person may send it."""


def reply_card(reply: Reply, words: Words, *, form_id: str) -> Card:
    """The crew's reply; its questions are one form, with the suggested answers chosen already."""
    said = [text for text in (reply.text.strip(), *(words.say(s, reply.language) for s in reply.sentences)) if text]
    parts: list[Part] = [Text(text) for text in said]
    if reply.questions:
        # Without other words the questions speak for themselves.
        said = said or [words.say(question.ask, reply.language) for question in reply.questions]
        parts.append(_form(reply, words, form_id))
    for quote in reply.quotes:
        source = " \u203a ".join(part for part in (quote.title, quote.heading) if part)
        parts.append(Quote(quote.text, source, quote.address))
        said.append(words.text("card.quote", reply.language, text=quote.text, source=source, address=quote.address))
    if not said:
        said = [words.text("card.empty", reply.language)]
        parts = [Text(said[0])]
    return Card(plain="\n".join(said), parts=tuple(parts), tone="waiting" if reply.questions else "neutral")


def note_card(sentence: Sentence, words: Words, language: str, tone: Tone = "neutral") -> Card:
    """One sentence: a private word, or an answer about something that came to nothing."""
    text = words.say(sentence, language)
    return Card(plain=text, parts=(Text(text),), tone=tone)


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence as one line of a list; ``of`` is the name of the person whose it is, empty where that is clear."""

    sentence: Sentence
    of: str = ""


Told = Sentence | Line


def words_card(said: Sequence[Told], words: Words, language: str) -> Card:
    """Several sentences, each on a line of its own: the answer to a command."""
    text = "\n".join(_told(each, words, language) for each in said)
    return Card(plain=text, parts=(Text(text),))


def link_card(sentence: Sentence, attempt: str, words: Words, language: str) -> Card:
    """Asks one side of a link whether the other is theirs too."""
    said = words.say(sentence, language)
    yes = Button(LINK, words.text("link.button.yes", language), attempt, "primary")
    no = Button(LINK_NO, words.text("link.button.no", language), attempt)
    return Card(plain=said, parts=(Text(said), Buttons((yes, no))), tone="waiting")


def _told(told: Told, words: Words, language: str) -> str:
    if isinstance(told, Sentence):
        return words.say(told, language)
    line = f"- {words.say(told.sentence, language)}"
    return f"{line} {words.text('list.of', language, name=told.of)}" if told.of else line


def _form(reply: Reply, words: Words, form_id: str) -> Form:
    title = "card.form" if len(reply.questions) > 1 else "card.form_one"
    return Form(
        id=form_id,
        title=words.text(title, reply.language),
        inputs=tuple(_input(question, words, reply.language) for question in reply.questions),
        state=CORRECTION if any(question.is_correction for question in reply.questions) else "",
        submit=words.text("card.form.submit", reply.language),
    )


def _input(question: Question, words: Words, language: str) -> Input:
    options = tuple(Option(_label(choice.label, words, language), choice.value) for choice in question.choices)
    return Input(
        id=question.slot,
        label=words.say(question.ask, language),
        kind="choice" if options else "text",
        options=options,
        default=question.default,
        is_open=bool(options),
    )


def _label(label: str, words: Words, language: str) -> str:
    """A choice as people read it: sizes in their own unit; one that is a key of the catalogues in words."""
    if label.startswith("choice."):
        return words.text(label, language)
    number, _, unit = label.partition(" ")
    is_size = number.isdecimal() and unit == "GB"
    return words.text("card.gigabytes", language, size=int(number)) if is_size else label
