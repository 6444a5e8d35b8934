"""What a machine says of its own failure: text from outside, so it is cut, cleaned and freed of secrets. Pure."""

import re

from iac.redaction import HIDDEN, redact

MOST_LINES, LONGEST_LINE = 8, 160
_CONTROL = re.compile(
    r"\x1b\[[0-9;?]*[A-Za-z]|[^\S\n ]|[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]"
)
_ACCOUNT = re.compile(r"[\w.-]+:\S+")
"""Cloud-init prints the passwords it made up as ``name:password``, one to a line."""
_KEY_BODY = re.compile(r"[A-Za-z0-9+/=]{40,}")
_NO_NEWS = re.compile(
    r"(?:status|extended_status|boot_status_code|time|last_update):|(?:detail|errors|recoverable_errors):\s*(?:\{\}|$)"
    r"|(?:detail:\s*)?DataSource"
)
"""Lines of ``--long`` that say nothing of the cause."""


def last_words(detail: str, log: str) -> tuple[str, ...]:
    """The last lines of a log after what ``cloud-init status --long`` names, at most ``MOST_LINES`` in all."""
    named = [line for line in _lines(detail) if not _NO_NEWS.match(line)][: MOST_LINES // 2]
    return (*named, *_lines(log)[len(named) - MOST_LINES :])


def _lines(text: str) -> list[str]:
    plain = (" ".join(_CONTROL.sub(" ", line).split()) for line in redact(text).splitlines())
    return [_safe(line)[:LONGEST_LINE] for line in plain if line]


def _safe(line: str) -> str:
    return HIDDEN if _ACCOUNT.fullmatch(line) or _KEY_BODY.fullmatch(line) else line
