"""What Slack takes, documented or met in practice, and how we measure it. Pure.

Sources: Slack's Block Kit reference and SDK; the limit of a whole message is not documented
(``msg_blocks_too_long`` was reported from 11,341 characters on).
"""

import json
from collections.abc import Mapping, Sequence
from json.encoder import encode_basestring_ascii
from typing import Any

Block = dict[str, Any]
"""One block as Slack reads it; it lives from the renderer to the wire."""

MESSAGE = 9_000
"""Characters of the JSON of all blocks of one message."""
BLOCKS = 50
VIEW_BLOCKS = 100
SECTION = 3_000
EXCERPT = 2_700
"""Characters of a code block that stands for a longer text."""
FIELDS, FIELD = 10, 2_000
HEADER = 150
CHILDREN = 10
ACTIONS = 25
LABEL, VALUE, ACTION_ID = 75, 2_000, 255
CONFIRM_TEXT, CONFIRM_LABEL = 300, 30
TEXT = 4_000
"""Characters of a message's fallback text; Slack cuts it far later, and asks for no more."""
VIEW_TITLE, METADATA = 24, 3_000
INPUT_LABEL, HINT, ANSWER = 2_000, 2_000, 3_000
OPTIONS, OPTION_LABEL, OPTION_VALUE = 100, 75, 150


def wire(value: object) -> int:
    """Characters of a value on the wire: an accent counts six and an emoji twelve, so no other count is higher."""
    return len(json.dumps(value))


def weight(text: str) -> int:
    """Characters of a text on the wire, without its quotes."""
    return len(encode_basestring_ascii(text)) - 2


def units(text: str) -> int:
    """Characters of a text as Slack's clients count them: an emoji is two."""
    return len(text.encode("utf-16-le")) // 2


def shortened(text: str, most: int) -> str:
    """The text, or its beginning and an ellipsis; the caller says the whole elsewhere."""
    if units(text) <= most:
        return text
    kept = text[: most - 1]
    while units(kept) > most - 1:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"


def size_of(blocks: Sequence[Mapping[str, Any]]) -> int:
    """Characters that blocks take in their message."""
    return wire(list(blocks))
