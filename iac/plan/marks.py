"""Terraform marks sensitive and unknown values in trees of their own, shaped like the values. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

SENSITIVE = "(sensitive value)"
CHANGED = "(another sensitive value)"
"""What stands for a secret that is not the one before: a change is seen, the secret is not."""


def mask(value: Any, marks: Any, old: Any = None) -> Any:
    """The value with what ``marks`` calls sensitive replaced; ``old`` is the value before, whose secrets may differ.

    An empty value hides nothing and stays.
    """
    if marks is True:
        return value if value in (None, "") else SENSITIVE if old is None or old == value else CHANGED
    if isinstance(value, Mapping) and isinstance(marks, Mapping):
        olds = old if isinstance(old, Mapping) else {}
        return {key: mask(item, marks.get(key), olds.get(key)) for key, item in value.items()}
    if _is_list(value) and _is_list(marks):
        return [mask(item, _at(marks, index), _at(old, index)) for index, item in enumerate(value)]
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


def _at(items: Any, index: int) -> Any:
    return items[index] if _is_list(items) and index < len(items) else None


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)
