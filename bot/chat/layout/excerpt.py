"""The beginning of a long text, and the count of what is left out. Pure."""

from collections.abc import Callable

from bot.chat.layout.spans import Measure, split

Shown = Callable[[str], str]
"""A raw line as the platform is given it."""


def excerpt(text: str, most: int, shown: Shown, measure: Measure) -> tuple[str, int]:
    """The first lines that fit, as they are shown, and how many lines are not among them.

    A line that is cut counts as hidden.
    """
    lines = text.rstrip("\n").split("\n")
    kept: list[str] = []
    size = 0
    for line in lines:
        one = shown(line)
        size += measure(one) + measure("\n")
        if size > most:
            break
        kept.append(one)
    if not kept:
        first = next(split(lines[0], most - measure("…"), lambda raw: measure(shown(raw))))
        return shown(first) + "…", len(lines)
    return "\n".join(kept), len(lines) - len(kept)
