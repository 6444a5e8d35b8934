"""A document cut into passages: by heading first, then between paragraphs, never too long to quote from. Pure."""

import re
from collections.abc import Iterator

from agents.knowledge.values import Document, Section

MOST = 1400
"""Characters of one passage."""
_BLANK = re.compile(r"\n\s*\n")
_SPACE = re.compile(r"(?<=[.!?])\s+|\n|\s+")


def passages_of(document: Document) -> Iterator[Section]:
    """The passages of a document in its order; empty sections are none."""
    for section in document.sections:
        for text in _cut(section.text.strip()):
            yield Section(section.heading, text, section.anchor)


def _cut(text: str) -> Iterator[str]:
    """Paragraphs joined as long as they fit."""
    held = ""
    for piece in (piece for part in _BLANK.split(text) for piece in _pieces(part.strip("\n"))):
        if held and len(held) + len(piece) + 2 > MOST:
            yield held
            held = ""
        held = f"{held}\n\n{piece}" if held else piece
    if held.strip():
        yield held


def _pieces(paragraph: str) -> Iterator[str]:
    """A paragraph that is too long, cut at the last end of a sentence, line or word that fits."""
    while len(paragraph) > MOST:
        ends = [found.start() for found in _SPACE.finditer(paragraph, 1, MOST)]
        stops = [end for end in ends if paragraph[end] == "\n" or paragraph[end - 1] in ".!?"]
        end = next(iter([*stops[-1:], *ends[-1:]]), MOST)
        yield paragraph[:end]
        paragraph = paragraph[end:].lstrip(" \n")
    if paragraph.strip():
        yield paragraph
