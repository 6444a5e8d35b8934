"""A plan as text that people read on a phone: one line an attribute, its mark in the first column. Pure."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from iac.plan.flat import UNKNOWN, flatten
from iac.plan.quiet import is_quiet
from iac.plan.values import Action, Change

_HEAD: Mapping[Action, tuple[str, str]] = {
    "create": ("+", "will be created"),
    "update": ("~", "will be changed"),
    "replace": ("-", "will be destroyed and created anew"),
    "delete": ("-", "will be destroyed"),
    "import": ("~", "will be taken over as it is"),
}
AT_RESTART = "takes effect at the next restart"

Row = tuple[str, str, str]
"""Mark, path, text."""


def render_diff(changes: Sequence[Change]) -> str:
    """The changes in their order, without those that change nothing; empty where there are none."""
    return "\n\n".join("\n".join(_block(change)) for change in changes if change.action != "no-op")


def _block(change: Change) -> Iterator[str]:
    mark, words = _HEAD[change.action]
    yield f"{mark} {_printable(change.address)} {words}"
    rows = list(_rows(change))
    width = max((len(path) for _, path, _ in rows), default=0)
    for row_mark, path, text in rows:
        yield f"{row_mark}   {path:<{width}} = {text}"


def _rows(change: Change) -> Iterator[Row]:
    now = flatten(change.before)
    then = flatten(change.after, change.unknown)
    if change.action == "create":
        yield from _added(change.kind, then)
    elif change.action == "delete":
        yield from (
            (("-", path, _text(value)) for path, value in now.items() if not is_quiet(change.kind, path, value))
        )
    else:
        yield from _changed(change, now, then)


def _added(kind: str, then: Mapping[str, Any]) -> Iterator[Row]:
    yield from (("+", p, _text(v)) for p, v in then.items() if v is not UNKNOWN and not is_quiet(kind, p, v))
    later = [path for path, value in then.items() if value is UNKNOWN]
    if later:
        yield "+", repr(UNKNOWN), ", ".join(later)


def _changed(change: Change, now: Mapping[str, Any], then: Mapping[str, Any]) -> Iterator[Row]:
    for path in sorted(now.keys() | then.keys()):
        old, new = now.get(path), then.get(path)
        if repr(old) == repr(new):  # in Python False is 0, in a list too; in a plan they are two things
            continue
        note = f"  # {AT_RESTART}" if path in change.needs_restart else ""
        if path not in then:
            yield "-", path, _text(old) + note
        elif path not in now:
            yield "+", path, _text(new) + note
        else:
            yield "~", path, f"{_text(old)} -> {_text(new)}{note}"


def _text(value: Any) -> str:
    """The value as JSON on one line: a newline inside it can never look like another line of the diff."""
    return repr(value) if value is UNKNOWN else _printable(json.dumps(value, ensure_ascii=False))


def _printable(text: str) -> str:
    """Nothing invisible and nothing that turns the direction of writing: what is approved is what is seen."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)
