"""A quote as HTML: the words of others, set apart, and where they stand. Pure; a link leads only to the web."""

from collections.abc import Iterable
from html import escape
from itertools import groupby

from bot.chat.port import Quote
from bot.chat.web.markdown import render_markdown

CODE = "    "


def render_quote(quote: Quote) -> str:
    """The words as they are, and under them the source; its address is shown, also where it can be followed."""
    return (
        f'<figure class="quote"><blockquote>{_words(quote.text)}</blockquote>'
        f"<figcaption><cite>{escape(quote.source)}</cite> {_address(quote.address)}</figcaption></figure>"
    )


def _words(text: str) -> str:
    """Paragraphs, lists and code; a hostile text stays the text it is."""
    parts = groupby(text.split("\n"), lambda line: line.startswith(CODE))
    return "".join(_code(lines) if is_code else render_markdown("\n".join(lines)) for is_code, lines in parts)


def _code(lines: Iterable[str]) -> str:
    code = "\n".join(line.removeprefix(CODE) for line in lines)
    return f'<pre tabindex="0">{escape(code)}</pre>'


def _address(address: str) -> str:
    shown = escape(address)
    if not address.startswith(("http://", "https://")):
        return f"<code>{shown}</code>"
    return f'<a href="{shown}" target="_blank" rel="noopener noreferrer nofollow">{shown}</a>'
