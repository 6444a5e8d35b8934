"""From a question to the passages that answer it best, one a page, and how much of the question each of them holds."""

import math
from collections.abc import Sequence
from dataclasses import replace

from agents.knowledge.index import Index, expression
from agents.knowledge.terms import Term, terms_of
from agents.knowledge.values import Found, Language, Passage

MOST = 5
_CANDIDATES = 60
"""Passages of the full-text search that are looked at closer."""

Row = tuple[int, Passage]


def search(index: Index, question: str, language: Language | None, most: int = MOST) -> Found:
    """The best pages for a question. A question without words that say something finds nothing."""
    terms = terms_of(question, language)
    pages, passages = index.size()
    forms = tuple(dict.fromkeys(form for term in terms for form in term.forms))
    if not terms:
        return Found((), forms, pages)
    rows = index.best(expression(forms), _CANDIDATES)
    if not rows:
        return Found((), forms, pages)
    ranked = sorted(_weighed(index, rows, terms, passages), key=lambda passage: -passage.score)
    return Found(tuple(_one_a_page(ranked, language)[:most]), forms, pages)


def _weighed(index: Index, rows: Sequence[Row], terms: Sequence[Term], passages: int) -> list[Passage]:
    """Each passage with the share of the question's weight that it holds; rare words weigh more (inverse frequency)."""
    held, whole = {number: 0.0 for number, _ in rows}, 0.0
    for term in terms:
        holders = index.holding(expression(term.forms))
        weight = math.log(1 + (passages - len(holders) + 0.5) / (len(holders) + 0.5))
        whole += weight
        for number in holders.intersection(held):
            held[number] += weight
    return [replace(passage, share=held[number] / whole) for number, passage in rows]


def _one_a_page(ranked: Sequence[Passage], language: Language | None) -> list[Passage]:
    """The best passage of each page; of a page that exists in several languages, the one in the person's."""
    best = dict[str, Passage]()
    for passage in ranked:
        if language == "en" and passage.language == "fr":
            continue  # its English twin is there; a French reader may still be shown an English passage
        known = best.setdefault(passage.page, passage)
        if known.language != language and passage.language == language and language is not None:
            best[passage.page] = replace(passage, score=known.score, share=max(known.share, passage.share))
    return list(best.values())
