"""A chat that is watched: everything said goes to the page as always, and to whoever waits beside it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from bot.chat.port import Actor, Buttons, Capabilities, Card, Conversation, Form, How, Message, Sink
from bot.chat.port import Chat as ChatPort

APPROVE = "approve"
REPORT = ":report"


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that was said: ``key`` is the outbox's, ``message`` what it belongs to; a whisper has a reader."""

    key: str
    message: str
    card: Card
    reader: str = ""


@dataclass
class Watched:
    """The ``Chat`` port around another one."""

    inner: ChatPort
    tell: Callable[[Said], None]
    capabilities: Capabilities = field(init=False)

    def __post_init__(self) -> None:
        """Take over what the platform can do."""
        self.capabilities = self.inner.capabilities

    async def run(self, sink: Sink) -> None:
        """As the inner one."""
        await self.inner.run(sink)

    async def close(self) -> None:
        """As the inner one."""
        await self.inner.close()

    async def post(self, to: Conversation, card: Card, *, key: str) -> Message:
        """As the inner one, then told."""
        message = await self.inner.post(to, card, key=key)
        self.tell(Said(key, message.id, card))
        return message

    async def find(self, to: Conversation, key: str) -> Message | None:
        """As the inner one."""
        return await self.inner.find(to, key)

    async def edit(self, message: Message, card: Card, *, key: str) -> How:
        """As the inner one, then told."""
        how = await self.inner.edit(message, card, key=key)
        self.tell(Said(key, message.id, card))
        return how

    async def whisper(self, to: Conversation, who: Actor, card: Card, *, key: str) -> How:
        """As the inner one, then told."""
        how = await self.inner.whisper(to, who, card, key=key)
        self.tell(Said(key, key, card, who.name or who.id))
        return how

    async def ask(self, surface: object, who: Actor, to: Conversation, form: Form) -> How:
        """As the inner one."""
        return await self.inner.ask(surface, who, to, form)

    async def status(self, to: Conversation, text: str | None) -> None:
        """As the inner one."""
        await self.inner.status(to, text)


class Seen:
    """What was said, in order, for one reader who waits."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Said] = asyncio.Queue()

    def __call__(self, said: Said) -> None:
        """Put one thing in line."""
        self._queue.put_nowait(said)

    async def __aiter__(self) -> AsyncIterator[Said]:
        """Everything, as it comes."""
        while True:
            yield await self._queue.get()


def form_of(card: Card) -> Form | None:
    """The questions of a card, or None."""
    return next((part for part in card.parts if isinstance(part, Form)), None)


def approval_of(card: Card) -> str | None:
    """The value of a card's Approve button, or None."""
    rows = (part for part in card.parts if isinstance(part, Buttons))
    return next((b.value for row in rows for b in row.items if b.action == APPROVE), None)


def is_last(said: Said) -> bool:
    """Whether nothing more will come of the request: its report, or a card that asks for nothing any more."""
    if said.key.endswith(REPORT):
        return True
    is_waiting = form_of(said.card) is not None or approval_of(said.card) is not None
    return not is_waiting and said.card.tone in ("neutral", "bad")
