"""Where something is said, and by whom: names that a platform gave, and never a right."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation, one memory, one lock; ``thread`` is None before its first message exists."""

    platform: str
    space: str
    channel: str
    thread: str | None = None
    is_direct: bool = False

    @property
    def key(self) -> str:
        """``platform:space:channel:thread``, the name of this thread everywhere."""
        return f"{self.platform}:{self.space}:{self.channel}:{self.thread or '-'}"


@dataclass(frozen=True, slots=True)
class Message:
    """A message that exists on the platform."""

    conversation: Conversation
    id: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did something, as the platform names them: an identity, never a right."""

    platform: str
    id: str
    name: str = ""
    is_bot: bool = False

    @property
    def key(self) -> str:
        """``platform:id``."""
        return f"{self.platform}:{self.id}"
