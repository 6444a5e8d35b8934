"""Another chat: a channel of a platform that does not fail together with the first."""

from dataclasses import dataclass, replace

from bot.chat.cards import without_controls
from bot.chat.port import Chat, Conversation
from bot.ports import Notice


@dataclass(frozen=True, slots=True)
class OtherChat:
    """Posts the card there, without anything to press, under the words that say why it comes here."""

    chat: Chat
    to: Conversation

    async def send(self, notice: Notice) -> None:
        """Post it; the same key is one message, as ever."""
        card = without_controls(notice.card)
        await self.chat.post(self.to, replace(card, plain=notice.text), key=f"second:{notice.key}")
