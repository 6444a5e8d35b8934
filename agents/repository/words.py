"""Words that somebody outside wrote, made safe to keep and to show. Pure."""

import re
from typing import Any

from iac.redaction import redact

MOST = 120
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,127}")
_IMAGE = re.compile(
    r"(?:[a-z0-9.-]+(?::\d{1,5})?/)?[a-z0-9._/-]{1,160}(?::[\w.-]{1,128})?(?:@sha256:[0-9a-f]{64})?", re.IGNORECASE
)
_HOST = re.compile(r"(?:\*\.)?[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,8}", re.IGNORECASE)


def clean(text: Any, most: int = MOST) -> str:
    """One printable line of at most ``most`` characters, without anything that looks like a secret."""
    line = "".join(c if c.isprintable() else " " for c in str(text)[: most * 4])
    line = redact(" ".join(line.split()))
    return line if len(line) <= most else f"{line[: most - 1]}…"


def name_of(value: Any) -> str:
    """A name as tools allow it, empty where it is none."""
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return text if _NAME.fullmatch(text) else ""


def variable_of(value: Any) -> str:
    """The name of a variable, empty where it is none."""
    text = str(value).strip() if isinstance(value, str) else ""
    return text if _VARIABLE.fullmatch(text) else ""


def image_of(value: Any) -> str:
    """An image reference, empty where it is none: nothing else that stands there is kept."""
    text = value.strip() if isinstance(value, str) else ""
    return text if _IMAGE.fullmatch(text) and redact(text) == text else ""


def host_of(value: Any) -> str:
    """A name of the Internet, empty where it is none."""
    text = value.strip() if isinstance(value, str) else ""
    return text.lower() if _HOST.fullmatch(text) else ""


def path_of(value: Any) -> str:
    """A path as it is shown; empty where it holds what looks like a secret or a template that was not filled."""
    text = value.strip() if isinstance(value, str) else ""
    return text if text and clean(text) == text and "${" not in text and "{{" not in text else ""


def port_of(value: Any) -> int | None:
    """A port between 1 and 65535."""
    text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= 5 else 0  # noqa: PLR2004 - 65535
    return number if 1 <= number <= 65_535 else None  # noqa: PLR2004 - the last port
