"""Nested values as flat paths: ``cpu.cores``, ``disk.size``, ``network_device[1].bridge``. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final


class Unknown:
    """A value that only the apply will know."""

    def __repr__(self) -> str:
        return "(known after apply)"


UNKNOWN: Final = Unknown()


def flatten(value: Any, unknown: Any = None) -> dict[str, Any]:
    """Every leaf by its path; a leaf that ``unknown`` marks is ``UNKNOWN``. Null ones are left out, empty ones stay."""
    return dict(_leaves(value, unknown, ""))


def is_empty(value: Any) -> bool:
    """Whether it says nothing: an empty text, list or block."""
    return value is not UNKNOWN and value in ("", [], {})


def _leaves(value: Any, unknown: Any, path: str) -> Iterator[tuple[str, Any]]:
    if unknown is True:
        yield path, UNKNOWN
    elif isinstance(value, Mapping) or isinstance(unknown, Mapping):
        yield from _of_mapping(value, _mapping(unknown), path)
    elif _is_list(unknown) or (_is_list(value) and any(isinstance(item, Mapping) for item in value)):
        yield from _of_blocks(value if _is_list(value) else [], unknown if _is_list(unknown) else [], path)
    elif value is not None:
        yield path, value


def _of_mapping(value: Any, unknown: Mapping[str, Any], path: str) -> Iterator[tuple[str, Any]]:
    leaves = [
        leaf
        for key in sorted({*_mapping(value), *unknown})
        for leaf in _leaves(_mapping(value).get(key), unknown.get(key), f"{path}.{key}" if path else key)
    ]
    if leaves:
        yield from leaves
    elif path and isinstance(value, Mapping):
        # A block that holds nothing is still there: it may come or go.
        yield path, {}


def _of_blocks(value: Sequence[Any], unknown: Sequence[Any], path: str) -> Iterator[tuple[str, Any]]:
    """Blocks in their order; the first goes without a number, because most are alone."""
    for index in range(max(len(value), len(unknown))):
        item = value[index] if index < len(value) else None
        mark = unknown[index] if index < len(unknown) else None
        yield from _leaves(item, mark, f"{path}[{index}]" if index else path)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)
