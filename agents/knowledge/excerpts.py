"""A few sentences of a passage, word for word: those that hold most of what was asked. Pure."""

import re
from collections.abc import Sequence

from agents.knowledge.terms import fold
from iac.redaction import redact

MOST = 480
"""Characters of one quote in a thread."""
_UNIT = re.compile(r".+?(?:(?<=[.!?:;])\s+(?=[^\s\da-z])|\n+|\Z)", re.DOTALL)
_STEM = 5
"""Letters by which two forms of a word are taken for one."""


def excerpt(text: str, forms: Sequence[str], most: int = MOST) -> str:
    """The part of a text with most of these words, cut between sentences or lines; what was left off is marked."""
    text = redact(text).strip("\n")
    if len(text) <= most:
        return text
    units = [found.span() for found in _UNIT.finditer(text)]
    stems = {fold(form)[:_STEM] for form in forms}
    held = [{stem for stem in stems if _holds(text[start:end], stem)} for start, end in units]
    windows = [_window(units, first, most) for first in range(len(units))]
    first, last = max(windows, key=lambda w: (len(set().union(*held[w[0] : w[1]])), -w[0]))
    start, end = units[first][0], min(units[last - 1][1], units[first][0] + most)
    before, after = ("\u2026 " if start else ""), (" \u2026" if end < len(text) else "")
    return before + text[start:end].strip("\n").rstrip() + after


def _window(units: Sequence[tuple[int, int]], first: int, most: int) -> tuple[int, int]:
    """From one sentence on, as many as fit; the one alone where it is too long."""
    last = first + 1
    while last < len(units) and units[last][1] - units[first][0] <= most:
        last += 1
    return first, last


def _holds(text: str, stem: str) -> bool:
    return re.search(rf"(?<![^\W_]){re.escape(stem)}", fold(text)) is not None
