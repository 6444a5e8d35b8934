"""Block Kit as a page that imitates Slack's look: to see the product's own messages; nothing of Slack's is in it."""

import re
from collections.abc import Callable, Iterable, Sequence
from html import escape, unescape
from pathlib import Path
from typing import Any

from bot.chat.layout.spans import BREAK

Block = dict[str, Any]

STYLE = Path(__file__).with_suffix(".css").read_text(encoding="utf-8")
NOTE = "An imitation of Slack's look, made from the messages that Threadform sends."
FENCE = re.compile(r"```\n?(.*?)\n?```", re.DOTALL)
SPANS = re.compile(r"`([^`\n]+)`|\*([^*\n]+)\*|&lt;(https?://[^|&]*(?:&amp;[^|&]*)*)(?:\|([^\n]*?))?&gt;")
QUOTED = re.compile(r"^&gt; (.*)$", re.MULTILINE)
ICONS = {
    "✅": ("#2bac76", "M4 9.5l3.5 3.5L14 5.5"),
    "❌": ("#e01e5a", "M5 5l8 8M13 5l-8 8"),
    "👉": ("#daa038", "M4 9h10M10 5l4 4-4 4"),
    "⏳": ("#1d9bd1", "M5 4h8L5 14h8z"),
}
"""Signs that many machines have no font for, as drawings of our own."""


def page(title: str, inside: str, *, is_dark: bool) -> str:
    """A whole page; it says what it is."""
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title><style>{STYLE}</style>'
        f'<body class="{"dark" if is_dark else "light"}"><main>{inside}</main>'
        f"<footer>{escape(NOTE)}</footer></body></html>"
    )


def message(name: str, blocks: Sequence[Block], *, files: Iterable[tuple[str, str]] = (), note: str = "") -> str:
    """One message of the app: who, what, and the files below it (name and text)."""
    body = "".join(render_block(block) for block in blocks)
    attached = "".join(
        f'<div class="file"><b>{escape(file)}</b><pre>{_coloured(text)}</pre></div>' for file, text in files
    )
    private = f'<p class="private">{escape(note)}</p>' if note else ""
    return (
        f'<article><span class="face">{escape(name[:1])}</span><div>{private}<header><b>{escape(name)}</b>'
        f"<i>APP</i><time>10:42</time></header>{body}{attached}</div></article>"
    )


def said(name: str, text: str) -> str:
    """What a person said."""
    return (
        f'<article class="person"><span class="face">{escape(name[:1])}</span><div><header><b>{escape(name)}</b>'
        f"<time>10:41</time></header><p>{escape(text)}</p></div></article>"
    )


def modal(view: Block) -> str:
    """A modal with its frame."""
    blocks = "".join(render_block(block) for block in view["blocks"])
    title, close, submit = (escape(view[frame]["text"]) for frame in ("title", "close", "submit"))
    return (
        f'<section class="modal"><h1>{title}<span>&times;</span></h1><div class="inside">{blocks}</div>'
        f'<div class="foot"><button>{close}</button><button class="primary">{submit}</button></div></section>'
    )


def render_block(block: Block) -> str:
    """One block. A kind that the product does not send raises KeyError."""
    return KINDS[block["type"]](block)


def text_html(text: Block) -> str:
    """A text object as HTML: mrkdwn as Slack reads it, plain text as it stands."""
    if text["type"] == "plain_text":
        return _pictured(escape(text["text"]))
    parts = FENCE.split(text["text"])
    return "".join(
        f"<pre>{_coloured(unescape(part))}</pre>" if at % 2 else _prose(unescape(part)) for at, part in enumerate(parts)
    )


def _prose(text: str) -> str:
    # What is left of a span of no width only parted marks, which is done by now.
    marked = QUOTED.sub(r"<q>\1</q>", SPANS.sub(_span, escape(text, quote=False)))
    return _pictured(marked.strip("\n").replace("\n", "<br>").replace(BREAK, ""))


def _span(found: re.Match[str]) -> str:
    code, bold, url, words = found.groups()
    if url:
        return f'<a href="{url}">{words or url}</a>'
    return f"<code>{code}</code>" if code else f"<b>{bold}</b>"


def _pictured(text: str) -> str:
    for sign, (colour, path) in ICONS.items():
        drawn = f'<svg viewBox="0 0 18 18" role="img" aria-label="{sign}"><path stroke="{colour}" d="{path}"/></svg>'
        text = text.replace(sign, drawn)
    return text


def _coloured(text: str) -> str:
    return escape(text.replace(BREAK, ""))


def _section(block: Block) -> str:
    text = f'<div class="text">{text_html(block["text"])}</div>' if "text" in block else ""
    fields = "".join(f"<div>{text_html(field)}</div>" for field in block.get("fields", ()))
    return text + (f'<div class="fields">{fields}</div>' if fields else "")


def _header(block: Block) -> str:
    return f"<h2>{text_html(block['text'])}</h2>"


def _actions(block: Block) -> str:
    made = (f'<button class="{e.get("style", "")}">{text_html(e["text"])}</button>' for e in block["elements"])
    return f'<div class="actions">{"".join(made)}</div>'


def _container(block: Block) -> str:
    inside = "".join(render_block(child) for child in block["child_blocks"])
    return f"<details><summary>{text_html(block['title'])}</summary>{inside}</details>"


def _input(block: Block) -> str:
    element = block["element"]
    shown = element.get("initial_option", {}).get("text", {}).get("text") or element.get("initial_value", "")
    kind = "menu" if element["type"] == "static_select" else "area" if element.get("multiline") else "line"
    optional = "<small> (optional)</small>" if block["optional"] else ""
    return (
        f'<label>{text_html(block["label"])}{optional}<span class="{kind}">{escape(shown) or "&nbsp;"}</span></label>'
    )


KINDS: dict[str, Callable[[Block], str]] = {
    "section": _section,
    "header": _header,
    "actions": _actions,
    "container": _container,
    "input": _input,
}
