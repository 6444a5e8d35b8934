"""From a question to the passages that answer it best, one a page, and how much of the question each of them holds."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from agents.knowledge.index import Index, expression
from agents.knowledge.terms import Term, fold, terms_of
from agents.knowledge.values import Found, Language, Passage

MOST = 5
_CANDIDATES = 60
"""Passages of the full-text search that are looked at closer."""
_ASKS_WHAT = re.compile(r"\W*(?:what(?:'?s| is| are)|c'est quoi|qu'est|define|explain|definis|explique)")
_DEFINES = re.compile(r"(?:what .* is|ce qu.est\b(?! pas).*)$", re.IGNORECASE)
"""Headings under which a page says what its subject is."""
_DEFINING = 2.5
"""How much more such a passage weighs for "what is quorum?" and the like of it, where one word is asked about."""


def search(index: Index, question: str, language: Language | None, most: int = MOST) -> Found:
    """The best pages for a question. A question without words that say something finds nothing."""
    terms = terms_of(question, language)
    pages, passages = index.size()
    forms = tuple(dict.fromkeys(form for term in terms for form in term.forms))
    rows = _scored(index, terms, forms) if terms else {}
    weighed = _weighed(index, rows, terms, passages)
    if len(terms) == 1 and _ASKS_WHAT.match(fold(question).replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")):
        weighed = [_as_definition(passage) for passage in weighed]
    ranked = sorted(weighed, key=lambda passage: -passage.score)
    return Found(tuple(_one_a_page(ranked, language)[:most]), forms, pages)


def _scored(index: Index, terms: Sequence[Term], forms: Sequence[str]) -> dict[int, Passage]:
    """Candidates by row. Half of a score is for the words that were said, half for those and the ones like them."""
    said = dict(index.best(expression(forms), _CANDIDATES))
    wide = expression(dict.fromkeys([*forms, *(word for term in terms for word in term.alike)]))
    meant = dict(index.best(wide, _CANDIDATES))
    return {
        row: replace(passage, score=sum(found[row].score for found in (said, meant) if row in found) / 2)
        for row, passage in (said | meant).items()
    }


def _weighed(index: Index, rows: Mapping[int, Passage], terms: Sequence[Term], passages: int) -> list[Passage]:
    """Each passage with the share of the question's weight that it holds; rare words weigh more (inverse frequency)."""
    held, whole = dict.fromkeys(rows, 0.0), 0.0
    for term in terms:
        holders = index.holding(expression([*term.forms, *term.alike]))
        weight = math.log(1 + (passages - len(holders) + 0.5) / (len(holders) + 0.5))
        whole += weight
        for number in holders & held.keys():
            held[number] += weight
    return [replace(passage, share=held[number] / whole) for number, passage in rows.items()]


def _as_definition(passage: Passage) -> Passage:
    """The passage, heavier where it says what its subject is: under such a heading, or at the top of its page."""
    is_one = not passage.heading or _DEFINES.match(passage.heading)
    return replace(passage, score=passage.score * _DEFINING) if is_one else passage


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
