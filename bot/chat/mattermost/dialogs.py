"""Forms as Mattermost's interactive dialogs, and what comes back from one. Pure.

What comes back is user input as ever, and nobody signs it: ``bot.chat.mattermost.seal`` closes the state it carries.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.chat.layout.spans import literal
from bot.chat.mattermost.limits import (
    AREA_ANSWER,
    HELP,
    INPUT_ID,
    INPUTS,
    LINE_ANSWER,
    NAME,
    STATE,
    TITLE,
    shortened,
    size,
)
from bot.chat.mattermost.markdown import lines_of
from bot.chat.port import Form, Input
from bot.chat.words import Words

CALLBACK = "threadform"
"""The callback id of every dialog of ours."""
OWN = ":own"
"""What the input of one's own answer is called behind its choice's id."""
MARK = "="
"""Mattermost takes no empty value, and ours may be: each begins with this."""
MENU_MOST = 1_000
"""Nobody reads a longer menu; its answer is typed."""

Element = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answers:
    """What a person sent: input id -> value; ``missing`` are the inputs that want an answer and have none."""

    values: Mapping[str, str]
    missing: tuple[str, ...] = ()


def render_dialog(form: Form, state: str, words: Words, *, language: str = "", note: str = "") -> Element:
    """The dialog of a form, with ``note`` (our small Markdown) above its questions; ``state`` comes back unchanged.

    Raises ValueError where Mattermost could not carry it: the questions are then asked in the thread.
    """
    spoken = language or words.language_of(" ".join([form.title, note, *(i.label for i in form.inputs)]))
    elements = [element for question in form.inputs for element in _question(question, words, spoken)]
    _check(elements, state)
    above = [*_cut_words(form), *(lines_of(note) if note else []), *_long_labels(form, words, spoken)]
    return {
        "callback_id": CALLBACK,
        "title": shortened(form.title.strip() or "Threadform", TITLE),
        "introduction_text": "\n".join(above),
        "elements": elements,
        "submit_label": shortened(form.submit, TITLE),
        "notify_on_cancel": True,
        "state": state,
    }


def parse_answers(submission: Mapping[str, Any], wanted: tuple[str, ...]) -> Answers:
    """What was sent; ``wanted`` are the inputs that want an answer. One of the person's own goes before a choice."""
    given = {name: _given(value) for name, value in submission.items()}
    names = [name for name in given if not name.endswith(OWN)]
    values = {name: given.get(f"{name}{OWN}") or given[name].removeprefix(MARK) for name in names}
    missing = tuple(name for name in wanted if not values.get(name) and given.get(name) != MARK)
    return Answers(values, missing)


def wanted_of(form: Form) -> tuple[str, ...]:
    """The inputs that have to be answered."""
    return tuple(question.id for question in form.inputs if not question.is_optional)


def names_of(form: Form) -> tuple[str, ...]:
    """The inputs there are: Mattermost keeps a dialog open only where an error names one of them."""
    return tuple(question.id for question in form.inputs)


def render_errors(errors: Mapping[str, str], names: tuple[str, ...]) -> dict[str, Any]:
    """The answer that keeps the dialog open: each sentence under its input, what is wrong with none of them below."""
    under = {name: sentence for name, sentence in errors.items() if name in names}
    rest = "\n".join(sentence for name, sentence in errors.items() if name not in names)
    return {**({"errors": under} if under else {}), **({"error": rest} if rest else {})}


def _question(question: Input, words: Words, language: str) -> Iterator[Element]:
    if not _is_menu(question):
        yield _box(question, is_optional=question.is_optional)
        return
    known = {option.value for option in question.options}
    has_default = question.default in known
    yield {
        **_frame(question, is_optional=question.is_optional or (question.is_open and not has_default)),
        "type": "select",
        "options": [
            {"text": option.label.strip() or option.value or "-", "value": MARK + option.value}
            for option in question.options
        ],
        "default": MARK + question.default if has_default else "",
    }
    if question.is_open:
        own = "" if has_default else question.default
        beside = replace(question, id=f"{question.id}{OWN}", label=words.text("layout.own", language), default=own)
        yield _box(beside, is_optional=True)


def _is_menu(question: Input) -> bool:
    return 0 < len(question.options) <= MENU_MOST


def _box(question: Input, *, is_optional: bool) -> Element:
    """A line or an area to type in; a suggestion that is long for a line makes it an area."""
    is_area = question.kind == "area" or size(question.default) > LINE_ANSWER or "\n" in question.default
    return {
        **_frame(question, is_optional=is_optional),
        "type": "textarea" if is_area else "text",
        "default": question.default,
        "max_length": AREA_ANSWER if is_area else LINE_ANSWER,
    }


def _frame(question: Input, *, is_optional: bool) -> Element:
    label = _label(question)
    is_cut = size(label) > NAME
    return {
        "display_name": shortened(label, NAME),
        "name": question.id,
        "help_text": label if is_cut and size(label) <= HELP else "",
        "optional": is_optional,
    }


def _label(question: Input) -> str:
    return " ".join(question.label.split()) or question.id


def _cut_words(form: Form) -> list[str]:
    """What the frame of a dialog is too small to say."""
    cut = [text.strip() for text in (form.title, form.submit) if size(text.strip()) > TITLE]
    return [line for text in cut for line in lines_of(text, literal)]


def _long_labels(form: Form, words: Words, language: str) -> list[str]:
    """Questions that no help text holds, and choices that no menu does."""
    said = [_label(question) for question in form.inputs if size(_label(question)) > HELP]
    for question in form.inputs:
        if len(question.options) > MENU_MOST:
            choices = ", ".join(option.label for option in question.options)
            said.append(words.text("layout.too_many_choices", language, count=len(question.options), choices=choices))
    return [line for text in said for line in lines_of(text, literal)]


def _check(elements: list[Element], state: str) -> None:
    names = [element["name"] for element in elements]
    if len(elements) > INPUTS:
        raise ValueError(f"the form has {len(elements)} inputs, more than anybody fills in a dialog")
    if len(state) > STATE:
        raise ValueError("the form's id and state are longer than a dialog is to carry")
    if len(names) != len(set(names)) or any(not name or size(name) > INPUT_ID for name in names):
        raise ValueError("a form needs inputs, each with a short id of its own")
    if any(size(element["default"]) > AREA_ANSWER for element in elements):
        raise ValueError("a suggestion is longer than a dialog takes")


def _given(value: object) -> str:
    """One answer as text; nothing in it moves a cursor."""
    text = "" if value is None else str(value)
    return "".join(c for c in text.strip() if c >= " " or c in "\n\t")
