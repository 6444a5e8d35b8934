"""Values of a plan, read so that what is not known is never taken for a value. Pure.

Terraform shows a block as a list of objects, and marks in ``after_unknown`` what only the apply will know.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from iac.errors import Sentence, say
from iac.plan import Change

Path = tuple[str | int, ...]


class Unknown:
    """A value that a plan does not tell: absent, or known only after the apply."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()


def after(change: Change, *path: str | int) -> Any:
    """The planned value at that path, or ``UNKNOWN``."""
    if is_marked(change.unknown, path):
        return UNKNOWN
    value = at(change.after, path)
    return UNKNOWN if value is None else value


def before(change: Change, *path: str | int) -> Any:
    """The present value at that path, or ``UNKNOWN``."""
    value = at(change.before, path)
    return UNKNOWN if value is None else value


def at(value: Any, path: Path) -> Any:
    """Walk mappings by key and lists by index; None where the path ends early."""
    for step in path:
        if isinstance(step, int):
            is_there = isinstance(value, Sequence) and not isinstance(value, str) and step < len(value)
            value = value[step] if is_there else None
        else:
            value = value.get(step) if isinstance(value, Mapping) else None
    return value


def is_marked(marks: Any, path: Path) -> bool:
    """Whether ``after_unknown`` marks that path, or a whole block above it."""
    return any(at(marks, path[:count]) is True for count in range(1, len(path) + 1))


def whole(value: Any) -> int | None:
    """A positive whole number, or None; terraform may write 4 as 4.0."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value) or value < 1:
        return None
    return int(value)


def guest_of(change: Change) -> str:
    """The guest's name as planned, else as it is, else the address: how a sentence names it."""
    names = (after(change, "name"), before(change, "name"))
    return next((n for n in names if isinstance(n, str) and n), change.address)


def cannot_judge(change: Change, field: str) -> Sentence:
    """The refusal of a rule that needs a value it cannot see."""
    return say("policy.unknown", guest=guest_of(change), field=field)
