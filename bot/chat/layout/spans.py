"""Our small Markdown read as words of one style each, and raw text cut where it may be. Pure; no platform's marks."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

Style = Literal["", "*", "`", "raw"]
"""None, bold, code, or a sign of the platform's own that stands as it is."""

BREAK = "\u200b"
"""A space of no width: behind it a mark is only a character."""
LINK_MOST = 1_000
"""Characters of an address that is a link."""
SPANS = re.compile(
    r"`([^`\n]+)`|\*\*([^*\n]+(?:\*[^*\n]+)*)\*\*|\[([^\[\]\n]+)\]\((https?://[^\s()<>|]+)\)"
    r"|(https?://[^\s<>|`*]+[^\s<>|`*.,;:!?)\]'\"])"
)
Measure = Callable[[str], int]
"""What a raw text takes, as the platform counts it."""


@dataclass(frozen=True, slots=True)
class Span:
    """Words of one style; with ``url`` they lead there."""

    words: str
    style: Style = ""
    url: str = ""

    @property
    def plain(self) -> str:
        """The words without any mark; where they lead is said behind them."""
        return f"{self.words} ({self.url})" if self.url and self.url != self.words else self.words


Read = Callable[[str], Iterable[Span]]
"""How a line is read: as words of one style each."""


def spans(line: str) -> Iterator[Span]:
    """One line as words of one style each."""
    end = 0
    for found in SPANS.finditer(line):
        yield from _span(line[end : found.start()])
        code, bold, words, url, bare = found.groups()
        words, url = (bare, bare) if bare else (words, url)
        if url and len(url) > LINK_MOST:
            yield Span(found[0])
        elif url:
            yield Span(words, url=url)
        else:
            yield Span(code, "`") if code else Span(bold, "*")
        end = found.end()
    yield from _span(line[end:])


def around(words: str, mark: Callable[[str], str]) -> str:
    """Words in a style that begins and ends with a word: the spaces around it stand outside."""
    inside = words.strip()
    if not inside:
        return words
    before, _, after = words.partition(inside)
    return f"{before}{mark(inside)}{after}"


def literal(line: str) -> Iterator[Span]:
    """A line in which no mark means anything."""
    yield Span(line)


def bold(line: str) -> Iterator[Span]:
    """A line that is bold as a whole, whatever stands in it."""
    yield Span(line, "*")


def quoted(line: str) -> Iterator[Span]:
    """A line of somebody else's words, set apart as such; no mark in them means anything."""
    yield Span("> ", "raw")
    yield Span(line)


def cited(line: str) -> Iterator[Span]:
    """Where a quote stands: an http address is a link and shown as it is."""
    is_address = line.startswith(("http://", "https://")) and len(line) <= LINK_MOST and not line.count(" ")
    yield Span(line, url=line) if is_address and not set("<>|") & set(line) else Span(line)


def asked(line: str) -> Iterator[Span]:
    """One question: what is asked in bold, then, behind a tab, the answers."""
    question, _, answers = line.partition("\t")
    yield Span("• ")
    yield Span(question, "*")
    yield Span(f"  {answers}")


def joined(lines: Iterable[str], most: int, measure: Measure) -> Iterator[str]:
    """Lines in pieces that measure at most ``most``; a line that is longer is a piece of its own."""
    held: list[str] = []
    size = 0
    for line in lines:
        more = measure(line) + measure("\n")
        if held and size + more > most:
            yield "\n".join(held)
            held, size = [], 0
        held.append(line)
        size += more
    if held:
        yield "\n".join(held)


def split(text: str, most: int, measure: Measure) -> Iterator[str]:
    """Raw text in parts that measure at most ``most``, cut behind a space where there is one."""
    while measure(text) > most:
        at = _fitting(text, most, measure)
        space = text.rfind(" ", at // 2, at)
        at = space + 1 if space > 0 else at
        yield text[:at]
        text = text[at:]
    yield text


def _span(words: str) -> Iterator[Span]:
    if words:
        yield Span(words)


def _fitting(text: str, most: int, measure: Measure) -> int:
    """How many characters of the text measure at most ``most``; at least one."""
    low, high = 1, min(len(text), most)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if measure(text[:middle]) <= most else (low, middle - 1)
    return low
