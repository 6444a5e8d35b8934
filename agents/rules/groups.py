"""Several kinds of guests in one message: marks are folded, left to right, into groups of alike guests. Pure."""

import re
from collections.abc import Sequence
from typing import Any

from agents.rules.flavors import FLAVORS
from agents.rules.marks import Mark
from agents.rules.names import numbered
from agents.rules.numbers import digits_for_words
from agents.rules.shapes import SIZES, GuestWish
from agents.rules.sizes import settled

_TRIGGERS = frozenset({"image", "cores", "flavor"})
_CONNECTOR = re.compile(r"[,;\n+:]|\b(?:and|et|plus|puis|then|as well as|ainsi que)\b")
_CORRECTION = re.compile(
    r"\b(?:no|non|wait|attends?|plutot|actually|rather|instead|en fait|pardon|"
    r"sorry|finalement)\b"
)
_COUNTED = re.compile(
    r"(?P<n>\d+|an?|one|une?|l'une?|l'autre|the other)\s+(?:of them\s+)?(?:on|"
    r"sur)?\s*(?:le |the )?(?:node |noeud )?$"
)
_HEADED = re.compile(r"[:\n]|\b(?:one|une?|l'une?|la premiere|le premier|(?:the )?first|the one)\b")
"""What stands between the number of all guests and the first of them."""
_SHARED = re.compile(r"\b(?:each|both|apiece|all|every|chacune?s?|toutes?|tous|identi\w+|par (?:vm|machine)|alike)\b")


def guests_of(marks: Sequence[Mark], text: str, missing: Sequence[str]) -> list[GuestWish]:
    """The groups of guests that these marks describe; none where nothing was said about a guest."""
    groups = [group for group in _folded(sorted(marks, key=lambda m: m.start), text) if group]
    wishes = [_wish(group, missing) for group in groups]
    if len(groups) == 1:
        return _over_nodes(wishes[0], groups[0], text)
    if len(groups) > 1:
        wishes = _without_total(wishes, groups[0], text)
    return _shared(wishes, is_said=_SHARED.search(text) is not None) if len(wishes) > 1 else wishes


def _without_total(wishes: Sequence[GuestWish], first: Sequence[Mark], text: str) -> list[GuestWish]:
    """The groups, where the first number counts all of them: "3 VMs: front (...), api (...) and db (...)"."""
    count = next((m for m in first if m.kind == "count"), None)
    trigger = next((m for m in first if m.kind in _TRIGGERS), None)
    if count is None or trigger is None or count.value != len(wishes) or any(w.count > 1 for w in wishes[1:]):
        return list(wishes)
    if not _HEADED.search(text[count.end : trigger.start]):
        return list(wishes)
    return [wishes[0].model_copy(update={"count": 1, "names": wishes[0].names[:1]}), *wishes[1:]]


def _over_nodes(wish: GuestWish, marks: Sequence[Mark], text: str) -> list[GuestWish]:
    """One kind of guest on several nodes, "one on pmox01 and two on pmox03": a group for each node."""
    nodes = [mark for mark in marks if mark.kind == "node"]
    if len({mark.value for mark in nodes}) < 2 or _CORRECTION.search(text):  # noqa: PLR2004 - several
        return [wish]
    counts = [_COUNTED.search(digits_for_words(text[: mark.start])) for mark in nodes]
    if not all(counts):
        return [wish]
    sizes = [int(n) if (n := match["n"]).isdigit() else 1 for match in counts if match]
    return [
        wish.model_copy(update={"node": mark.value, "count": count, "names": []})
        for mark, count in zip(nodes, sizes, strict=True)
    ]


def _folded(marks: Sequence[Mark], text: str) -> list[list[Mark]]:
    groups: list[list[Mark]] = [[]]
    for mark in marks:
        known = next((m for m in groups[-1] if m.kind == mark.kind), None)
        is_again = known is not None and (known.value != mark.value or _is_anew(mark, groups[-1], marks))
        if mark.kind in _TRIGGERS and known is not None and is_again:
            if _CORRECTION.search(text[known.end : mark.start]):
                groups[-1].remove(known)
            else:
                groups.append(_carried(groups[-1], mark, text))
        groups[-1].append(mark)
    return groups


def _is_anew(mark: Mark, group: Sequence[Mark], marks: Sequence[Mark]) -> bool:
    """Whether the same system, said again, begins another guest: sizes were given before it, and are given after it."""
    sizes = {"cores", "flavor", "size", "memory_mb", "disk_gb"}
    is_sized = sum(m.kind in sizes for m in group) > 1 or any(m.kind == "flavor" for m in group)
    after = [m for m in marks if m.start > mark.start and m.kind in sizes]
    return mark.kind == "image" and is_sized and bool(after)


def _carried(group: list[Mark], trigger: Mark, text: str) -> list[Mark]:
    """Take from a group the marks that belong to the next: those after the last "and" or comma before the trigger."""
    last = max((m.end for m in group if m.kind in _TRIGGERS), default=0)
    stops = [m.end() for m in _CONNECTOR.finditer(text, last, trigger.start)]
    boundary = stops[-1] if stops else trigger.start
    counted = [m for m in group if m.kind == "count" and m.start >= last]
    boundary = min([boundary, *(m.start for m in counted[-1:])])
    carried = [m for m in group if m.start >= boundary]
    group[:] = [m for m in group if m.start < boundary]
    return carried


def _wish(group: Sequence[Mark], missing: Sequence[str]) -> GuestWish:
    sizes = settled([m for m in group if m.kind in (*SIZES, "size")], missing)
    values: dict[str, Any] = {}
    for mark in group:
        if mark.kind == "flavor":
            values.update(FLAVORS[mark.value])
    for mark in [*group, *sizes]:
        if mark.kind in GuestWish.model_fields and mark.kind != "names":
            values[mark.kind] = mark.value
    names = [name for mark in group if mark.kind == "names" for name in mark.value]
    prefixes = [mark.value for mark in group if mark.kind == "prefix"]
    count = int(values.get("count", 1))
    if prefixes and not names:
        names = numbered(prefixes[0], min(count, 100))
    values["names"] = names
    # Only what was said: a later message without a number leaves the number of machines as it was.
    if "count" in values or len(names) > 1:
        values["count"] = max(count, len(names))
    return GuestWish(**values)


def _shared(wishes: Sequence[GuestWish], *, is_said: bool) -> list[GuestWish]:
    """Fill the gaps of each group: the image where only one was named; anything where "each" was said."""
    slots = ["image", *(SIZES if is_said else ()), "node", "storage", "network", "pool"]
    filled = list(wishes)
    for slot in slots:
        values = {value for wish in wishes if (value := getattr(wish, slot)) is not None}
        if len(values) == 1 and (is_said or slot == "image"):
            value = values.pop()
            filled = [w if getattr(w, slot) is not None else w.model_copy(update={slot: value}) for w in filled]
    return filled
