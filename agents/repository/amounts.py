"""Amounts as tools write them: memory, cores, seconds, sizes of disks. Pure."""

import re
from typing import Any

_MEMORY = re.compile(r"(\d{1,12}(?:\.\d{1,6})?)\s*([kmgtp]?)(i?)b?", re.IGNORECASE)
_POWER = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4, "p": 5}
_SPAN = re.compile(r"(?:(\d{1,6})h)?(?:(\d{1,6})m(?!s))?(?:(\d{1,6}(?:\.\d{1,6})?)s)?(?:(\d{1,8})ms)?")
_MIB = 1 << 20


def bytes_of(value: Any, *, is_decimal: bool = False) -> int | None:
    """``512m``, ``2g``, ``1.5GB``, ``4Gi`` or a bare number of bytes, in bytes; None where it is none of them.

    Docker counts in powers of 1024 whatever the letter; Kubernetes (``is_decimal``) only with an ``i``.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    match = _MEMORY.fullmatch(str(value).strip())
    if match is None:
        return None
    number, letter, binary = match.groups()
    unit = 1000 if is_decimal and not binary else 1024
    return int(float(number) * unit ** _POWER[letter.lower()])


def megabytes(value: Any, *, is_decimal: bool = False) -> int | None:
    """An amount of memory in MB (1024 * 1024 bytes), rounded up."""
    found = bytes_of(value, is_decimal=is_decimal)
    return -(-found // _MIB) if found else None


def gigabytes(value: Any, *, is_decimal: bool = True) -> float | None:
    """An amount of disk in GB (1024³ bytes), to one decimal."""
    found = bytes_of(value, is_decimal=is_decimal)
    return round(found / (1 << 30), 1) if found else None


def cores(value: Any) -> float | None:
    """``0.5``, ``"2"`` or Kubernetes' ``250m`` in cores."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = str(value).strip()
    scale = 1000 if text.endswith("m") else 1
    number = text.removesuffix("m")
    if not re.fullmatch(r"\d{1,6}(?:\.\d{1,6})?", number) or float(number) == 0:
        return None
    return round(float(number) / scale, 3)


def seconds(value: Any) -> float | None:
    """``30s``, ``1m30s``, ``500ms`` or a bare number of seconds."""
    text = str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
    if re.fullmatch(r"\d{1,6}(?:\.\d{1,6})?", text):
        return float(text)
    match = _SPAN.fullmatch(text) if text else None
    if match is None:
        return None
    hours, minutes, secs, millis = (float(each or 0) for each in match.groups())
    return hours * 3600 + minutes * 60 + secs + millis / 1000


def whole(value: Any, most: int = 1000) -> int | None:
    """A whole number from 0 to ``most``."""
    text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 9 and int(text) <= most else None  # noqa: PLR2004
