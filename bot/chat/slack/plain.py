"""What a person typed, from Slack's markup: names, channels and links as words, and ourselves left out. Pure."""

import re
from collections.abc import Mapping

MARKED = re.compile(r"<([^<>]*)>")
FIRST = re.compile(r"<@([A-Z0-9]+)(?:\|[^<>]*)?>")


def plain_of(text: str, own: str, names: Mapping[str, str]) -> str:
    """The words. ``own`` is our user id; ``names`` are people's, by their ids."""

    def words(found: re.Match[str]) -> str:
        return _word(found[1], names)

    without = re.sub(rf"<@{re.escape(own)}(?:\|[^<>]*)?>[ \u00a0]*", "", text)
    return _unescaped(MARKED.sub(words, without)).strip()


def mentions(text: str, user: str) -> bool:
    """Whether somebody is named in it."""
    return user in FIRST.findall(text)


def is_to_another(text: str, own: str) -> bool:
    """Whether it begins by naming somebody, and we are not among those who are named."""
    found = FIRST.match(text.lstrip())
    return found is not None and not mentions(text, own)


def _word(inside: str, names: Mapping[str, str]) -> str:
    target, _, label = inside.partition("|")
    kind, ident = target[:1], target[1:]
    if kind == "@":
        return f"@{names.get(ident) or label or ident}"
    if kind == "#":
        return f"#{label or ident}"
    if kind == "!":
        return label or f"@{ident.partition('^')[0]}"
    # A link is what it leads to; an address that Slack made one of by itself, such as mailto:, is what was typed.
    return target if target.startswith(("http://", "https://")) else label or target


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
