"""Our small Markdown as Matrix's HTML; whatever else stands in a text is only text. Pure."""

from html import escape
from typing import Final

from bot.chat.layout.spans import Span, spans

BULLET: Final = "- "


def html_lines(md: str) -> str:
    """Paragraph and lists."""
    made: list[str] = []
    items: list[str] = []
    for line in md.strip("\n").split("\n"):
        if line.startswith(BULLET):
            items.append(f"<li>{_line(line.removeprefix(BULLET))}</li>")
            continue
        made += _listed(items)
        items = []
        made.append(f"{_line(line)}<br/>")
    text = "".join([*made, *_listed(items)])
    return f"<p>{text.removesuffix('<br/>')}</p>" if "<ul>" not in text else text


def _listed(items: list[str]) -> list[str]:
    return [f"<ul>{''.join(items)}</ul>"] if items else []


def _line(line: str) -> str:
    return "".join(map(_html, spans(line)))


def _html(span: Span) -> str:
    words = escape(span.words)
    if span.url:
        return f'<a href="{escape(span.url)}">{words}</a>'
    tag = {"`": "code", "*": "strong"}.get(span.style)
    return f"<{tag}>{words}</{tag}>" if tag else words
