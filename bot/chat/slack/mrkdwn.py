"""Our small Markdown as Slack's mrkdwn: escaped, in pieces that fit, and with nothing that calls people. Pure.

Slack has no way to quote a mark, so a mark that came from outside is followed by a space of no width.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from bot.chat.slack.limits import weight

Style = Literal["", "*", "`", "raw"]
"""None, bold, code, or a sign of Slack's own that stands as it is."""

BREAK = "\u200b"
"""A space of no width: behind it a mark is only a character."""
SPANS = re.compile(
    r"`([^`\n]+)`|\*\*([^*\n]+(?:\*[^*\n]+)*)\*\*|\[([^\[\]\n]+)\]\((https?://[^\s()<>|]+)\)"
    r"|(https?://[^\s<>|`*]+[^\s<>|`*.,;:!?)\]'\"])"
)
PAIRED = re.compile(r"(?<![^\W_])([*_~])(?=\S[^\n]*?\1)")
EMOJI = re.compile(r":(?=(?:[0-9_+'-]*[a-z][a-z0-9_+'-]*|100|1234):)")
CALL = re.compile(r"@(?=(?:here|channel|everyone|group)\b)", re.IGNORECASE)
SPECIAL = re.compile(r"[&<>*_~`:@]")
FENCES = re.compile(r"``(?=`)")
QUOTE = re.compile(r"^(?=>)")
MARKING = frozenset("*_~`")
LINK_MOST = 1_000
MARKS = 16
"""What the marks of a style may add to its words, on the wire."""


@dataclass(frozen=True, slots=True)
class Span:
    """Words of one style; with ``url`` they lead there."""

    words: str
    style: Style = ""
    url: str = ""

    @property
    def mrkdwn(self) -> str:
        """The span as Slack reads it."""
        if self.style == "raw":
            return self.words
        if self.style == "`":
            return f"`{escaped(self.words)}`"
        if self.url:
            return f"<{escaped(self.url)}|{inert(self.words).replace('|', BREAK + '|')}>"
        if self.style == "*":
            return _bold(self.words)
        return inert(self.words)

    @property
    def plain(self) -> str:
        """The words without any mark; where they lead is said behind them."""
        return f"{self.words} ({self.url})" if self.url and self.url != self.words else self.words


Read = Callable[[str], Iterable[Span]]
"""How a line is read: as words of one style each."""


def escaped(text: str) -> str:
    """The three characters that Slack wants escaped."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def inert(text: str) -> str:
    """Words as they are: no mark in them styles anything, makes a picture, or calls anybody."""
    if not SPECIAL.search(text):
        return text
    quiet = CALL.sub(f"@{BREAK}", EMOJI.sub(f":{BREAK}", PAIRED.sub(rf"\1{BREAK}", text)))
    return escaped(QUOTE.sub(BREAK, unfenced(quiet)))


def unfenced(text: str) -> str:
    """A text in which three backticks are no fence."""
    return FENCES.sub(f"``{BREAK}", text)


def plain(text: str) -> str:
    """A text without our marks, escaped: for notifications and screen readers."""
    return "\n".join(inert("".join(span.plain for span in spans(line))) for line in text.split("\n"))


def pieces(text: str, most: int, read: Read | None = None) -> list[str]:
    """The text as mrkdwn in pieces of at most ``most`` characters: cut at lines, else at spaces, never in an entity.

    ``read`` says what the marks of a line mean; by default they are those of our small Markdown.
    """
    lines = (part for line in text.strip("\n").split("\n") for part in _cut(line, most, read or spans))
    return [piece for piece in joined(lines, most) if piece.strip()]


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


def joined(lines: Iterable[str], most: int) -> Iterator[str]:
    """Lines in pieces of at most ``most`` characters; a line that is longer is a piece of its own."""
    held: list[str] = []
    size = 0
    for line in lines:
        more = weight(line) + weight("\n")
        if held and size + more > most:
            yield "\n".join(held)
            held, size = [], 0
        held.append(line)
        size += more
    if held:
        yield "\n".join(held)


def split(text: str, most: int, measure: Callable[[str], int]) -> Iterator[str]:
    """Raw text in parts that measure at most ``most``, cut behind a space where there is one."""
    while measure(text) > most:
        at = _fitting(text, most, measure)
        space = text.rfind(" ", at // 2, at)
        at = space + 1 if space > 0 else at
        yield text[:at]
        text = text[at:]
    yield text


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


def _span(words: str) -> Iterator[Span]:
    if words:
        yield Span(words)


def _line(line: str, read: Read) -> str:
    """One line; a list has Slack's own bullet, and a style that touches a word is parted from it by no width."""
    is_listed = read is spans and line.startswith("- ")
    said = ""
    for span in read(line[2:] if is_listed else line):
        said = _behind(said, span)
    return f"• {said}" if is_listed else said


def _bold(words: str) -> str:
    """Slack's bold begins and ends with a word: the spaces around it stand outside."""
    inside = words.strip()
    if not inside:
        return words
    before, _, after = words.partition(inside)
    return f"{before}*{inert(inside)}*{after}"


def _cut(line: str, most: int, read: Read) -> Iterator[str]:
    """One line as mrkdwn, in several where it is too long; each keeps the style it is cut in."""
    whole = _line(line, read)
    if weight(whole) <= most:
        yield whole
        return
    held = ""
    for span in read(line):
        for words in split(span.words, most - weight(span.url) - MARKS, _weighed):
            part = Span(words, span.style, span.url)
            longer = _behind(held, part)
            if held and weight(longer) > most:
                yield held
                longer = part.mrkdwn
            held = longer
    yield held


def _behind(said: str, span: Span) -> str:
    """What was said and the next words; a mark that would touch a word or another mark is parted from it."""
    next_ = span.mrkdwn
    touches = (span.style or span.url) and (said[-1:].isalnum() or said[-1:] in MARKING)
    is_doubled = said[-1:] in MARKING and next_[:1] == said[-1:]
    return said + BREAK + next_ if said and (touches or is_doubled) else said + next_


def _weighed(words: str) -> int:
    return weight(inert(words))


def _fitting(text: str, most: int, measure: Callable[[str], int]) -> int:
    """How many characters of the text measure at most ``most``; at least one."""
    low, high = 1, min(len(text), most)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if measure(text[:middle]) <= most else (low, middle - 1)
    return low
