"""Blocks in messages: as many as Slack takes in one, and what can be pressed is never what is left out. Pure."""

from collections.abc import Iterable, Sequence

from bot.chat.slack.limits import BLOCKS, MESSAGE, Block, size_of, wire

Page = list[Block]

CONTROLS = MESSAGE // 2
"""Characters of buttons that may stand beside words that are cut."""


def pages_of(blocks: Iterable[Block]) -> list[Page]:
    """Every block, in as few messages as hold them in their order."""
    pages: list[Page] = []
    size = 0
    for block in blocks:
        more = wire(block) + len(", ")
        if not pages or size + more > MESSAGE or len(pages[-1]) == BLOCKS:
            pages.append([])
            size = len("[]")
        pages[-1].append(block)
        size += more
    return pages


def cut(blocks: Sequence[Block], note: Block, most: int) -> list[Page]:
    """The beginning of the blocks in at most ``most`` messages, the note, then everything that can be pressed.

    What can be pressed has messages of its own only where it would leave hardly any room for words.
    """
    controls = [block for block in blocks if block["type"] == "actions"]
    pages = pages_of(block for block in blocks if block["type"] != "actions")[:most]
    is_beside = size_of(controls) <= CONTROLS
    tail = controls if is_beside else []
    last = pages.pop() if pages else []
    while not _fits([*last, note, *tail]):
        last.pop()
    return [*pages, [*last, note, *tail], *([] if is_beside else pages_of(controls))]


def _fits(blocks: Page) -> bool:
    return len(blocks) <= BLOCKS and size_of(blocks) <= MESSAGE
