"""A small Markdown to HTML: **bold**, `code`, and lines that begin with "- ". Everything else is escaped text. Pure."""

import re
from html import escape

MARKED = re.compile(r" (?=[;:!?»](?:\s|$))")
SPANS = re.compile(r"`([^`\n]+)`|\*\*([^*\n]+(?:\*[^*\n]+)*)\*\*")


def render_markdown(text: str) -> str:
    """Paragraphs and lists; a hostile text stays the text it is."""
    blocks: list[str] = []
    listed: list[str] = []
    for line in text.split("\n"):
        if line.startswith("- "):
            listed.append(f"<li>{render_line(line[2:])}</li>")
            continue
        blocks += _list(listed)
        listed = []
        if line.strip():
            blocks.append(f"<p>{render_line(line)}</p>")
    return "".join([*blocks, *_list(listed)])


def render_line(line: str) -> str:
    """One line, its spans marked."""
    parts: list[str] = []
    end = 0
    for found in SPANS.finditer(line):
        parts.append(_prose(line[end : found.start()]))
        parts.append(f"<code>{escape(found[1])}</code>" if found[1] else f"<strong>{_prose(found[2])}</strong>")
        end = found.end()
    return "".join([*parts, _prose(line[end:])])


def _prose(text: str) -> str:
    """Escaped words; no line begins with the mark that French sets behind a space."""
    return escape(MARKED.sub("\u00a0", text))


def _list(items: list[str]) -> list[str]:
    return [f"<ul>{''.join(items)}</ul>"] if items else []
