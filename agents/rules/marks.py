"""A mark: one thing understood at one place of a message. Readers take marks from a page one after the other."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from agents.rules.page import Page


@dataclass(frozen=True, slots=True)
class Mark:
    """``kind`` is the slot, ``value`` what it holds, ``start`` and ``end`` where it stands in the message."""

    kind: str
    value: Any
    start: int
    end: int


Reader = Callable[[Page], tuple[list[Mark], Page]]


def take_all(page: Page, marks: list[Mark]) -> Page:
    """The page without the spans of these marks."""
    for mark in marks:
        page = page.take(mark.start, mark.end)
    return page
