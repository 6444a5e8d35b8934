"""Blocks in messages: as many as Slack takes in one, and what can be pressed is never what is left out. Pure."""

from collections.abc import Iterable, Sequence

from bot.chat.slack.limits import BLOCKS, MESSAGE, Block, size_of, wire

Page = list[Block]


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

    There are more messages than that only where what can be pressed fills them.
    """
    controls = [block for block in blocks if block["type"] == "actions"]
    pages = pages_of(block for block in blocks if block["type"] != "actions")[:most]
    *pressed, tail = pages_of(controls) or [[]]
    last = pages.pop() if pages else []
    while last and not _fits([*last, note, *tail]):
        last.pop()
    ends = [[*last, note, *tail]] if _fits([*last, note, *tail]) else [[note], tail]
    return [*pages, *pressed, *ends]


def _fits(blocks: Page) -> bool:
    return len(blocks) <= BLOCKS and size_of(blocks) <= MESSAGE
