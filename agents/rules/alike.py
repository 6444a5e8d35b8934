"""A guest that stands as the measure of a new one: "like web01", "same node as web01", "comme web01". Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from agents.rules.page import TAKEN, Page
from agents.rules.relative import Change
from agents.rules.seen import Model, Seen
from agents.rules.shapes import SIZES, GuestWish

_LIKE = (
    r"\b(?:same|identical|like|alike|equal|matching|as (?:big|large|small) as|"
    r"comme|pareil\w*|memes?|identiques?|semblables?|equivalent\w*|aussi (?:grosse?|grande?|petite?) que)\b"
)
_GAP = rf"(?P<what>[^.;\n{TAKEN}]{{0,40}}?)"
_ABOUT = {
    "node": r"\b(?:nodes?|hosts?|noeuds?|hotes?|hypervis(?:eu|o)r)\b",
    "cores": r"\b(?:v?cores?|v?cpus?|coeurs?|processeurs?)\b",
    "memory_mb": r"\b(?:memory|ram|memoire)\b",
    "disk_gb": r"\b(?:disks?|disques?)\b",
}


def read_alike(page: Page, seen: Seen) -> tuple[dict[str, Any], Page]:
    """What is to be as it is for a guest that stands, by slot: the parts that are named, else all its sizes."""
    values: dict[str, Any] = {}
    for model in sorted(seen.models, key=lambda m: len(m.name), reverse=True):
        for match in _mentions(page, model):
            values |= _copied(model, match["what"])
            page = page.take(*match.span())
    return values, page


def like(guests: Sequence[GuestWish], values: Mapping[str, Any], changes: Sequence[Change]) -> list[GuestWish]:
    """The groups with their gaps filled from the other guest, then changed ("but double the memory")."""
    return [_like(group, values, changes) for group in guests or [GuestWish()]]


def _mentions(page: Page, model: Model) -> Iterator[re.Match[str]]:
    return re.finditer(rf"{_LIKE}{_GAP}(?<![\w-]){re.escape(model.name.lower())}(?![\w-])", page.text)


def _copied(model: Model, what: str) -> dict[str, Any]:
    slots = [slot for slot, words in _ABOUT.items() if re.search(words, what)] or list(SIZES)
    return {slot: getattr(model, slot) for slot in slots if getattr(model, slot)}


def _like(group: GuestWish, values: Mapping[str, Any], changes: Sequence[Change]) -> GuestWish:
    gaps = {slot: value for slot, value in values.items() if getattr(group, slot) is None}
    group = group.model_copy(update=gaps)
    for change in changes:
        group = change.applied(group)
    return group
