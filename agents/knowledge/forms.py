"""From the bytes of a file to a document: which suffixes are read, and how. Pure."""

import re
from collections.abc import Callable, Mapping

from agents.knowledge.headings import parse_asciidoc, parse_markdown, parse_plain, parse_restructured
from agents.knowledge.values import Document
from agents.knowledge.web_pages import parse_html

FORMS: Mapping[str, Callable[[str], Document]] = {
    ".md": parse_markdown,
    ".mdx": parse_markdown,
    ".markdown": parse_markdown,
    ".txt": parse_plain,
    ".text": parse_plain,
    ".rst": parse_restructured,
    ".adoc": parse_asciidoc,
    ".asciidoc": parse_asciidoc,
    ".html": parse_html,
    ".htm": parse_html,
}
TYPES: Mapping[str, str] = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/markdown": ".md",
    "text/x-markdown": ".md",
    "text/x-rst": ".rst",
    "text/prs.fallenstein.rst": ".rst",
    "text/asciidoc": ".adoc",
    "text/plain": ".txt",
}
"""What a web server may call them."""
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
_CONTROL = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]")
_LOOKED = 2048


def parse(form: str, content: bytes) -> Document:
    """The document in a file of that suffix; raises ``KeyError`` for one that is not read."""
    return FORMS[form](text_of(content))


def is_text(content: bytes) -> bool:
    """Whether bytes can be read as text at all: no zero byte, and hardly any other control character."""
    start = content[:_LOOKED]
    return b"\x00" not in start and len(_CONTROL.findall(start)) * 50 <= len(start)


def text_of(content: bytes) -> str:
    """Bytes as text: UTF-8, else what a page says of itself, else Western European; never an error."""
    said = _CHARSET.search(content[:_LOOKED])
    for name in ("utf-8-sig", *([said[1].decode("ascii")] if said else ()), "cp1252"):
        try:
            return content.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    return content.decode("latin-1")
