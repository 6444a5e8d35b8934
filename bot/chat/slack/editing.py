"""Editing a card in its place; where Slack does not let us, its newest form follows in the thread and says so."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Final

import structlog

from bot.chat.layout.plain import prose_of
from bot.chat.port import Card, Conversation, How, Message, Text
from bot.chat.slack.calling import No
from bot.chat.slack.pieces import instead, stands_for
from bot.chat.slack.saying import Saying
from bot.chat.slack.thread import GONE, Reading
from bot.chat.words import Words

log = structlog.get_logger()

CLOSED: Final = frozenset({"edit_window_closed", "cant_update_message", "message_not_found", "cant_update_bot_message"})
"""The message is there to stay as it is, or is not there any more."""


@dataclass(slots=True)
class Editing:
    """Edits. Whatever took another message's place is edited from then on: one message follows, not many."""

    saying: Saying
    words: Words
    own: Callable[[], Awaitable[str]]
    _instead: dict[str, Message] = field(default_factory=dict)

    async def edit(self, message: Message, card: Card, key: str) -> How:
        """Replace a whole card."""
        if message.id not in self._instead:
            try:
                await self.saying.edit(message, card, key)
            except No as no:
                if no.code not in CLOSED:
                    raise
                log.info("card.not_edited", key=key, why=no.code)
            else:
                return How.NATIVE
        await self._follow(message, self._updated(card), key)
        return How.DEGRADED

    async def _follow(self, message: Message, card: Card, key: str) -> None:
        """The message that stands for it: the one that does so already, or a new one."""
        found = self._instead.get(message.id) or await self._found(message)
        if found is not None:
            await self.saying.edit(found, card, key)
        else:
            found = await self._post(message.conversation, message.id, card, key)
        self._instead[message.id] = found

    async def _found(self, message: Message) -> Message | None:
        messages = await Reading(self.saying.calls).thread(message.conversation, since=float(message.id))
        ts = stands_for(messages, message.id, await self.own())
        return Message(message.conversation, ts) if ts else None

    async def _post(self, to: Conversation, ts: str, card: Card, key: str) -> Message:
        """In the thread; where that went with its first message, in the channel."""
        try:
            return await self.saying.post(to, card, key, instead(key, ts))
        except No as no:
            if no.code not in GONE:
                raise
            return await self.saying.post(replace(to, thread=None), card, key, instead(key, ts))

    def _updated(self, card: Card) -> Card:
        language = self.words.language_of(prose_of(card))
        said = self.words.text("slack.updated", language, what=card.title or card.plain)
        if card.title:
            return replace(card, title=said, plain=said)
        return replace(card, plain=said, parts=card.parts or (Text(said),))
