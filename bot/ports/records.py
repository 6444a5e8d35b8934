"""The values that go through the ports, and the small types they share."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.chat.port import Actor, Card, Conversation
from bot.domain.severity import Severity

Clock = Callable[[], float]
"""Seconds since the epoch, UTC."""

Job = Literal["hear", "press", "plan", "apply", "close", "tell"]
"""``hear`` and ``press`` are one act with two queues: a press does not wait behind words."""

Handler = Callable[[str], Awaitable[None]]
"""Does one job for the id it is given."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What is to be said: a row of the outbox, written with the move that causes it.

    ``key`` names the message for ever: the same key is sent once, in order per conversation. An edit names in
    ``of`` the key of the post that it replaces; a whisper names in ``who`` its only reader. A later edit of the
    same post makes an unsent earlier one superfluous: the sender may skip it. ``severity`` says by which other ways
    it goes out where its chat does not take it for some time; a whisper goes by none.
    """

    key: str
    conversation: Conversation
    card: Card
    kind: Literal["post", "edit", "whisper"] = "post"
    of: str | None = None
    who: Actor | None = None
    severity: Severity = "info"


@dataclass(frozen=True, slots=True)
class Noted:
    """What the audit trail keeps beside moves: ``what`` is ``noun.past`` ("vote.counted", "press.refused").

    ``who`` is a person's id or a part of the bot, ``result`` one word or the key of the sentence that was answered,
    ``facts`` plain values (JSON); ``run_id`` is empty where no run is meant.
    """

    what: str
    who: str
    at: float
    result: str = ""
    run_id: str = ""
    digest: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stack:
    """What one thread builds: one Terraform state."""

    id: str
    conversation: Conversation
    environment: str
    language: str
    title: str


@dataclass(frozen=True, slots=True)
class StateCopy:
    """A Terraform state to be kept: of which stack, written by which run, its serial and its bytes."""

    stack_id: str
    run_id: str
    serial: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Attempt:
    """The guarded apply of one run. ``exit_code`` is None until it has ended; ``stop_by`` asked it to stop."""

    run_id: str
    token: str
    started_at: float | None
    finished_at: float | None
    exit_code: int | None
    beat_until: float
    stop_by: str | None = None
    stop_at: float | None = None
