"""Our small Markdown as Matrix's HTML; whatever else stands in a text is only text. Pure."""

import re
from html import escape
from typing import Final

SPANS: Final = re.compile(r"`([^`\n]+)`|\*\*([^*\n]+(?:\*[^*\n]+)*)\*\*|\[([^\[\]\n]+)\]\((https?://[^\s()<>]+)\)")
BULLET: Final = "- "


def html_lines(md: str) -> str:
    """Paragraph and lists."""
    made: list[str] = []
    items: list[str] = []
    for line in md.strip("\n").split("\n"):
        if line.startswith(BULLET):
            items.append(f"<li>{_spans(line.removeprefix(BULLET))}</li>")
            continue
        made += _listed(items)
        items = []
        made.append(f"{_spans(line)}<br/>")
    text = "".join([*made, *_listed(items)])
    return f"<p>{text.removesuffix('<br/>')}</p>" if "<ul>" not in text else text


def plain(md: str) -> str:
    """The text without the marks of code; bold reads well as it is."""
    return SPANS.sub(lambda found: found[0] if found[1] is None else found[1], md)


def _listed(items: list[str]) -> list[str]:
    return [f"<ul>{''.join(items)}</ul>"] if items else []


def _spans(line: str) -> str:
    made: list[str] = []
    end = 0
    for found in SPANS.finditer(line):
        code, bold, words, url = found.groups()
        made.append(escape(line[end : found.start()]))
        if code is not None:
            made.append(f"<code>{escape(code)}</code>")
        elif bold is not None:
            made.append(f"<strong>{escape(bold)}</strong>")
        else:
            made.append(f'<a href="{escape(url)}">{escape(words)}</a>')
        end = found.end()
    return "".join([*made, escape(line[end:])])
