"""Who is to stand beside whom: "not on the same node as web01", "spread them", "both on the same node". Pure."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from agents.rules.page import Page

_NODE = (
    r"(?:nodes?|hosts?|hypervisors?|noeuds?|hotes?|hyperviseurs?|machines? physiques?|physical (?:machine|server)s?)"
)
_NAME = r"(?:the |la |le |les |l')?[a-z0-9][\w-]*"
_NAMES = rf"(?P<names>{_NAME}(?:(?:\s*,\s*|\s+(?:and|or|et|ou|ni|nor)\s+){_NAME})*)"
_APART = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b(?:not|never|n't)\b[\w\s']{{0,20}}?\bon the same {_NODE} (?:as|with|that runs|where) {_NAMES}",
        rf"\b(?:on )?(?:a |an)?(?:different|other|separate) {_NODE} (?:than|from|to) (?:the one of )?{_NAMES}",
        rf"\b(?:away|apart|separated?|separately) from {_NAMES}",
        rf"\b(?:pas|jamais)\b[\w\s']{{0,20}}?\bsur le meme {_NODE} (?:que|qu') ?{_NAMES}",
        rf"\bsur un autre {_NODE} (?:que|qu') ?(?:celui de )?{_NAMES}",
        rf"\b{_NODE} (?:different|distinct)s? (?:de|d'|que|qu') ?(?:celui de )?{_NAMES}",
        rf"\b(?:a l'ecart|separee?s?|eloignee?s?|loin) (?:de|d'|du|des) ?{_NAMES}",
    )
)
_SPREAD = re.compile(
    rf"\bspread (?:them|these|those|all|out|over|across|the \w+)\b(?: (?:out|over|across|on)\b)?"
    rf"(?: (?:the |all |all the |several |different )?{_NODE})?"
    rf"|\b(?:on|over|across) (?:different|separate|distinct|several) {_NODE}"
    rf"|\beach on (?:a |its |an)?(?:different|own|separate|other) {_NODE}|\bone (?:per|on each|for each) {_NODE}"
    rf"|\banti-?affinity\b"
    rf"|\b(?:a |les |bien )?reparti(?:s|e|es|r|ssez|tion)?(?:-les)?\b"
    rf"(?: (?:entre|sur|dans) (?:les |des |tous les )?{_NODE})?"
    rf"|\bsur (?:des|plusieurs) {_NODE}(?: (?:differents|distincts|separes))?"
    rf"|\bchacune? sur (?:un |son )?(?:propre )?{_NODE}(?: different)?|\bune? par {_NODE}"
)
_TOGETHER = re.compile(
    rf"(?<!not )(?<!n't )(?<!pas )(?:\b(?:all|both|together|toutes?|tous|ensemble) (?:les \w+ )?)?"
    rf"\b(?:on the same|on one and the same|on a single|sur le meme|sur un meme|sur un seul) {_NODE}\b"
    rf"(?!\s+(?:as|with|that|where|than|que|qu'|de|d'|ou))"
)
_ARTICLE = re.compile(r"^(?:the |la |le |les |l')")
_NAMELIKE = re.compile(r"[a-z0-9][\w-]*[\d-][\w-]*")


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What a message wishes about nodes without naming one: guests to keep away from, and how those asked for stand."""

    apart: tuple[str, ...] = ()
    is_spread: bool = False
    is_together: bool = False

    def as_update(self) -> dict[str, Any]:
        """The fields of the wish that this message sets; to be spread and to be together replace each other."""
        update: dict[str, Any] = {"apart": list(self.apart)} if self.apart else {}
        if self.is_spread or self.is_together:
            update |= {"is_spread": self.is_spread, "is_together": self.is_together}
        return update


def read_neighbours(page: Page, known: Collection[str]) -> tuple[Neighbours, Page]:
    """The wishes of a message, and the page without them; ``known`` are names of guests, here or asked for."""
    apart: list[str] = []
    for pattern in _APART:
        for match in list(pattern.finditer(page.text)):
            names = _names(match["names"], known)
            if names:
                apart += names
                page = page.take(match.start(), match.start("names") + _length(match["names"], names))
    is_together, page = _taken(_TOGETHER, page)
    is_spread, page = _taken(_SPREAD, page)
    return Neighbours(tuple(dict.fromkeys(apart)), is_spread and not is_together, is_together), page


def _taken(pattern: re.Pattern[str], page: Page) -> tuple[bool, Page]:
    match = pattern.search(page.text)
    return (True, page.take(*match.span())) if match else (False, page)


def _names(said: str, known: Collection[str]) -> list[str]:
    """The leading words of a list that are names: of a guest that is known, or written as names are."""
    names: list[str] = []
    folded = {name.lower(): name for name in known}
    for word in re.split(r"\s*,\s*|\s+(?:and|or|et|ou|ni|nor)\s+", said):
        name = _ARTICLE.sub("", word)
        if name not in folded and not _NAMELIKE.fullmatch(name):
            break
        names.append(folded.get(name, name))
    return names


def _length(said: str, names: list[str]) -> int:
    """Letters of the list up to the end of its last name."""
    last = names[-1].lower()
    return said.rindex(last) + len(last) if last in said else len(said)
