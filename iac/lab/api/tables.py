"""Rows that are only stored and given back: how parameters become JSON values, and the usual four verbs."""

import re

from iac.lab.params import parsed
from iac.lab.world import ApiError, Params, Row

CONTROL = ("delete", "digest", "lock-token", "pending", "running")


def values_of(takes: str, params: Params) -> Row:
    """The parameters with the JSON types that ``takes`` gives them; what only steers the call is left out."""
    kinds, _ = parsed(takes)
    return {name: _value(kinds.get(name, ""), value) for name, value in params.items() if name not in CONTROL}


def _value(kind: str, value: str) -> int | float | str:
    if kind in ("i", "b", "n") and re.fullmatch(r"-?\d+", value):
        return int(value)
    return float(value) if kind == "n" else value


def change_row(row: Row, takes: str, params: Params) -> None:
    """Carry out one PUT on a row: ``delete`` names the keys that go."""
    for name in filter(None, re.split(r"[,; ]", params.get("delete", ""))):
        row.pop(name, None)
    row |= values_of(takes, params)


def found_row(table: dict[str, Row], name: str, words: str) -> Row:
    """The row of that name; ``ApiError`` 500 with ``words`` (``{name}`` is filled in) where there is none."""
    if name not in table:
        raise ApiError(500, words.format(name=name))
    return table[name]
