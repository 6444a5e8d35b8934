"""How a health check is kept: its program, port and path, never its words, which may hold a password. Pure."""

import posixpath
import re
import shlex
from collections.abc import Sequence

from agents.repository.facts import Health
from agents.repository.words import name_of, port_of

_URL = re.compile(r"https?://(?:[^/\s@]*@)?(?:\[[^\]]*\]|[^/:\s?#]*)(?::(\d{1,5}))?(/[\w./-]*)?")
_SHELLS = frozenset({"sh", "bash", "ash", "dash", "CMD-SHELL", "CMD"})
_PREFIXES = frozenset({"exec", "timeout", "set", "test", "[", "!", "if", "env"})


def of_command(words: Sequence[str], interval_s: float | None = None) -> Health:
    """The check that a command makes; a URL in it gives the port and the path that it asks."""
    line = " ".join(words)
    found = _URL.search(line)
    return Health(
        kind="command",
        program=_program(words),
        port=port_of(found[1]) if found and found[1] else None,
        path=safe_path(found[2] or "") if found else "",
        interval_s=interval_s,
    )


def safe_path(path: str) -> str:
    """The path of a check, without a query; empty where a part of it is long enough to be a key."""
    bare = path.partition("?")[0].partition("#")[0]
    parts = bare.split("/")
    return bare if all(re.fullmatch(r"[\w.-]{0,24}", part) for part in parts) and len(bare) <= 80 else ""  # noqa: PLR2004


def _program(words: Sequence[str]) -> str:
    """The program behind shells and settings of variables, by its bare name."""
    parts = list(words)
    while parts and parts[0] in _SHELLS:
        parts = parts[2:] if parts[1:2] in (["-c"], ["-lc"], ["-ec"]) else parts[1:]
    if len(parts) == 1:
        parts = _split(parts[0])
    for part in parts:
        if (
            "=" not in part
            and part not in _PREFIXES
            and not part.startswith(("-", "$", "'", '"'))
            and not part[:1].isdigit()
        ):
            return name_of(posixpath.basename(part))
    return ""


def _split(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError:
        return line.split()
