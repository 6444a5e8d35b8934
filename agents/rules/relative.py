"""Relative changes of a request that stands: "double its memory", "2 more cores", "20 Go de plus". Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from agents.rules.marks import take_all
from agents.rules.measures import sign_of
from agents.rules.page import Page
from agents.rules.shapes import GuestWish
from agents.rules.sizes import is_memory_like, read_sizes

_LABELS = {
    "cores": r"(?:v?cpus?|v?cores?|coeurs?|processeurs?|processors?)",
    "memory_mb": r"(?:ram|memory|memoire)",
    "disk_gb": r"(?:disks?|disques?|storage|stockage|espace)",
}
_FACTORS = {
    2.0: r"(?:doubl(?:e[rsz]?|ing)|twice|two times|deux fois|2 ?x|x ?2)",
    3.0: r"(?:tripl(?:e[rsz]?|ing)|three times|trois fois|3 ?x|x ?3)",
    0.5: r"(?:half|halve|moitie|divise[rz]? par (?:deux|2))",
}
_BETWEEN = (
    r"(?:\s+(?:as|many|much|the|of|amount|its|their|number|plus|le|la|les|"
    r"de|des|du|nombre|quantite|sa|son|ses|d'))*\s*"
)
_MORE = re.compile(
    r"\b(?:more|extra|additional|another|de plus|en plus|supplementaires?|encore|add|ajoute[rz]?|rajoute[rz]?)\b"
)


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one size: times a factor, or plus an amount (MB, GB or cores)."""

    slot: str
    op: Literal["times", "plus"]
    amount: float

    def applied(self, wish: GuestWish) -> GuestWish:
        """The group with this size changed; a size that is not known stays unknown. Never below one."""
        now = getattr(wish, self.slot)
        if now is None:
            return wish
        value = now * self.amount if self.op == "times" else now + self.amount
        return wish.model_copy(update={self.slot: max(1, round(value))})


def read_changes(page: Page) -> tuple[list[Change], Page]:
    """The relative changes a message asks for, and the page without them."""
    found = list(_times(page))
    for _, start, end in found:
        page = page.take(start, end)
    changes = [change for change, _, _ in found]
    if not _MORE.search(page.text):
        return changes, page
    sizes = [mark for mark in read_sizes(page)[0] if sign_of(mark, page.text) > 0]
    for mark in sizes:
        slot = mark.kind
        amount = mark.value
        if slot == "size":
            slot = "memory_mb" if is_memory_like(mark.value) else "disk_gb"
            amount = mark.value if slot == "memory_mb" else mark.value / 1024
        changes.append(Change(slot, "plus", amount))
    return changes, take_all(page, sizes)


def _times(page: Page) -> Iterator[tuple[Change, int, int]]:
    for slot, label in _LABELS.items():
        for factor, word in _FACTORS.items():
            match = re.search(rf"\b{word}\b{_BETWEEN}\b{label}\b", page.text)
            if match:
                yield Change(slot, "times", factor), *match.span()
