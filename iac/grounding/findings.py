"""What reality says against an ask: one finding a slot, with what could be said instead."""

from dataclasses import dataclass

from iac.errors import Sentence, Value, say

SHOWN = 60
"""Characters of a person's own text that a sentence repeats; an ellipsis shows that there was more."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One contradiction: the slot it is in, the problem as a sentence, and values that would do instead."""

    slot: str
    problem: Sentence
    suggestions: tuple[str, ...] = ()


def found(slot: str, key: str, suggestions: tuple[str, ...] = (), **values: Value) -> Finding:
    """Build a finding in one line."""
    return Finding(slot, say(key, **values), suggestions)


def shown(text: str) -> str:
    """A person's own text as a sentence may repeat it: printable, and at most ``SHOWN`` characters."""
    printable = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return printable if len(printable) <= SHOWN else printable[:SHOWN] + "…"
