"""Something that was said, and where it belongs. Pure."""

from dataclasses import dataclass

from bot.chat.matrix.events import Spoken
from bot.chat.port import Actor, Conversation, Message


@dataclass(frozen=True, slots=True)
class Hearsay:
    """What was said; ``root`` is its thread, None in the main timeline; ``name`` is what the person is called."""

    spoken: Spoken
    root: str | None
    space: str
    name: str
    is_direct: bool

    @property
    def dedupe(self) -> str:
        """The event's own id is the same however often it comes."""
        return f"matrix:{self.spoken.event}"

    @property
    def thread(self) -> str:
        """Words in the main timeline begin a thread of their own."""
        return self.root or self.spoken.event

    @property
    def conversation(self) -> Conversation:
        """As the port names it."""
        return Conversation("matrix", self.space, self.spoken.room, self.thread, is_direct=self.is_direct)

    @property
    def place(self) -> tuple[str, str]:
        """The room and the thread that are answered in."""
        return self.spoken.room, self.thread

    @property
    def who(self) -> Actor:
        """An identity, never a right."""
        return Actor("matrix", self.spoken.who, self.name)

    @property
    def message(self) -> Message:
        """The message itself."""
        return Message(self.conversation, self.spoken.event)
