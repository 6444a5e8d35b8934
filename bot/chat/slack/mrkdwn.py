"""Our small Markdown as Slack's mrkdwn: escaped, in pieces that fit, and with nothing that calls people. Pure.

Slack has no way to quote a mark, so a mark that came from outside is followed by a space of no width.
"""

import re
from collections.abc import Iterator

from bot.chat.layout.spans import BREAK, Read, Span, around, joined, spans, split
from bot.chat.slack.limits import weight

PAIRED = re.compile(r"(?<![^\W_])([*_~])(?=\S[^\n]*?\1)")
EMOJI = re.compile(r":(?=(?:[0-9_+'-]*[a-z][a-z0-9_+'-]*|100|1234):)")
CALL = re.compile(r"@(?=(?:here|channel|everyone|group)\b)", re.IGNORECASE)
SPECIAL = re.compile(r"[&<>*_~`:@]")
FENCES = re.compile(r"``(?=`)")
QUOTE = re.compile(r"^(?=>)")
MARKING = frozenset("*_~`")
MARKS = 16
"""What the marks of a style may add to its words, on the wire."""


def marked(span: Span) -> str:
    """Words of one style as Slack reads them."""
    if span.style == "raw":
        return span.words
    if span.style == "`":
        return f"`{escaped(span.words)}`"
    if span.url:
        return f"<{escaped(span.url)}|{inert(span.words).replace('|', BREAK + '|')}>"
    if span.style == "*":
        return around(span.words, lambda words: f"*{inert(words)}*")
    return inert(span.words)


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
    return [piece for piece in joined(lines, most, weight) if piece.strip()]


def _line(line: str, read: Read) -> str:
    """One line; a list has Slack's own bullet, and a style that touches a word is parted from it by no width."""
    is_listed = read is spans and line.startswith("- ")
    said = ""
    for span in read(line[2:] if is_listed else line):
        said = _behind(said, span)
    return f"• {said}" if is_listed else said


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
                longer = marked(part)
            held = longer
    yield held


def _behind(said: str, span: Span) -> str:
    """What was said and the next words; a mark that would touch a word or another mark is parted from it."""
    next_ = marked(span)
    touches = (span.style or span.url) and (said[-1:].isalnum() or said[-1:] in MARKING)
    is_doubled = said[-1:] in MARKING and next_[:1] == said[-1:]
    return said + BREAK + next_ if said and (touches or is_doubled) else said + next_


def _weighed(words: str) -> int:
    return weight(inert(words))
