"""One question of a modal as an input block. Pure."""

from bot.chat.port import Input
from bot.chat.slack.controls import plain_text
from bot.chat.slack.limits import ANSWER, INPUT_LABEL, Block, shortened, units

ANSWERED = "answer"
"""The action id of every input: its block names it."""


def input_block(question: Input, element: Block, *, is_optional: bool) -> Block:
    """One question; its block has the id of our input."""
    return {
        "type": "input",
        "block_id": question.id,
        "label": plain_text(shortened(label_of(question), INPUT_LABEL)),
        "element": {**element, "action_id": ANSWERED},
        "optional": is_optional,
    }


def box(question: Input) -> Block:
    """A line or an area to type in. Raises ValueError where the suggestion is longer than Slack takes."""
    made: Block = {"type": "plain_text_input", "multiline": question.kind == "area", "max_length": ANSWER}
    if units(question.default) > ANSWER:
        raise ValueError(f"the suggestion for {question.id!r} has {len(question.default)} characters")
    return {**made, "initial_value": question.default} if question.default else made


def label_of(question: Input) -> str:
    """What is asked; the id where there are no words."""
    return question.label.strip() or question.id
