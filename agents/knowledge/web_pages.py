"""HTML as a title, sections and links, with the parser of the standard library. Scripts and menus are no text."""

import re
from collections import Counter
from html.parser import HTMLParser

from agents.knowledge.headings import is_superseded, without_comments
from agents.knowledge.values import Document, Section

_NO_TEXT = "script style noscript template svg nav header footer aside form button select iframe head"
_SKIPPED = frozenset(_NO_TEXT.split())
_HEADINGS = frozenset(["h1", "h2", "h3", "h4"])
_BREAKING = "p div section article main ul ol li table tr pre blockquote dl dt dd br hr h5 h6"
_BLOCKS = frozenset(_BREAKING.split())
_DECLARED = re.compile(r"<[!?][^<>]{0,500}>")
_OPEN = re.compile(r"<(?![a-zA-Z/][^<>]{0,5000}>)")
"""A sign that begins no tag: the parser would look for its end through the whole page, each time."""
_SPACES = re.compile(r"[ \t\r\f\v\u00a0]+")
_LINES = re.compile(r"\n{3,}")


def parse_html(text: str) -> Document:
    """The page; where it has a ``main`` or an ``article``, only what stands in there."""
    page = _Page(is_narrow=re.search(r"<(?:main|article)\b|role=[\"']main", text, re.IGNORECASE) is not None)
    page.feed(_OPEN.sub("&lt;", _DECLARED.sub("", without_comments(text))))
    page.close()
    sections = page.sections()
    title = page.title.strip() or next((s.heading for s in sections if s.heading), "")
    return Document(" ".join(title.split()), sections, is_superseded(sections), tuple(dict.fromkeys(page.links)))


class _Page(HTMLParser):
    """Collects text by heading while the tags go by."""

    def __init__(self, *, is_narrow: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.links = list[str]()
        self._is_narrow = is_narrow
        self._inside, self._skipped, self._pre = 0, list[str](), 0
        self._skips = Counter[str]()
        self._title = list[str]()
        self._is_title = self._is_heading = False
        self._heading, self._anchor, self._held = list[str](), "", list[str]()
        self._sections = list[Section]()

    @property
    def title(self) -> str:
        """What the page calls itself."""
        return "".join(self._title)

    def sections(self) -> tuple[Section, ...]:
        """All sections, the last one included."""
        self._end_section()
        return tuple(self._sections)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a heading, a block, or something that is no text."""
        given = dict(attrs)
        if tag == "a" and given.get("href"):
            self.links.append(str(given["href"]))
        if tag == "title":
            self._is_title = not self._title
        if tag in _SKIPPED:
            self._skipped.append(tag)
            self._skips[tag] += 1
        if tag in {"main", "article"} or given.get("role") == "main":
            self._inside += 1
        if tag in _HEADINGS and self._is_text:
            self._end_section()
            self._is_heading, self._heading, self._anchor = True, [], str(given.get("id") or "")
        elif self._is_heading and not self._anchor and given.get("id"):
            self._anchor = str(given["id"])
        self._block(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close it."""
        if tag == "title":
            self._is_title = False
        if self._skips[tag]:
            self._end_skipped(tag)
        if tag in _HEADINGS:
            self._is_heading = False
        if tag == "pre":
            self._pre = max(0, self._pre - 1)
        if tag in _BLOCKS:
            self._held.append("\n")

    def handle_data(self, data: str) -> None:
        """Words, where they are text."""
        if self._is_title:
            self._title.append(data)
        elif self._is_text and self._is_heading:
            self._heading.append(data)
        elif self._is_text:
            self._held.append(data if self._pre else _SPACES.sub(" ", data.replace("\n", " ")))

    @property
    def _is_text(self) -> bool:
        return not self._skipped and (self._inside > 0 or not self._is_narrow)

    def _end_skipped(self, tag: str) -> None:
        """Close it with all that was left open in it; counted, for a page may open a million."""
        ended = ""
        while ended != tag:
            ended = self._skipped.pop()
            self._skips[ended] -= 1

    def _block(self, tag: str) -> None:
        if tag == "pre":
            self._pre += 1
        if tag in _BLOCKS:
            self._held.append("\n- " if tag == "li" else "\n\n" if tag in {"p", "pre", "table"} else "\n")

    def _end_section(self) -> None:
        lines = "".join(self._held).split("\n")
        text = _LINES.sub("\n\n", "\n".join(line.rstrip() if line.startswith("  ") else line.strip() for line in lines))
        heading = " ".join("".join(self._heading).replace("\u00b6", "").split())
        if text.strip() or heading:
            self._sections.append(Section(heading, text.strip("\n"), self._anchor))
        self._held, self._heading, self._anchor = [], [], ""
