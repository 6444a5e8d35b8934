"""Two judges of what is sent to Slack: its own SDK's models, and the limits that neither they nor the types check.

Each says what is wrong in sentences; nothing wrong is an empty list. The limits are written down once more here, so
that a slip in the product's own table is found.
"""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block as SdkBlock
from slack_sdk.models.views import View as SdkView

Block = dict[str, Any]

BLOCKS, MESSAGE, SECTION, FIELD, OPTION, TEXT = 50, 9_000, 3_000, 2_000, 75, 40_000
ENTITY = re.compile(r"&(?!amp;|lt;|gt;)")
OPENING = re.compile(r"<(?!https?://[^<>|]+(?:\|[^<>]*)?>)")


def sdk_faults(blocks: Sequence[Block]) -> Iterator[str]:
    """What Slack's Python SDK refuses, and what it passes over as unknown."""
    for at, block in enumerate(blocks):
        try:
            parsed = SdkBlock.parse(json.loads(json.dumps(block)))
            if parsed is None:
                yield f"block {at}: the SDK knows no {block.get('type')!r}"
            else:
                parsed.to_dict()
        except SlackObjectFormationError as no:
            yield f"block {at}: {no}"


def sdk_view_faults(view: Block) -> Iterator[str]:
    """What the SDK refuses of a modal."""
    try:
        SdkView(**json.loads(json.dumps(view))).to_dict()
    except SlackObjectFormationError as no:
        yield str(no)
    yield from sdk_faults(view["blocks"])


def own_faults(blocks: Sequence[Block], text: str = "-") -> Iterator[str]:
    """What a message of Slack's refuses although models and types pass it."""
    if not 0 < len(blocks) <= BLOCKS:
        yield f"{len(blocks)} blocks"
    if len(json.dumps(blocks)) > MESSAGE:
        yield f"{len(json.dumps(blocks))} characters of blocks"
    if not text.strip() or len(text) > TEXT or ENTITY.search(text) or "<" in text:
        yield f"the notification has {len(text)} characters, or marks of its own: {text[:60]!r}"
    yield from _everywhere(blocks)


def own_view_faults(view: Block) -> Iterator[str]:
    """The same for a modal."""
    if any(block["type"] == "input" for block in view["blocks"]) and "submit" not in view:
        yield "inputs without a button that sends them"
    if not view["title"]["text"].strip():
        yield "no title"
    yield from _everywhere(view["blocks"])


def _everywhere(blocks: Sequence[Block]) -> Iterator[str]:
    objects = list(_objects(blocks))
    # An input's answer is found under its block's id, so inputs may share an action id.
    pressed = [each["action_id"] for each in objects if each.get("type") == "button"]
    named = [each["block_id"] for each in objects if "block_id" in each]
    if len(pressed) != len(set(pressed)) or len(named) != len(set(named)):
        yield "two equal ids in one message"
    for each in objects:
        yield from _object_faults(each)


def _object_faults(each: Block) -> Iterator[str]:
    judge = {"mrkdwn": _text_faults, "plain_text": _text_faults, "section": _section_faults}.get(each.get("type", ""))
    if judge:
        yield from judge(each)
    for inside in ("elements", "child_blocks", "options", "fields"):
        if inside in each and not each[inside]:
            yield f"no {inside} in a {each.get('type')}"
    if "value" in each and not each["value"]:
        yield "an empty value"
    if each.get("type") == "static_select":
        yield from _menu_faults(each)


def _section_faults(each: Block) -> Iterator[str]:
    sizes = [_units(field["text"]) for field in each.get("fields", ())]
    if max(sizes, default=0) > FIELD or ("text" in each and _units(each["text"]["text"]) > SECTION):
        yield "a text that is too long for its place"


def _menu_faults(each: Block) -> Iterator[str]:
    options = [option for group in each.get("option_groups", [each]) for option in group["options"]]
    if any(_units(option["text"]["text"]) > OPTION for option in options):
        yield "an option that is too long"
    if each.get("initial_option", options[0]) not in options:
        yield "a suggestion that is none of the options"


def _text_faults(each: Block) -> Iterator[str]:
    text = each["text"]
    if not text.strip():
        yield "an empty text"
    if each["type"] == "plain_text":
        return
    if ENTITY.search(text):
        yield f"a sign that is not escaped: {text[:60]!r}"
    if OPENING.search(text):
        yield f"a mark that calls somebody: {OPENING.search(text)}"
    if text.count("```") % 2:
        yield "a fence that does not end"
    if not each.get("verbatim"):
        yield "a text in which Slack looks for names"


def _objects(value: Any) -> Iterator[Block]:
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from _objects(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _objects(each)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
