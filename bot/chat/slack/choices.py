"""Choices of a form as Slack's menus: a hundred in one list, more in groups, one's own answer beside. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.chat.port import Input, Option
from bot.chat.slack.controls import plain_text
from bot.chat.slack.fields import box, input_block
from bot.chat.slack.limits import OPTION_LABEL, OPTION_VALUE, OPTIONS, Block, shortened, units
from bot.chat.slack.parts import lines_of
from bot.chat.words import Words

OWN = ":own"
"""What the block of one's own answer is called behind its input's id."""
MENU_MOST = 1_000
"""Nobody reads a longer menu; its answer is typed."""
MARK = "="
"""Slack takes no empty value, and ours may be: each begins with this."""


def is_menu(question: Input) -> bool:
    """Whether a menu can hold the choices."""
    fits = all(units(MARK + option.value) <= OPTION_VALUE for option in question.options)
    return 0 < len(question.options) <= MENU_MOST and fits


def render_choice(question: Input, words: Words, language: str) -> Iterator[Block]:
    """A menu; where it is open, a line for an answer of one's own stands below it."""
    cut = [f"• {option.label}" for option in question.options if units(option.label) > OPTION_LABEL]
    yield from lines_of(cut)
    menu = _menu(question)
    is_free = question.is_open and "initial_option" not in menu
    yield input_block(question, menu, is_optional=question.is_optional or is_free)
    if question.is_open:
        known = {option.value for option in question.options}
        own = "" if question.default in known else question.default
        label = words.text("layout.own", language)
        beside = replace(question, id=f"{question.id}{OWN}", label=label, default=own)
        yield input_block(beside, box(beside), is_optional=True)


def chosen(value: str) -> str:
    """Our own value of a chosen option."""
    return value.removeprefix(MARK)


def _menu(question: Input) -> Block:
    made = [_option(option) for option in question.options]
    menu: Block = {"type": "static_select"}
    if len(made) <= OPTIONS:
        menu["options"] = made
    else:
        menu["option_groups"] = list(_groups(made))
    initial = [each for option, each in zip(question.options, made, strict=True) if option.value == question.default]
    return {**menu, "initial_option": initial[0]} if initial else menu


def _groups(options: Sequence[Block]) -> Iterator[Block]:
    for start in range(0, len(options), OPTIONS):
        group = options[start : start + OPTIONS]
        first, last = (group[at]["text"]["text"] for at in (0, -1))
        half = (OPTION_LABEL - 3) // 2
        label = f"{shortened(first, half)} … {shortened(last, half)}"
        yield {"label": plain_text(label), "options": list(group)}


def _option(option: Option) -> Block:
    return {
        "text": plain_text(shortened(option.label.strip() or option.value or "-", OPTION_LABEL)),
        "value": f"{MARK}{option.value}",
    }
