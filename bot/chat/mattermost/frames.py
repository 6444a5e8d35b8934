"""What comes over Mattermost's websocket, as values, and in which order it has to come. Pure.

Source: the server's reliable websockets. Events carry ``seq`` without holes from 0; answers carry ``seq_reply``.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.chat.mattermost.faults import Unreachable

PING = 1
"""The number of our one question, asked when a connection begins: its answer says whether the token holds."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event of the server."""

    kind: str
    seq: int
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """The server's answer to a question of ours."""

    to: int
    error: str = ""


Step = Literal["take", "again", "hole", "anew"]
"""Take it; it was there before; something is missing before it; the server forgot us."""


def parse_frame(text: str | bytes) -> Event | Answer | None:
    """One frame; None for what is neither. Raises ``Unreachable`` where it is not JSON."""
    try:
        found = json.loads(text)
    except ValueError as wrong:
        raise Unreachable("reading the websocket", "a frame that is not JSON") from wrong
    if not isinstance(found, dict):
        return None
    error = found.get("error")
    if "seq_reply" in found or error:
        said = (error.get("message") or error.get("id") or "no reason") if isinstance(error, dict) else str(error or "")
        return Answer(int(found.get("seq_reply") or 0), said)
    if "event" not in found:
        return None
    values = found.get("data")
    return Event(str(found["event"]), int(found.get("seq") or 0), values if isinstance(values, dict) else {})


@dataclass(slots=True)
class Sequence:
    """Where we are in the server's numbers: kept over a cut, so that the server can go on where it was."""

    connection: str = ""
    expected: int = 0

    def step(self, event: Event) -> Step:
        """What to do with an event."""
        if event.kind == "hello":
            is_same = event.values.get("connection_id") == self.connection
            return "take" if is_same and event.seq == self.expected else "anew"
        if event.seq == self.expected:
            return "take"
        return "again" if event.seq < self.expected else "hole"

    def begin(self, event: Event) -> None:
        """A new connection, from its ``hello``."""
        self.connection = str(event.values.get("connection_id") or "")
        self.expected = event.seq + 1

    def taken(self) -> None:
        """An event had its whole effect."""
        self.expected += 1

    def forget(self) -> None:
        """Begin anew."""
        self.connection, self.expected = "", 0
