"""Terraform marks sensitive and unknown values in trees of their own, shaped like the values. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

SENSITIVE = "(sensitive value)"


def mask(value: Any, marks: Any) -> Any:
    """The value with what ``marks`` calls sensitive replaced by ``SENSITIVE``; an empty one hides nothing."""
    if marks is True:
        return value if value in (None, "") else SENSITIVE
    if isinstance(value, Mapping) and isinstance(marks, Mapping):
        return {key: mask(item, marks.get(key)) for key, item in value.items()}
    if _is_list(value) and _is_list(marks):
        return [mask(item, marks[index] if index < len(marks) else None) for index, item in enumerate(value)]
    return value


def prune(marks: Any) -> Any:
    """The marks without branches that mark nothing; positions in lists stay. None where nothing is left."""
    if marks is True:
        return True
    if isinstance(marks, Mapping):
        kept = {key: left for key, item in marks.items() if (left := prune(item)) is not None}
        return kept or None
    if _is_list(marks):
        kept_items = [prune(item) for item in marks]
        return [{} if item is None else item for item in kept_items] if any(kept_items) else None
    return None


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)
