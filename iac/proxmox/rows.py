"""One row of an answer, read defensively: PVE sends numbers as text, flags as 0/1, and leaves out what it pleases."""

from collections.abc import Iterator, Mapping
from typing import Any

Row = Mapping[str, Any]


def rows(answer: Any) -> Iterator[Row]:
    """The mappings of a list answer; anything else in it, or instead of it, is left out."""
    if isinstance(answer, list):
        yield from (row for row in answer if isinstance(row, Mapping))


def whole(row: Row, *names: str) -> int:
    """The first of these fields that holds a number, as a whole number; 0 where none does."""
    return int(number(row, *names))


def number(row: Row, *names: str) -> float:
    """The first of these fields that holds a finite number, never below zero; 0.0 where none does."""
    for name in names:
        value = row.get(name)
        try:
            found = float(value) if value is not None and not isinstance(value, list | dict) else None
        except (TypeError, ValueError):
            continue
        if found is not None and 0 <= found < float("inf"):
            return found
    return 0.0


def flag(row: Row, name: str) -> bool | None:
    """A yes or no written as 1, "1" or true; None where it is not there."""
    value = row.get(name)
    return None if value is None else str(value).lower() in ("1", "true", "yes", "on")


def text(row: Row, *names: str) -> str:
    """The first of these fields that is not empty, as text; "" where all are."""
    return next((str(row[name]) for name in names if row.get(name) not in (None, "")), "")


def words(row: Row, name: str) -> tuple[str, ...]:
    """A list written as text, parted by commas, semicolons or spaces, in order and once each."""
    parted = text(row, name).replace(";", " ").replace(",", " ").split()
    return tuple(dict.fromkeys(parted))
