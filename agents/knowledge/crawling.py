"""A page of the web and the pages below it: links are followed within the directory of the first one, breadth first."""

import posixpath
import time
from collections import deque
from typing import Final
from urllib.parse import urldefrag, urlsplit

from agents.knowledge.doors import Answer, Door, checked, joined, shown
from agents.knowledge.forms import FORMS, TYPES, parse
from agents.knowledge.values import Gathered, Left, Progress, Raw, Source
from iac.errors import Refused

MOST_PAGES: Final = 300
MOST_BYTES: Final = 60 * 1024 * 1024
MOST_S: Final = 180.0


def crawl(source: Source, door: Door, tell: Progress) -> Gathered:
    """The page at a source's address and what it leads to below. ``Refused`` where not even the first can be read."""
    first = door.get(source.place)
    below = posixpath.dirname(urlsplit(first.url).path).rstrip("/") + "/"
    pages, left = [_page(first)], list[Left]()
    waiting, seen = deque(_links(first, below)), {first.url, *_links(first, below)}
    size, until = len(first.content), time.monotonic() + MOST_S
    while waiting:
        if len(pages) >= MOST_PAGES or size > MOST_BYTES or time.monotonic() > until:
            left += [Left(shown(url), "enough") for url in waiting]
            break
        url = waiting.popleft()
        try:
            answer = door.get(url)
            page = _page(answer)
        except Refused:
            left.append(Left(shown(url), "web"))
            continue
        tell(len(pages), shown(url))
        if not _is_below(answer.url, first.url, below) or page.key in {known.key for known in pages}:
            continue
        pages.append(page)
        size += len(answer.content)
        new = [link for link in _links(answer, below) if link not in seen]
        seen.update(new)
        waiting.extend(new)
    return Gathered(tuple(pages), tuple(left))


def _page(answer: Answer) -> Raw:
    """What a server sent, as a page; ``Refused`` for what is no text that is read."""
    suffix = posixpath.splitext(urlsplit(answer.url).path)[1].lower()
    form = TYPES.get(answer.kind, suffix if answer.kind in {"", "application/octet-stream"} else "")
    if answer.kind == "text/plain" and suffix in FORMS:
        form = suffix
    if form not in FORMS:
        key = "knowledge.web_pdf" if answer.kind == "application/pdf" or suffix == ".pdf" else "knowledge.web_form"
        raise Refused(key, url=shown(answer.url), kind=answer.kind[:60] or "?")
    return Raw(answer.url, answer.url, form, answer.content)


def _links(answer: Answer, below: str) -> list[str]:
    """The addresses that a page leads to, below the first one, each once and without its anchor."""
    page = _page(answer)
    if page.form != ".html":
        return []
    links = (_whole(answer.url, link.strip()) for link in parse(page.form, page.content).links)
    return [link for link in dict.fromkeys(links) if _is_below(link, answer.url, below)]


def _whole(url: str, link: str) -> str:
    """A link of a page without its anchor; empty for what is none: one bad link keeps nobody from the others."""
    try:
        return urldefrag(joined(url, link))[0]
    except Refused:
        return ""


def _is_below(link: str, first: str, below: str) -> bool:
    try:
        there, here = checked(link), urlsplit(first)
    except Refused:
        return False
    suffix = posixpath.splitext(there.path)[1].lower()
    is_page = suffix in FORMS or suffix in {"", ".php", ".jsp", ".aspx"} or not suffix[1:].isalpha()
    return (there.scheme, there.netloc) == (here.scheme, here.netloc) and there.path.startswith(below) and is_page
