"""Everything a person can read of a card, and of what became of it: to see that nothing is lost on the way."""

import html
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from bot.chat.layout.spans import BREAK
from bot.chat.port import Buttons, Card, Code, Diff, Fields, Form, Part, Quote, Text
from bot.chat.slack.rendered import Rendered

WORD = re.compile(r"\w+")
READ = {
    Text: ("fold", "md"),
    Code: ("text",),
    Quote: ("text", "source", "address"),
    Diff: ("summary", "text"),
}
IDS = frozenset({"type", "action_id", "block_id", "value", "style", "width"})
"""Keys of a block that nobody reads."""


def words_of_card(card: Card) -> Counter[str]:
    """Every word of a card that a person is to read, as often as it is said."""
    return _count("\n".join([card.title, *(text for part in card.parts for text in _texts(part))]))


def words_of_notification(card: Card) -> Counter[str]:
    return _count(card.plain)


def words_rendered(rendered: Rendered) -> Counter[str]:
    """Every word that reached Slack in a message or a file."""
    shown = [text for post in rendered.posts for block in post.blocks for text in _strings(block)]
    return _count("\n".join([*shown, *(file.text for file in rendered.files)]))


def words_notified(rendered: Rendered) -> Counter[str]:
    """Every word that reached Slack, in a notification too."""
    return words_rendered(rendered) + _count("\n".join(_read(post.text) for post in rendered.posts))


def lost(said: Counter[str], found: Counter[str]) -> Counter[str]:
    """Words that were said more often than they are found."""
    return said - found


def _count(text: str) -> Counter[str]:
    return Counter(WORD.findall(text))


def _read(text: str) -> str:
    return html.unescape(text.replace(BREAK, ""))


def _strings(value: Any) -> Iterator[str]:
    """What is read: of words without styling, the signs as they are."""
    if isinstance(value, dict) and value.get("type") in {"plain_text", "mrkdwn"}:
        yield value["text"] if value["type"] == "plain_text" else _read(value["text"])
    elif isinstance(value, dict):
        for name, each in value.items():
            if name not in IDS:
                yield from _strings(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _strings(each)


def _texts(part: Part) -> Iterator[str]:
    if isinstance(part, Fields):
        yield from (text for item in part.items for text in item)
    elif isinstance(part, Buttons):
        yield from (text for button in part.items for text in (button.label, button.confirm or ""))
    elif isinstance(part, Form):
        yield part.title
        for asked in part.inputs:
            yield from (asked.label, *(option.label for option in asked.options))
    else:
        yield from (getattr(part, name) for name in READ[type(part)])
