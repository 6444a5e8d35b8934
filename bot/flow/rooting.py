"""Rooting: a request that came from outside any thread is said first, and what follows stands under it."""

import asyncio
from dataclasses import dataclass, replace

from bot.chat.cards import words_card
from bot.chat.port import Commanded, Conversation, Filled, Said
from bot.domain.errors import Lost, say
from bot.flow.telling import Telling
from bot.ports import Jobs, Outbox, Outgoing

WAIT_S = 5.0
"""How long the first message of a thread is waited for at a time; the event comes again by itself after that."""
LOOK_EVERY_S = 0.05


@dataclass(frozen=True, slots=True)
class Rooting:
    """Turns a request that was commanded, or filled in, into words said in a thread."""

    outbox: Outbox
    jobs: Jobs
    telling: Telling
    wait_s: float = WAIT_S

    async def said(self, event: Commanded | Filled, text: str) -> Said:
        """The same event as words; ``Lost`` where the thread is not begun yet: it is heard again soon.

        ``Refused`` where the platform did not take the message that begins it.
        """
        to = event.conversation
        if to.thread is None:
            to = await self._begun(event, text)
        return Said(event.dedupe, to, event.who, text=text, is_to_bot=True, evidence=event.evidence)

    async def _begun(self, event: Commanded | Filled, text: str) -> Conversation:
        """The thread of the request: the message that begins it is posted once, however often this is asked."""
        key = f"asked:{event.dedupe}"
        name = self.telling.people.person(event.who).name
        words = self.telling.words
        card = words_card([say("request.said", name=name, text=text)], words, words.language_of(text))
        await self.outbox.add([Outgoing(key, event.conversation, replace(card, tone="neutral"))])
        await self.jobs.send("tell", event.conversation.key)
        try:
            async with asyncio.timeout(self.wait_s):
                return await self._thread(key)
        except TimeoutError:
            raise Lost(key) from None

    async def _thread(self, key: str) -> Conversation:
        while True:
            message = await self.outbox.message(key)
            if message is not None:
                return message.conversation
            await asyncio.sleep(LOOK_EVERY_S)
