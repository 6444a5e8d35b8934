"""Forms of a card: as HTML, as the answer that was given, and the check of what a browser sends back. Pure."""

from collections.abc import Callable, Mapping
from html import escape

from bot.chat.cards import ANSWER_MOST, wrong_answers
from bot.chat.port import Form, Input
from bot.chat.web.bodies import Answer
from iac.errors import Sentence

OTHER = "__other__"
"""Value of the radio button that stands for an answer of one's own."""

Say = Callable[..., str]


def render_form(seq: int, form: Form, say_: Say) -> str:
    """The questions, with the suggested answers chosen."""
    inputs = "".join(_input(f"f{seq}-{index}", question, say_) for index, question in enumerate(form.inputs))
    return (
        f'<form class="ask" data-form="{escape(form.id)}" novalidate><h3>{escape(form.title)}</h3>{inputs}'
        f'<p class="error" role="alert" data-error=""></p>'
        f'<button type="submit" class="{form.style}">{escape(form.submit)}</button></form>'
    )


def render_answer(form: Form, answer: Answer, say_: Say) -> str:
    """A form that was filled: what was answered, and by whom."""
    rows = "".join(
        f"<div><dt>{escape(i.label)}</dt><dd>{escape(answer.values.get(i.id, '') or '-')}</dd></div>"
        for i in form.inputs
    )
    by = escape(say_("web.answered_by", name=answer.name))
    return f'<dl class="fields answered">{rows}</dl><p class="quiet">{by}</p>'


def checked(form: Form, sent: object) -> tuple[dict[str, str], Mapping[str, Sentence]]:
    """The values that were sent for the inputs of a form, and what is wrong with them, by input."""
    values = sent if isinstance(sent, Mapping) else {}
    taken = {i.id: _text(values.get(i.id)) for i in form.inputs}
    return taken, wrong_answers(form, taken)


def shown(form: Form, values: Mapping[str, str]) -> dict[str, str]:
    """The answers as they read: the label of a choice, else the words."""
    labels = {i.id: {o.value: o.label for o in i.options} for i in form.inputs}
    return {i.id: labels[i.id].get(values[i.id], values[i.id]) for i in form.inputs}


def _text(value: object) -> str:
    """One answer as text; a radio button that stands for one's own answer is none by itself."""
    text = value.strip() if isinstance(value, str) else ""
    return "" if text == OTHER else "".join(c for c in text if c >= " " or c in "\n\t")


def _input(ident: str, question: Input, say_: Say) -> str:
    is_left_open = question.is_optional and not question.options
    optional = f" <small>({escape(say_('web.optional'))})</small>" if is_left_open else ""
    label = escape(question.label) + optional
    error = f'<p class="error" role="alert" data-error="{escape(question.id)}" id="{ident}-e"></p>'
    if question.options:
        choices = _choices(ident, question, say_)
        return f'<fieldset aria-describedby="{ident}-e"><legend>{label}</legend>{choices}{error}</fieldset>'
    name = f'id="{ident}" name="{escape(question.id)}" maxlength="{ANSWER_MOST}" aria-describedby="{ident}-e"'
    default = escape(question.default)
    box = (
        f"<textarea {name} rows=3>{default}</textarea>"
        if question.kind == "area"
        else f'<input {name} value="{default}">'
    )
    return f'<div class="field"><label for="{ident}">{label}</label>{box}{error}</div>'


def _choices(ident: str, question: Input, say_: Say) -> str:
    known = {option.value for option in question.options}
    is_own = bool(question.default) and question.default not in known
    radios = [
        _radio(f"{ident}-{index}", question, (option.value, option.label), is_on=option.value == question.default)
        for index, option in enumerate(question.options)
    ]
    if not question.is_open:
        return f'<div class="choices">{"".join(radios)}</div>'
    radios.append(_radio(f"{ident}-o", question, (OTHER, say_("web.other")), is_on=is_own))
    own = escape(question.default) if is_own else ""
    return (
        f'<div class="choices">{"".join(radios)}</div><input class="own" data-own="{escape(question.id)}" value="{own}"'
        f' maxlength="{ANSWER_MOST}" aria-label="{escape(question.label)}: {escape(say_("web.other_label"))}"'
        f"{'' if is_own else ' hidden'}>"
    )


def _radio(ident: str, question: Input, option: tuple[str, str], *, is_on: bool) -> str:
    on = " checked" if is_on else ""
    return (
        f'<span class="choice"><input type="radio" id="{ident}" name="{escape(question.id)}"'
        f' value="{escape(option[0])}"{on}><label for="{ident}">{escape(option[1])}</label></span>'
    )
