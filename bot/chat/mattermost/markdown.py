"""Our small Markdown as Mattermost's: every mark that came from outside is only a character, and calls nobody. Pure."""

import re
from collections.abc import Iterator

from bot.chat.layout.spans import BREAK, Read, Span, around, literal, spans, split
from bot.chat.mattermost.limits import LINE

MARKS = re.compile(r"\\(?=[\\`*_~\[\]|])|[`*~\[|]|(?<![^\W_])_|_(?![^\W_])")
"""What would style, link or begin a table; an underline inside a word styles nothing."""
CALL = re.compile(r"(?<![\w.+-])@(?=\w)")
"""What would call somebody, or everybody; the sign of a mail address calls nobody."""
EMOJI = re.compile(r":(?=(?:[0-9_+-]*[a-z][a-z0-9_+-]*|100|1234):)", re.IGNORECASE)
BEGINNING = re.compile(r"^(?=[#>+\-=/]|\d+[.)]|\s{4}|\t)")
"""What would make a heading, a quote, a list, a rule, code or a command of the line it begins."""
TICKS = re.compile(r"`+")
LIST = "- "


def inert(text: str) -> str:
    """Words as they are: no mark in them styles anything, makes a picture, or calls anybody."""
    quiet = CALL.sub(f"@{BREAK}", EMOJI.sub(f":{BREAK}", text))
    return MARKS.sub(lambda mark: f"\\{mark[0]}", quiet)


def lines_of(text: str, read: Read = spans) -> list[str]:
    """The text as lines of Mattermost's Markdown; ``read`` says what the marks of a line mean."""
    return [line for raw in text.strip("\n").split("\n") for line in _line(raw.replace("\r", ""), read)]


def raw_lines(text: str) -> list[str]:
    """Lines in which no mark means anything."""
    return lines_of(text, literal)


def fenced(text: str, language: str = "") -> str:
    """Text in a fence that nothing inside it ends."""
    longest = max((len(found) for found in TICKS.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def marked(span: Span) -> str:
    """Words of one style as Mattermost reads them."""
    if span.style == "raw":
        return span.words
    if span.style == "`":
        return f"`{span.words}`"
    if span.url:
        return f"[{inert(span.words)}]({span.url.replace('(', '%28').replace(')', '%29')})"
    if span.style == "*":
        return around(span.words, lambda words: f"**{inert(words)}**")
    return inert(span.words)


def _line(raw: str, read: Read) -> Iterator[str]:
    """One line, in several where it is too long; each keeps the style it is cut in."""
    is_listed = read is spans and raw.startswith(LIST)
    held = LIST if is_listed else ""
    for span in read(raw[len(LIST) :] if is_listed else raw):
        for words in split(span.words, LINE // 2, len):
            part = marked(Span(words, span.style, span.url))
            if held and len(held) + len(part) > LINE:
                yield held
                held = ""
            held += part if held else _begun(part, span)
    yield held


def _begun(part: str, span: Span) -> str:
    """The first words of a line: they begin nothing but a sentence."""
    return part if span.style == "raw" else BEGINNING.sub(BREAK, part)
