"""Nested values as flat paths: ``cpu.cores``, ``disk.size``, ``network_device[1].bridge``. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final


class Unknown:
    """A value that only the apply will know."""

    def __repr__(self) -> str:
        return "(known after apply)"


UNKNOWN: Final = Unknown()


def flatten(value: Any, unknown: Any = None, path: str = "") -> dict[str, Any]:
    """Every leaf by its path; a leaf that ``unknown`` marks is ``UNKNOWN``. Null and empty ones are left out."""
    return dict(_leaves(value, unknown, path))


def _leaves(value: Any, unknown: Any, path: str) -> Iterator[tuple[str, Any]]:
    if unknown is True:
        yield path, UNKNOWN
    elif isinstance(value, Mapping) or isinstance(unknown, Mapping):
        yield from _of_mapping(_mapping(value), _mapping(unknown), path)
    elif _is_list(unknown) or (_is_list(value) and any(isinstance(item, Mapping) for item in value)):
        yield from _of_blocks(value if _is_list(value) else [], unknown if _is_list(unknown) else [], path)
    elif value is not None and value not in ("", [], {}):
        yield path, value


def _of_mapping(value: Mapping[str, Any], unknown: Mapping[str, Any], path: str) -> Iterator[tuple[str, Any]]:
    for key in sorted({*value, *unknown}):
        yield from _leaves(value.get(key), unknown.get(key), f"{path}.{key}" if path else key)


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
