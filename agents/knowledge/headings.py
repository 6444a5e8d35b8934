"""Texts with light markup (Markdown, reStructuredText, AsciiDoc, plain) as a title and sections. Pure."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from agents.knowledge.values import Document, Section

_FENCE = re.compile(r"^\s*(?:```|~~~)")
_BLOCK = re.compile(r"^(?:----+|\.\.\.\.+|```+)\s*$")
_FRONT = re.compile(r"\A---[ \t\r]*\n(.*?)\n---[ \t\r]*(?:\n|\Z)", re.DOTALL)
_TITLE = re.compile(r"^(?:title|page_title|sidebar_label):\s*(.+)$", re.MULTILINE)
_COMMENT_LINE = re.compile(r"^\[comment\].*$", re.MULTILINE)
_LINK = re.compile(r"!?\[([^\[\]\n]{0,300})\]\([^()\n]{0,600}\)|\[([^\[\]\n]{1,300})\]\[[^\[\]\n]{0,300}\]")
_MARKS = re.compile(r"(?<![\w*])(\*{1,3}|_{1,3})(?=[^\s*_])([^*_\n]*[^\s*_])\1(?![\w*])")
_HASHES = re.compile(r"^(#{1,6})\s+(.*)$", re.DOTALL)
_EQUALS = re.compile(r"^(={1,6})\s+(\S.*)$", re.DOTALL)
_LINE = re.compile(r"^([=\-~^+\"'#*:.`])\1{2,}\s*$")
_DIRECTIVE = re.compile(r"^(?::[\w-]+:.*|\[\[.*\]\]|\[[\w=,%\"<>^ .-]*\]|(?:ifn?def|endif|include|image)::.*)$")
_SUPERSEDED = re.compile(
    r"^\W*(?:deprecat(?:ed|ion)|obsol[eè]te)\W+(?:use|see|replaced|in favou?r|utilisez|voir|remplac)",
    re.IGNORECASE | re.MULTILINE,
)
_SEEN = 800
"""Characters at the start in which a page says that it has been superseded."""

Heading = Callable[[str, str], str | None]
"""From a line and the one after it to the heading they are, or None."""


def parse_markdown(text: str) -> Document:
    """Markdown: headings by hashes or underlined, front matter for the title."""
    front = _FRONT.match(text)
    named = _TITLE.search(front[1]) if front else None
    body = _COMMENT_LINE.sub("", without_comments(text[front.end() :] if front else text))
    return _document(body, _markdown_heading, named[1].strip("\"' ") if named else "")


def parse_restructured(text: str) -> Document:
    """reStructuredText: every heading is underlined."""
    return _document(text, _underlined)


def parse_asciidoc(text: str) -> Document:
    """AsciiDoc: headings by equals signs, or underlined in the older way; attributes and macros are no text."""
    kept = "\n".join(line for line in text.split("\n") if not _DIRECTIVE.match(line) and not line.startswith("//"))
    return _document(kept, lambda line, after: _equals(line) or _underlined(line, after), fence=_BLOCK)


def parse_plain(text: str) -> Document:
    """Plain text has one section; its first line is the title where it is short and stands alone."""
    return _document(text, lambda _line, _after: None)


def _document(text: str, heading_of: Heading, title: str = "", fence: re.Pattern[str] = _FENCE) -> Document:
    sections = tuple(_sections(text.replace("\r\n", "\n").split("\n"), heading_of, fence))
    first = next((s.heading for s in sections if s.heading), "")
    return Document(title or first or _first_line(text), sections, is_superseded(sections))


def without_comments(text: str) -> str:
    """The text without what stands between ``<!--`` and ``-->``; what is never closed ends the text."""
    parts = text.split("<!--")
    return "".join([parts[0], *(part.partition("-->")[2] for part in parts[1:])])


def is_superseded(sections: Sequence[Section]) -> bool:
    """Whether a page begins by saying that another has taken its place."""
    return _SUPERSEDED.search("\n".join(section.text for section in sections[:2])[:_SEEN]) is not None


def _sections(lines: Sequence[str], heading_of: Heading, fence: re.Pattern[str]) -> Iterator[Section]:
    """Sections in order; what stands in a fence is never a heading, and is indented as code."""
    heading, held, closes, is_underline = "", list[str](), "", False
    for line, after in pairwise([*lines, ""]):
        if is_underline:
            is_underline = False
            continue
        found = None if closes else heading_of(line, after)
        opened = fence.match(line) if found is None else None
        if opened:
            mark = opened[0].strip()[:3]
            closes = "" if mark == closes else closes or mark
        elif found is None:
            held.append(f"    {line}" if closes and line else line)
        if found is None:
            continue
        yield Section(heading, _plain("\n".join(held)))
        heading, held, is_underline = _plain(found).strip(), [], not _is_marked(line)
    yield Section(heading, _plain("\n".join(held)))


def _is_marked(line: str) -> bool:
    return bool(_HASHES.match(line) or _EQUALS.match(line))


def _markdown_heading(line: str, after: str) -> str | None:
    found = _HASHES.match(line)
    if found:
        return _unclosed(found[2], "#")
    is_text = bool(line.strip()) and not line.startswith((" ", "|", "-"))
    return line.strip() if is_text and re.fullmatch(r"(?:=|-){3,}\s*", after) else None


def _equals(line: str) -> str | None:
    found = _EQUALS.match(line)
    return (_unclosed(found[2], "=") or "=") if found else None


def _unclosed(heading: str, sign: str) -> str:
    """A heading without the signs that may close it: a pattern would try each space that stands before them."""
    return heading.rstrip().rstrip(sign).rstrip()


def _underlined(line: str, after: str) -> str | None:
    """A line with another of one repeated sign under it, about as long."""
    is_as_long = abs(len(after.rstrip()) - len(line.rstrip())) <= max(3, len(line) // 4)
    is_text = bool(line.strip()) and not _LINE.match(line) and not line.startswith(" ")
    return line.strip() if is_text and is_as_long and _LINE.match(after) else None


def _plain(text: str) -> str:
    """Words without the marks around them; code keeps its lines."""
    return _MARKS.sub(r"\2", _LINK.sub(lambda m: m[1] or m[2] or "", text)).strip("\n")


def _first_line(text: str) -> str:
    return next((line.strip()[:80] for line in text.split("\n") if line.strip()), "")
