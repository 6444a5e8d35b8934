"""One card of ours on a chat, from its post to its edit, tried through the port; its deletion is a chat's own."""

import asyncio
import secrets
import time

from bot.chat.port import Card, Chat, Conversation, Diff, How, Message, Text
from iac.errors import Broken

LINES = 2_000
"""Lines of a diff that no chat shows whole."""
LOOKS = 10
"""How often a card is looked for: some platforms find a thing a moment after they took it."""


class Trial:
    """A card in a channel that is there for that; its key is new each time."""

    def __init__(self, chat: Chat, where: Conversation, *, pause_s: float = 0.5) -> None:
        """``pause_s`` stands between two looks for the card."""
        self.chat, self.where, self.pause_s = chat, where, pause_s
        self.key = f"doctor:{secrets.token_hex(6)}"
        self.message: Message | None = None

    async def post(self) -> str:
        """Say it, with a diff that is too long for a message."""
        diff = Diff("a long diff", "".join(f"+ line {n}\n" for n in range(LINES)))
        began = time.monotonic()
        self.message = await self.chat.post(self.where, _card("Threadform doctor: a test", diff), key=self.key)
        return f"{self.message.id} in {self.where.channel}, {time.monotonic() - began:.1f} s"

    async def find(self) -> str:
        """What keeps a card from being said twice."""
        for _ in range(LOOKS):
            if await self.chat.find(self.where, self.key) is not None:
                return "found by its key, with its file"
            await asyncio.sleep(self.pause_s)
        raise Broken("reading the thread back", "it does not carry its key, or its file; a lost answer would double it")

    async def edit(self) -> str:
        """Replace it."""
        how = await self.chat.edit(self.posted, _card("Threadform doctor: edited"), key=f"{self.key}:edit")
        if how is not How.NATIVE:
            raise Broken("editing the message", "it was not let; cards would follow as messages of their own")
        return "edited"

    @property
    def posted(self) -> Message:
        """The message; ``Broken`` where there is none."""
        if self.message is None:
            raise Broken("trying the chat", "nothing was posted")
        return self.message


def _card(title: str, *parts: Diff) -> Card:
    said = "A test by threadform doctor --live. It deletes itself."
    return Card(f"{title}. {said}", (Text(said), *parts), title, "waiting")
