"""Forms that a press or a command opens: a request without words, the reason of a discard; and what is wrong in one."""

from collections.abc import Mapping

from bot.chat.port import Card, Form, Input, Opening, Part, Text
from bot.chat.words import Words
from iac.errors import Sentence, say

REQUEST, REASON = "text", "reason"
"""The inputs of the two forms."""
ANSWER_MOST = 2_000
"""Characters of one answer."""


def request_form(form_id: str, words: Words, language: str, *, text: str = "") -> Form:
    """Asks what is needed, with what was said already."""
    asked = Input(REQUEST, words.text("form.request.text", language), "area", default=text)
    title, submit = (words.text(f"form.request.{key}", language) for key in ("title", "submit"))
    return Form(form_id, title, (asked,), submit=submit)


def reason_form(form_id: str, words: Words, language: str, *, is_wanted: bool = False) -> Form:
    """Asks why a plan is laid aside; where nobody wants to know, nobody has to say it."""
    asked = Input(REASON, words.text("form.discard.reason", language), "area", is_optional=not is_wanted)
    title, submit = (words.text(f"form.discard.{key}", language) for key in ("title", "submit"))
    return Form(form_id, title, (asked,), submit=submit, style="danger")


def form_card(form: Form, said: Sentence | None, words: Words, language: str) -> Card:
    """A form as a private card, under the sentence that says why it is asked."""
    text = words.say(said, language) if said else form.title
    lead: tuple[Part, ...] = (Text(text),) if said else ()
    return Card(plain=text, parts=(*lead, form), tone="waiting")


def opening_of(card: Card, language: str) -> Opening | None:
    """The form of a card, with the words around it; None where the card asks nothing."""
    note = "\n".join(part.md for part in card.parts if isinstance(part, Text))
    forms = (part for part in card.parts if isinstance(part, Form))
    return next((Opening(form, note, language) for form in forms), None)


def wrong_answers(form: Form, values: Mapping[str, str]) -> Mapping[str, Sentence]:
    """What is wrong with what was filled in, by input, as far as the form itself says."""
    found = {question.id: wrong_answer(question, values.get(question.id, "").strip()) for question in form.inputs}
    return {name: wrong for name, wrong in found.items() if wrong}


def wrong_answer(question: Input, value: str) -> Sentence | None:
    """An answer that is missing, is too long, or is none of those that were offered."""
    if not value:
        return None if question.is_optional else say("form.error.required")
    if len(value) > ANSWER_MOST:
        return say("form.error.long", most=ANSWER_MOST)
    is_offered = value in {option.value for option in question.options}
    return say("form.error.choice") if question.options and not is_offered and not question.is_open else None
