"""The names that are there, nearest first, so that a slip of the pen is answered with what was meant. Pure."""

import difflib
from collections.abc import Iterable

MOST_NAMES = 12
"""Names that one sentence offers; how many more there are stands at the end."""

ALIKE = 0.5
"""Below this share of common letters two names have nothing to do with each other."""


def nearest(wish: str, names: Iterable[str]) -> tuple[str, ...]:
    """Each name once, the most alike first; names that are as alike go by name."""
    said = wish.lower()
    return tuple(sorted(set(names), key=lambda name: (-_likeness(said, name.lower()), name)))


def offered(names: tuple[str, ...]) -> tuple[str, ...]:
    """The names as a sentence lists them: the first ``MOST_NAMES``, and "+7" for seven more."""
    more = len(names) - MOST_NAMES
    return (*names[:MOST_NAMES], f"+{more}") if more > 0 else names


def _likeness(said: str, name: str) -> float:
    """How alike two names are, 0..1; what is hardly alike is not alike at all."""
    found = difflib.SequenceMatcher(None, said, name).ratio()
    return round(found, 3) if found >= ALIKE else 0.0
