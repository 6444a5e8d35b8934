"""YAML as values, built from events: no object is ever made, aliases are counted, every table knows its lines. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from agents.repository.facts import Reason

MOST_VALUES: Final = 60_000
"""Values of one file, an alias counted as all it stands for: a billion laughs end here."""
MOST_DEEP: Final = 60
_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NOTHING: Final = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE: Final = frozenset({"true", "True", "TRUE", "yes", "Yes", "on", "On"})
_FALSE: Final = frozenset({"false", "False", "FALSE", "no", "No", "off", "Off"})
_MOST_DIGITS: Final = 18


class Unreadable(ValueError):
    """A file that is no YAML, or too much of it."""

    def __init__(self, reason: Reason) -> None:
        """``reason`` is what a note about the file says."""
        super().__init__(reason)
        self.reason: Reason = reason


class Table(dict[str, Any]):
    """A mapping that knows the line it begins on, and the line of each key."""

    line: int
    lines: dict[str, int]
    weight: int


class Row(list[Any]):
    """A sequence with its line."""

    line: int
    weight: int


@dataclass
class _Builder:
    """The values that are open, outermost first, with the key that each table waits for a value with."""

    anchors: dict[str, Any] = field(default_factory=dict)
    stack: list[tuple[Table | Row, str | None, list[Any]]] = field(default_factory=list)
    weight: int = 0
    done: Any = None


def documents(text: str) -> Iterator[Any]:
    """Every document of a file as tables, rows and scalars. Raises ``Unreadable``."""
    builder = _Builder()
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            if isinstance(event, yaml.DocumentStartEvent):
                builder = _Builder(weight=builder.weight)
            elif isinstance(event, yaml.DocumentEndEvent):
                yield builder.done
            else:
                _take(builder, event)
    except (yaml.YAMLError, UnicodeError, RecursionError):
        raise Unreadable("yaml") from None


def table_of(value: Any) -> Table:
    """The value if it is a table, else an empty one."""
    return value if isinstance(value, Table) else _table(0)


def row_of(value: Any) -> list[Any]:
    """The value if it is a row, else nothing."""
    return value if isinstance(value, Row) else []


def text_of(value: Any) -> str:
    """A scalar as text; nothing for what is no scalar."""
    return "" if value is None or isinstance(value, Table | Row) else str(value)


def _take(builder: _Builder, event: Any) -> None:
    if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
        _open(builder, event)
    elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
        value, anchor, _ = builder.stack.pop()
        _settle(value)
        if anchor:
            builder.anchors[anchor] = value
        _put(builder, value, value.weight, value.line)
    elif isinstance(event, yaml.ScalarEvent):
        value = _scalar(event)
        if event.anchor:
            builder.anchors[event.anchor] = value
        _put(builder, value, 1, event.start_mark.line + 1)
    elif isinstance(event, yaml.AliasEvent):
        if event.anchor not in builder.anchors:  # unknown, or still open: a thing inside itself
            raise Unreadable("yaml")
        value = builder.anchors[event.anchor]
        _put(builder, value, getattr(value, "weight", 1), event.start_mark.line + 1)


def _open(builder: _Builder, event: Any) -> None:
    if len(builder.stack) >= MOST_DEEP:
        raise Unreadable("deep")
    line = event.start_mark.line + 1
    value: Table | Row = _table(line) if isinstance(event, yaml.MappingStartEvent) else Row()
    value.line, value.weight = line, 1
    builder.stack.append((value, event.anchor, []))


def _put(builder: _Builder, value: Any, weight: int, line: int) -> None:
    if not builder.stack:
        builder.done = value
        builder.weight += weight
    else:
        inside, _, waiting = builder.stack[-1]
        inside.weight += weight
        if isinstance(inside, Row):
            inside.append(value)
        elif not waiting:
            waiting.append((text_of(value), line))
        else:
            key, at = waiting.pop()
            _keep(inside, key, value, at)
    if builder.weight + sum(open_one.weight for open_one, _, _ in builder.stack) > MOST_VALUES:
        raise Unreadable("aliases")


def _keep(table: Table, key: str, value: Any, line: int) -> None:
    """One pair; ``<<`` waits in the table until it ends, for what stands in it itself comes first."""
    table[key] = value
    table.lines[key] = line


def _settle(value: Table | Row) -> None:
    """Merge what ``<<`` names below what the table says itself."""
    if not isinstance(value, Table) or "<<" not in value:
        return
    merged = value.pop("<<")
    for each in merged if isinstance(merged, Row) else [merged]:
        for key, inner in table_of(each).items():
            if key not in value:
                value[key] = inner
                value.lines[key] = table_of(each).lines.get(key, value.line)


def _table(line: int) -> Table:
    table = Table()
    table.line, table.lines, table.weight = line, {}, 1
    return table


def _scalar(event: Any) -> Any:
    """A plain word as truth, number or nothing; a quoted one stays text. No dates, no base 60: "22:22" is a port."""
    text: str = event.value
    if not event.implicit[0]:
        return text
    if text in _NOTHING:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    return _number(text)


def _number(text: str) -> Any:
    bare = text[1:] if text[:1] in {"-", "+"} else text
    if not bare.isascii() or len(bare) > _MOST_DIGITS or not bare.replace(".", "", 1).isdecimal():
        return text
    if "." in bare:
        return float(text)
    return text if len(bare) > 1 and bare.startswith("0") else int(text)
