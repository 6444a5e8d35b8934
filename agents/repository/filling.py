"""``${VARIABLE:-default}`` as shells and compose write it: defaults are filled in, what has none stays open. Pure."""

import re
from collections.abc import Mapping

_FIELD = re.compile(
    r"\$(?:(?P<escaped>\$)|\{(?P<braced>[A-Za-z_]\w*)(?:(?P<how>:?[-+?])(?P<word>[^{}]*))?\}|(?P<bare>[A-Za-z_]\w*))"
)


def filled(text: str, known: Mapping[str, str]) -> str:
    """The text with what is known or has a default; a field without either is left as it stands."""
    for _ in range(3):  # a default may itself be a field
        after = _FIELD.sub(lambda match: _value(match, known), text)
        if after == text:
            break
        text = after
    return text


def is_open(text: str) -> bool:
    """Whether a field is left that nobody filled."""
    return bool(re.search(r"\$[A-Za-z_{]", text))


def _value(match: re.Match[str], known: Mapping[str, str]) -> str:
    if match["escaped"]:
        return "$$"
    name, how, word = match["braced"] or match["bare"], match["how"] or "", match["word"] or ""
    value = known.get(name)
    if "+" in how:
        return word if value else ""
    if value is None or (":" in how and not value):
        return word if "-" in how else match[0]
    return value
