"""A card as Slack's messages and files: pure, within every limit, and nothing is left out."""

import re
from collections import Counter

from bot.chat.layout.plain import ICONS, prose_of, text_of, text_of_part
from bot.chat.layout.spans import split
from bot.chat.port import Card, Part
from bot.chat.slack.controls import plain_text
from bot.chat.slack.excerpt import section
from bot.chat.slack.limits import EXCERPT, HEADER, MESSAGE, TEXT, Block, size_of, units, weight
from bot.chat.slack.mrkdwn import inert, plain
from bot.chat.slack.paging import Page, cut, pages_of
from bot.chat.slack.parts import Desk, bold_of, paragraphs
from bot.chat.slack.rendered import Post, Rendered
from bot.chat.words import Words

EXCERPTS = (EXCERPT, 1_200, 400)
"""How much of a long text is shown: less, where the rest of the card would not fit beside it."""
POSTS = 6
"""Messages that words without a title may take; what is longer is read in a file."""
CARD_NAME = "card.txt"
WORD = re.compile(r"\w+")
FOLLOWING = 150
"""Characters of the notification of a message that only goes on."""


def render(card: Card, words: Words, *, language: str = "", can_fold: bool = True) -> Rendered:
    """The card as posts and files.

    ``language`` is that of our own words beside it (by default the one the card is written in). Without ``can_fold``
    no collapsible block is used: for workspaces that answer ``invalid_blocks`` to one.
    Raises ValueError where a button has no opaque id that Slack could carry.
    """
    spoken = language or words.language_of(prose_of(card))
    most = 1 if card.title else POSTS
    kept: dict[Part, list[Block]] = {}
    for size in EXCERPTS:
        desk = Desk(words, spoken, can_fold, card.tone == "waiting", size, kept=kept)
        blocks = _blocks(card, desk)
        pages = pages_of(blocks)
        if len(pages) <= most and _is_told(card):
            return _rendered(card, pages, desk)
        if len(pages) <= most or size_of(blocks) - most * MESSAGE > (size - EXCERPTS[-1]) * desk.excerpts:
            break
    name = desk.attach(CARD_NAME, text_of(card, desk.files))
    note = section(inert(desk.say("layout.rest", name=name)))
    return _rendered(card, cut(blocks, note, most), desk)


def _rendered(card: Card, pages: list[Page], desk: Desk) -> Rendered:
    first, *more = pages
    posts = [Post(tuple(first), _notification(card)), *(Post(tuple(page), _beginning(page)) for page in more)]
    return Rendered(tuple(posts), tuple(desk.files))


def _blocks(card: Card, desk: Desk) -> list[Block]:
    """The title and the parts; a card that has nothing to show says its notification."""
    made = [block for part in card.parts for block in desk.blocks(part)]
    if not made and card.plain.strip() != card.title.strip():
        made = paragraphs(card.plain)
    return [*_title(card), *made] or [section("…")]


def _title(card: Card) -> list[Block]:
    """The tone and the title; one that is too long for a header is a bold line."""
    if not card.title.strip():
        return []
    title = f"{ICONS[card.tone]}{' '.join(card.title.split())}"
    if units(title) > HEADER:
        return bold_of(title)
    return [{"type": "header", "text": plain_text(title)}]


def _notification(card: Card) -> str:
    """What a phone shows and a screen reader reads."""
    text = plain(card.plain)
    if weight(text) <= TEXT:
        return text
    return plain(next(split(card.plain, TEXT - weight("…"), lambda raw: weight(plain(raw))))) + "…"


def _is_told(card: Card) -> bool:
    """Whether the notification's words are all said, there or in the message."""
    if weight(plain(card.plain)) <= TEXT or not card.parts:
        return True
    said = Counter(WORD.findall("\n".join(text_of_part(part) for part in card.parts)))
    return not Counter(WORD.findall(card.plain)) - said


def _beginning(page: Page) -> str:
    """The first words of a message that goes on where another ended."""
    found = (block["text"]["text"] for block in page if block["type"] == "section" and "text" in block)
    first = next(found, "…")
    return first if weight(first) <= FOLLOWING and "<" not in first else "…"
