"""The pieces that a card becomes on Slack, each with a mark of its own: what is out already is known by reading. Pure.

Slack posts nothing twice only if we look: a message carries our key in its metadata, a file is known by its name and
size behind the card. So a card whose sending broke in the middle goes on with the piece that is missing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.chat.layout.files import File
from bot.chat.slack.rendered import Rendered

Json = Mapping[str, Any]

EVENT: Final = "threadform_card"
"""The type of our metadata."""
SEPARATOR: Final = "\n"
MISSING: Final = "no-file:"
"""Begins the name of the piece that says why a file is not there."""


@dataclass(frozen=True, slots=True)
class Out:
    """What of a card is out: ``root`` is its first message, ``marks`` are the pieces behind it."""

    root: str = ""
    marks: frozenset[str] = frozenset()
    wanted: frozenset[str] = frozenset()

    @property
    def is_whole(self) -> bool:
        """Whether nothing of it is missing."""
        return bool(self.root) and not {mark for mark in self.wanted if not has(self.marks, mark)}


def mark_of(file: File) -> str:
    """How a file is known again: Slack keeps its name and its size."""
    return f"{file.name}:{len(file.text.encode())}"


def marks_of(rendered: Rendered) -> list[str]:
    """Every piece behind the first message, in order."""
    return [*(f"post:{n}" for n in range(1, len(rendered.posts))), *map(mark_of, rendered.files)]


def metadata(key: str, mark: str, wanted: Iterable[str] = ()) -> Json:
    """What a message carries."""
    # Words only: that other values come back as they went is nowhere promised.
    return {"event_type": EVENT, "event_payload": {"key": key, "piece": mark, "pieces": SEPARATOR.join(wanted)}}


def out_of(messages: Sequence[Json], key: str, own: str) -> Out:
    """What is out of the card under that key, by the messages of its thread, oldest first."""
    ours = [message for message in messages if message.get("user") == own]
    pieces = {str(_payload(m).get("piece")): m for m in ours if _payload(m).get("key") == key}
    root = pieces.pop("", None)
    if root is None:
        return Out(marks=frozenset(pieces))
    ts = str(root["ts"])
    files = files_behind(ours, ts)
    return Out(
        ts, frozenset(pieces) | files, frozenset(filter(None, str(_payload(root).get("pieces") or "").split(SEPARATOR)))
    )


def files_behind(messages: Iterable[Json], ts: str) -> frozenset[str]:
    """The files that were shared after a message."""
    later = (message for message in messages if float(message["ts"]) > float(ts))
    return frozenset(f"{file.get('name')}:{file.get('size')}" for each in later for file in each.get("files") or ())


def has(marks: frozenset[str], mark: str) -> bool:
    """Whether that piece is out, or the word that says why it is not."""
    return mark in marks or f"{MISSING}{mark}" in marks


def stands_for(messages: Sequence[Json], ts: str, own: str) -> str:
    """The message that took the place of one that could not be edited; empty where there is none."""
    ours = (m for m in messages if m.get("user") == own and _payload(m).get("instead_of") == ts)
    return str(next((m["ts"] for m in ours), ""))


def instead(key: str, ts: str) -> Json:
    """What the message carries that takes another one's place."""
    return {"event_type": EVENT, "event_payload": {"key": key, "piece": "", "pieces": "", "instead_of": ts}}


def _payload(message: Json) -> Json:
    about = message.get("metadata") or {}
    return (about.get("event_payload") or {}) if about.get("event_type") == EVENT else {}
