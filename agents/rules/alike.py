"""Guests that stand as the measure of a new one: "like web01", "same node as the ci runners", "comme web01". Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from agents.rules.likeness import likened, timed
from agents.rules.marks import Mark
from agents.rules.page import Page
from agents.rules.relative import Change
from agents.rules.seen import Model, Seen
from agents.rules.shapes import SIZES, GuestWish
from agents.rules.targets import guests_meant
from agents.rules.world import Being, World

_TIMES = {
    2.0: r"\b(?:twice|two times|double|deux fois)\b",
    3.0: r"\b(?:three times|trois fois)\b",
    0.5: r"\bhalf\b",
}
_ABOUT = {
    "node": (
        r"\b(?:nodes?|hosts?|noeuds?|hotes?|hypervis(?:eu|o)r|physical|physique|"
        r"where|ou|next|alongside|beside|a cote|together|aupres)\b"
    ),
    "cores": r"\b(?:v?cores?|v?cpus?|coeurs?|processeurs?)\b",
    "memory_mb": r"\b(?:memory|ram|memoire)\b",
    "disk_gb": r"\b(?:disks?|disques?|storage|stockage)\b",
}
_SPECS_OF = re.compile(r"'s? (?:specs?|sizes?|sizing|config\w*|resources|hardware|setup|dimensions)\b")
_SAME = re.compile(
    r"\b(?:same|identical|memes?)(?: (?:number|amount|size|nombre|quantite|taille|espace|capacite) (?:of|de|d'))?"
    r"(?:[ ,]+(?:(?:the|le|la|les|de|of) )?(?:cores?|v?cpus?|coeurs?|memory|ram|memoire|disks?|disques?|storage|"
    r"stockage|nodes?|noeuds?|and|et|node)\b)+"
)
"""More that is to be as it is for the guest that was the measure before."""


def read_alike(page: Page, seen: Seen) -> tuple[dict[str, Any], Page]:
    """What is to be as it is for guests that stand, by slot: the parts that are named, else all their sizes."""
    values: dict[str, Any] = {}
    last: list[Model] = []
    for models, start, end, what in list(_mentions(page, seen)):
        values |= _copied(models, what)
        factor = next((f for f, words in _TIMES.items() if re.search(words, what)), None)
        if factor:
            values |= {slot: round(v * factor) for slot, v in values.items() if slot in SIZES}
        page, last = page.take(start, end), models
    for match in _SAME.finditer(page.text) if last else ():
        values |= _copied(last, match[0])
        page = page.take(*match.span())
    return values, page


def like(guests: Sequence[GuestWish], values: Mapping[str, Any], changes: Sequence[Change]) -> list[GuestWish]:
    """The groups with their gaps filled from the other guest, then changed ("but double the memory")."""
    return [_like(group, values, changes) for group in guests or [GuestWish()]]


def _mentions(page: Page, seen: Seen) -> Iterator[tuple[list[Model], int, int, str]]:
    models = {model.name: model for model in seen.models}
    beings = tuple(Being(0, m.name, m.node, "qemu", "", "", m.cores, m.memory_mb, m.disk_gb) for m in seen.models)
    meant = guests_meant(page.text, World(seen=seen, beings=beings))
    for names, (start, end) in zip(meant.values, meant.spans, strict=True):
        mark = Mark("guest", names, start, end)
        lead = likened(mark, page.text) or timed(mark, page.text)
        owned = _SPECS_OF.match(page.text, end)
        if lead is not None or owned:
            begin, what = (lead.start(), lead[0]) if lead else (start, "")
            yield [models[name] for name in names], begin, owned.end() if owned else end, what


def _copied(models: Sequence[Model], what: str) -> dict[str, Any]:
    """The values that all of these guests share."""
    slots = [slot for slot, words in _ABOUT.items() if re.search(words, what)] or list(SIZES)
    shared = {slot: {getattr(model, slot) for model in models} for slot in slots}
    return {slot: values.pop() for slot, values in shared.items() if len(values) == 1 and all(values)}


def _like(group: GuestWish, values: Mapping[str, Any], changes: Sequence[Change]) -> GuestWish:
    gaps = {slot: value for slot, value in values.items() if getattr(group, slot) is None}
    group = group.model_copy(update=gaps)
    for change in changes:
        group = change.applied(group)
    return group
