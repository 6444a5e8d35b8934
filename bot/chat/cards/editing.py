"""The private form in which a wish is edited before it is approved."""

from collections.abc import Mapping

from bot.chat.port import Card, Form, Input, Option, Part, Text
from bot.chat.words import Words
from bot.domain.edit import Editable, input_id
from iac.errors import Sentence
from iac.spec import GuestSpec

ANYWHERE = ""
"""The choice that leaves the node to the placement."""


def edit_card(form_id: str, editable: Editable, values: Mapping[str, str], words: Words, language: str) -> Card:
    """The form, filled with ``values``."""
    say = words.text
    guests = tuple(guest.name for guest in editable.guests)
    inputs = [
        each
        for index, guest in enumerate(editable.guests)
        for each in _inputs(editable, index, guest, (words, language))
    ]
    filled = tuple(_with(each, values) for each in inputs)
    title = say("edit.form.title", language, guests=guests)
    form = Form(form_id, title, filled, submit=say("edit.form.submit", language))
    return Card(plain=title, parts=(Text(say("edit.form.note", language)), form), tone="waiting")


def corrected(card: Card, no: Sentence, words: Words, language: str) -> Card:
    """The same form under the sentence that says what was wrong with it."""
    said = words.say(no, language)
    parts: tuple[Part, ...] = (Text(said), *(part for part in card.parts if isinstance(part, Form)))
    return Card(plain=said, parts=parts, tone="bad")


def _inputs(editable: Editable, index: int, guest: GuestSpec, tongue: tuple[Words, str]) -> list[Input]:
    words, language = tongue

    def label(field: str) -> str:
        """Of which machine is said where there are several."""
        return words.text(f"edit.form{'.only' if len(editable.guests) == 1 else ''}.{field}", language, name=guest.name)

    sizes = [Input(input_id(index, field), label(field)) for field in ("cores", "memory", "disk")]
    if guest.name not in editable.fresh:
        return sizes
    anywhere = Option(words.text("edit.form.anywhere", language), ANYWHERE)
    nodes = dict.fromkeys((*editable.nodes, *((guest.node,) if guest.node else ())))
    options = (anywhere, *(Option(node, node) for node in nodes))
    return [
        Input(input_id(index, "name"), label("name")),
        *sizes,
        Input(input_id(index, "node"), label("node"), "choice", options, is_optional=True),
    ]


def _with(question: Input, values: Mapping[str, str]) -> Input:
    return Input(
        question.id,
        question.label,
        question.kind,
        question.options,
        values.get(question.id, question.default),
        is_optional=question.is_optional,
    )
