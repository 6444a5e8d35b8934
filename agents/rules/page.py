"""One message as it is read: folded for comparing, same length as the original, spans blanked once understood."""

import re
import unicodedata
from dataclasses import dataclass, replace

TAKEN = "\x00"
"""Stands for a character that a rule has understood already; no pattern crosses it."""

_FOLDED = {"\N{LATIN SMALL LIGATURE OE}": "o", "\N{LATIN SMALL LETTER AE}": "a", "\N{RIGHT SINGLE QUOTATION MARK}": "'"}
_GAP = re.compile(r"\s{17,}")
_SPACES = frozenset("\u00a0\u202f\u2009\t\r")


@dataclass(frozen=True, slots=True)
class Page:
    """``said`` is what the person wrote; ``text`` the same, folded, with what was understood blanked out."""

    said: str
    text: str

    def take(self, start: int, end: int) -> "Page":
        """The same page with one span understood."""
        return replace(self, text=self.text[:start] + TAKEN * (end - start) + self.text[end:])

    def original(self, match: re.Match[str], group: int | str = 0) -> str:
        """What a match covers, as it was written."""
        return self.said[match.start(group) : match.end(group)]


def page_of(said: str) -> Page:
    """Open a page. The ligature œ counts as its two letters, so that both spellings meet."""
    spelled = said.replace("\N{LATIN SMALL LIGATURE OE}", "oe").replace("\N{LATIN CAPITAL LIGATURE OE}", "Oe")
    return Page(spelled, "".join(map(_folded, spelled)))


def squeezed(text: str) -> str:
    """The text without endless gaps: they say nothing, and a pattern would try each space of them as a beginning."""
    return _GAP.sub(lambda gap: "\n\n" if "\n" in gap[0] else "  ", text)


def fold(text: str) -> str:
    """Lower case without accents: the form all patterns are written in."""
    return page_of(text).text


def _folded(character: str) -> str:
    """One character in, exactly one out, so that positions stay what they are."""
    if character in _SPACES:
        return " "
    known = _FOLDED.get(character.lower())
    if known:
        return known
    plain = unicodedata.normalize("NFKD", character)[:1].lower()
    return plain if len(plain) == 1 else character
