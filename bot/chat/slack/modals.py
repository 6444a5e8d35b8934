"""Forms as Slack's modals, and what comes back from one. Pure.

A modal carries all that its answer needs: where it was opened, which form it is and its state. Slack signs what it
sends back, but a person filled it: state and values stay user input.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.chat.port import Card, Form, Input, Text
from bot.chat.slack.choices import OWN, chosen, is_menu, render_choice
from bot.chat.slack.controls import plain_text
from bot.chat.slack.fields import ANSWERED, box, input_block, label_of
from bot.chat.slack.limits import (
    ACTION_ID,
    INPUT_LABEL,
    METADATA,
    VIEW_BLOCKS,
    VIEW_TITLE,
    Block,
    shortened,
    units,
)
from bot.chat.slack.parts import bold_of, lines_of, paragraphs
from bot.chat.words import Words

CALLBACK = "threadform.form"
"""The callback id of every modal of ours."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a form was opened: the thread its answer belongs to; ``thread`` is empty where there is none yet."""

    channel: str
    thread: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Answers:
    """What a person sent: input id -> value; ``missing`` are the inputs that want an answer and have none."""

    form: str
    state: str
    origin: Origin
    values: Mapping[str, str]
    missing: tuple[str, ...] = ()


def render_view(form: Form, origin: Origin, words: Words, *, language: str = "", note: str = "") -> Block:
    """The modal of a form, with ``note`` (our small Markdown) above its questions.

    ``language`` is that of our own words in it (by default the one the form is written in).
    Raises ValueError where Slack could not carry it: the questions are then asked in the thread.
    """
    spoken = language or words.language_of(" ".join([form.title, note, *(i.label for i in form.inputs)]))
    blocks = [*_head(form), *paragraphs(note)]
    for question in form.inputs:
        blocks += _question(question, words, spoken)
    view: Block = {
        "type": "modal",
        "callback_id": CALLBACK,
        "title": plain_text(shortened(form.title.strip() or "Threadform", VIEW_TITLE)),
        "submit": plain_text(shortened(form.submit, VIEW_TITLE)),
        "close": plain_text(shortened(words.text("layout.close", spoken), VIEW_TITLE)),
        "private_metadata": _metadata(form, origin),
        "blocks": blocks,
    }
    _check(view)
    return view


def note_of(card: Card) -> str:
    """What a card says around its form, to stand above the questions in the modal."""
    return "\n".join(part.md for part in card.parts if isinstance(part, Text))


def parse_view(view: Mapping[str, Any]) -> Answers:
    """What ``view_submission`` brought. Raises ValueError where it is no modal of ours."""
    if view.get("callback_id") != CALLBACK:
        raise ValueError("the modal that was sent is not one of ours")
    kept = json.loads(view["private_metadata"])
    given = {block: _given(inside) for block, inside in view["state"]["values"].items()}
    asked = [block for block in given if not block.endswith(OWN)]
    values = {block: given.get(f"{block}{OWN}") or given[block] for block in asked}
    missing = tuple(block for block in kept["wanted"] if not values.get(block) and not _is_chosen(view, block))
    return Answers(kept["form"], kept["state"], Origin(*kept["origin"]), values, missing)


def render_errors(view: Mapping[str, Any], errors: Mapping[str, str]) -> Block:
    """The answer to ``view_submission`` that keeps the modal open: input id -> sentence, each under its input.

    What is wrong with no input of the modal stands under the first one: Slack refuses an answer about others.
    """
    inputs = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    said: dict[str, list[str]] = {}
    for name, sentence in errors.items():
        said.setdefault(name if name in inputs else inputs[0], []).append(sentence)
    return {"response_action": "errors", "errors": {name: "\n".join(all_) for name, all_ in said.items()}}


def missing_errors(answers: Answers, words: Words, language: str) -> dict[str, str]:
    """A sentence for each input that wants an answer and has none."""
    return {name: words.text("layout.required", language) for name in answers.missing}


def _head(form: Form) -> list[Block]:
    """What the frame of the modal is too small to say."""
    cut = [text for text in (form.title.strip(), form.submit.strip()) if units(text) > VIEW_TITLE]
    return [block for text in cut for block in bold_of(text)]


def _question(question: Input, words: Words, language: str) -> Iterator[Block]:
    if units(label_of(question)) > INPUT_LABEL:
        yield from lines_of([question.label])
    if is_menu(question):
        yield from render_choice(question, words, language)
        return
    if question.options:
        choices = ", ".join(option.label for option in question.options)
        count = len(question.options)
        yield from lines_of([words.text("layout.too_many_choices", language, count=count, choices=choices)])
    yield input_block(question, box(question), is_optional=question.is_optional)


def _metadata(form: Form, origin: Origin) -> str:
    wanted = [question.id for question in form.inputs if not question.is_optional]
    kept = {
        "form": form.id,
        "state": form.state,
        "origin": [origin.channel, origin.thread, origin.message],
        "wanted": wanted,
    }
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def _check(view: Block) -> None:
    ids = [block["block_id"] for block in view["blocks"] if "block_id" in block]
    if len(view["blocks"]) > VIEW_BLOCKS:
        raise ValueError(f"the form has {len(view['blocks'])} blocks, more than a modal takes")
    if units(view["private_metadata"]) > METADATA:
        raise ValueError("the form's id and state are longer than a modal can carry")
    if not ids or len(ids) != len(set(ids)) or any(units(each) > ACTION_ID or not each for each in ids):
        raise ValueError("a form needs inputs, each with a short id of its own")


def _given(inside: Mapping[str, Any]) -> str:
    """The value of one input; nothing in it moves a cursor."""
    found = inside.get(ANSWERED) or {}
    option = found.get("selected_option")
    text = chosen(option["value"]) if option else (found.get("value") or "")
    return "".join(c for c in text.strip() if c >= " " or c in "\n\t")


def _is_chosen(view: Mapping[str, Any], block: str) -> bool:
    """Whether a choice was made: its value may be empty."""
    return bool(view["state"]["values"].get(block, {}).get(ANSWERED, {}).get("selected_option"))
