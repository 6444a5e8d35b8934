"""A card as HTML: pure, and everything that comes from outside is escaped."""

import hashlib
import re
from collections.abc import Callable
from html import escape

from bot.chat.port import Button, Buttons, Code, Diff, Fields, Form, Part, Quote, Text
from bot.chat.web.bodies import NOTE, Answer, Posted, Spoken, Standing
from bot.chat.web.forms import render_answer, render_form
from bot.chat.web.markdown import render_markdown
from bot.chat.web.quotes import render_quote
from bot.chat.web.times import render_time

Say = Callable[..., str]
"""Words of the page in the reader's language: ``say("web.copy")``."""

INLINE_LINES = 200
"""A diff up to this many lines comes with its card; a longer one is fetched when it is unfolded."""
ALIGNED = re.compile(r"^([^\w=]*[\w.\[\]-]+)  ( *)=(?= )")
MARKS = {"+": "a", "-": "d", "~": "c", "#": "h", "!": "c"}


def render_message(row: Standing, say: Say) -> str:
    """One message of a thread."""
    if isinstance(row.body, Spoken):
        return _spoken(row, row.body, say)
    if isinstance(row.body, Posted):
        return _posted(row, row.body, say)
    raise TypeError(f"row {row.seq} is no message: {row.kind}")


def plain_of(row: Standing) -> str:
    """What a screen reader announces."""
    if isinstance(row.body, Posted):
        return row.body.card.plain
    return f"{row.body.name}: {row.body.text}" if isinstance(row.body, Spoken) else ""


def render_diff(text: str) -> str:
    """Every line with its colour; nothing is left out."""
    return "\n".join(_diff_line(line) for line in text.rstrip("\n").split("\n"))


def _posted(row: Standing, body: Posted, say: Say) -> str:
    card = body.card
    note = f'<span class="private">{escape(say("web.private"))}</span>' if row.kind == NOTE else ""
    title = f'<h2><span class="dot" aria-hidden="true"></span>{escape(card.title)}</h2>' if card.title else ""
    parts = "".join(_part(row.seq, index, part, body, say) for index, part in enumerate(card.parts))
    kind = "card" if card.title else "words"
    return (
        f'<article class="message bot {kind} tone-{card.tone}{" note" if note else ""}" id="m{row.seq}"'
        f' data-seq="{row.seq}" data-plain="{escape(card.plain)}">'
        f'<header><span class="mark" aria-hidden="true"></span><b>{escape(say("web.bot"))}</b>{note}'
        f"{render_time(body.at)}</header>"
        f'<div class="body">{title}{parts or render_markdown(card.plain)}</div></article>'
    )


def _spoken(row: Standing, body: Spoken, say: Say) -> str:
    lost = f'<p class="error">{escape(say("web.not_delivered"))}</p>' if body.is_lost else ""
    return (
        f'<article class="message person" id="m{row.seq}" data-seq="{row.seq}" data-plain="{escape(plain_of(row))}">'
        f'<header><span class="initial" aria-hidden="true">{escape(body.name[:1].upper())}</span>'
        f"<b>{escape(body.name)}</b>{render_time(body.at)}</header>"
        f'<div class="body"><p class="said">{escape(body.text)}</p>{lost}</div></article>'
    )


def _part(seq: int, index: int, part: Part, body: Posted, say: Say) -> str:
    if isinstance(part, Text):
        return _folded(part) if part.fold else f'<div class="text">{render_markdown(part.md)}</div>'
    if isinstance(part, Fields):
        return _fields(part)
    if isinstance(part, Code):
        return _code(part, say)
    if isinstance(part, Quote | Diff):
        return render_quote(part) if isinstance(part, Quote) else _diff(seq, index, part, say)
    if isinstance(part, Buttons):
        return f'<div class="buttons">{"".join(_button(seq, button) for button in part.items)}</div>'
    return _form(seq, part, body.answers.get(part.id), say)


def _form(seq: int, form: Form, answer: Answer | None, say: Say) -> str:
    return render_answer(form, answer, say) if answer else render_form(seq, form, say)


def _folded(part: Text) -> str:
    mark = hashlib.sha256(part.md.encode()).hexdigest()[:16]
    return (
        f'<details class="more" data-mark="{mark}"><summary>{escape(part.fold)}</summary>'
        f'<div class="text">{render_markdown(part.md)}</div></details>'
    )


def _fields(part: Fields) -> str:
    rows = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in part.items)
    return f'<dl class="fields">{rows}</dl>'


def _code(part: Code, say: Say) -> str:
    copy = escape(say("web.copy"))
    text = f'<pre tabindex="0">{escape(part.text)}</pre>'
    return f'<div class="code">{text}<button type="button" data-copy>{copy}</button></div>'


def _button(seq: int, button: Button) -> str:
    confirm = f' data-confirm="{escape(button.confirm)}"' if button.confirm else ""
    return (
        f'<button type="button" class="{button.style}" id="b{seq}-{escape(button.action)}"'
        f' data-press="{escape(button.action)}"'
        f' data-value="{escape(button.value)}"{confirm}>{escape(button.label)}</button>'
    )


def _diff(seq: int, index: int, part: Diff, say: Say) -> str:
    lines = len(part.text.splitlines())
    mark = hashlib.sha256(part.text.encode()).hexdigest()[:16]
    where = f"/diff/{seq}/{index}"
    is_long = lines > INLINE_LINES
    inside = escape(say("web.loading")) if is_long else render_diff(part.text)
    more = f' data-more="{where}"' if is_long else ""
    return (
        f'<details class="diff" data-mark="{mark}"{more}><summary><span>{escape(part.summary)}</span>'
        f"<small>{escape(say('web.lines', count=lines))}</small></summary>"
        f'<pre tabindex="0">{inside}</pre>'
        f'<a class="download" href="{where}?download=1" download="{escape(part.name)}">'
        f"{escape(say('web.download'))}</a></details>"
    )


def _diff_line(line: str) -> str:
    mark = MARKS.get(line.lstrip()[:1])
    # The spaces that align values are marked, so that a narrow screen can leave them out.
    shown = ALIGNED.sub(r"\1<i> \2</i> =", escape(line), count=1)
    return f'<span class="{mark}">{shown}</span>' if mark else shown
