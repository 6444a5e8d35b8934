"""What can be pressed in a message: rows of buttons, and the button that opens a form. Pure."""

from collections.abc import Iterable, Iterator, Sequence

from bot.chat.port import Button, Form
from bot.chat.slack.carrying import pack_form
from bot.chat.slack.limits import (
    ACTION_ID,
    ACTIONS,
    CONFIRM_LABEL,
    CONFIRM_TEXT,
    LABEL,
    VALUE,
    Block,
    shortened,
    units,
    wire,
)
from bot.chat.words import Words

ROW = 4_000
"""Characters of one row of buttons on the wire: two rows fit into a message with room for its words."""
ASK = "ask"
"""The action of a button that opens a form: ``unpack_form`` of its value."""
NUMBER = "#"


def action_id(action: str, number: int) -> str:
    """An id that is unique in its message; ``action_of`` takes the number away again."""
    made = f"{action}{NUMBER}{number}"
    if units(made) > ACTION_ID:
        raise ValueError(f"the name of a button's action has {len(action)} characters, too many for Slack")
    return made


def action_of(found: str) -> str:
    """The action that a pressed button stands for."""
    return found.rpartition(NUMBER)[0] or found


def plain_text(text: str) -> Block:
    """Words without any styling, in which a name between colons stays one."""
    return {"type": "plain_text", "text": text, "emoji": False}


def render_button(button: Button, number: int, words: Words, language: str) -> Block:
    """One button. Raises ValueError where its value is no short opaque id."""
    if units(button.value) > VALUE:
        raise ValueError(f"the value of {button.action!r} has {len(button.value)} characters; it is to be an opaque id")
    made: Block = {
        "type": "button",
        "text": plain_text(label_of(button)),
        "action_id": action_id(button.action, number),
    }
    if button.value:
        made["value"] = button.value
    if button.style != "default":
        made["style"] = button.style
    if button.confirm:
        made["confirm"] = _confirm(button, words, language)
    return made


def answer_button(form: Form, words: Words, language: str) -> Button:
    """The button of a message that opens a form."""
    return Button(ASK, words.text("layout.answer", language), pack_form(form), form.style)


def label_of(button: Button) -> str:
    """What stands on a button; the action where there are no words."""
    return shortened(button.label.strip() or button.action, LABEL)


def cut_words(button: Button) -> Iterator[str]:
    """What a button is too small to say: it is said above it."""
    if units(button.label.strip()) > LABEL:
        yield button.label.strip()
    if button.confirm and units(button.confirm) > CONFIRM_TEXT:
        yield button.confirm


def rows(buttons: Iterable[Block]) -> Iterator[Block]:
    """Rows of as many buttons as Slack takes."""
    row: list[Block] = []
    for button in buttons:
        if row and (len(row) == ACTIONS or wire([*row, button]) > ROW):
            yield _row(row)
            row = []
        row.append(button)
    if row:
        yield _row(row)


def _row(buttons: Sequence[Block]) -> Block:
    return {"type": "actions", "elements": list(buttons)}


def _confirm(button: Button, words: Words, language: str) -> Block:
    made: Block = {
        "title": plain_text(words.text("slack.confirm.title", language)),
        "text": plain_text(shortened(button.confirm or "", CONFIRM_TEXT)),
        "confirm": plain_text(shortened(button.label.strip() or button.action, CONFIRM_LABEL)),
        "deny": plain_text(words.text("slack.confirm.no", language)),
    }
    if button.style != "default":
        made["style"] = button.style
    return made
