"""The title of a README: what a repository calls itself. It is shown, never followed. Pure."""

import itertools
import re

from agents.repository.facts import Found
from agents.repository.words import clean

_MOST = 80
_LOOKED_AT = 200
_HEADING = re.compile(r"\s{0,3}#{1,2}\s+(\S.{0,400})")
_PICTURE = re.compile(r"!\[[^\]]{0,200}\](?:\([^)]{0,400}\)|\[[^\]]{0,200}\])")
_MARKUP = re.compile(r"\[([^\]]{0,200})\]\([^)]{0,400}\)|<[^>]{0,400}>|[`*_#]")


def read_readme(text: str) -> Found:
    """The first heading, without its markup."""
    lines = [line[:1000] for line in text.splitlines()[:_LOOKED_AT]]
    for line, under in itertools.pairwise([*lines, ""]):
        match = _HEADING.match(line)
        is_underlined = bool(line.strip()) and re.fullmatch(r"=+\s*", under) is not None
        title = (
            clean(_MARKUP.sub(r"\1", _PICTURE.sub("", match[1] if match else line)), _MOST)
            if match or is_underlined
            else ""
        )
        if title:
            return Found(title=title)
    return Found()
