"""A word to one person: in the channel for their eyes only, else in their direct messages, else not at all."""

from dataclasses import dataclass, field

import structlog

from bot.chat.port import Actor, Card, Conversation, How, Message
from bot.chat.slack.calling import Calls, No
from bot.chat.slack.render import render
from bot.chat.slack.saying import Saying
from bot.chat.words import Words

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Whispering:
    """Never from private to public: what cannot be private is not said."""

    calls: Calls
    words: Words
    saying: Saying
    homes: dict[str, str] = field(default_factory=dict)

    async def whisper(self, to: Conversation, who: Actor, card: Card, key: str) -> How:
        """Say it; DEGRADED where it went to their direct messages, or was not said."""
        if to.is_direct:
            return await self._in_private(to, who, card, key)
        rendered = render(card, self.words, can_fold=self.saying.can_fold)
        if not rendered.files:  # a private word carries no file
            try:
                for post in rendered.posts:
                    where = {"channel": to.channel, "user": who.id, "thread_ts": to.thread}
                    await self.calls.call("chat.postEphemeral", **where, **post.payload)
            except No as no:
                log.info("whisper.refused", why=str(no))
            else:
                return How.NATIVE
        return await self._at_home(to, who, card, key)

    async def _in_private(self, to: Conversation, who: Actor, card: Card, key: str) -> How:
        """In a direct conversation: there, where it is that person's; somebody else's is public to them."""
        try:
            if await self._home(who) == to.channel:
                await self._directly(to, card, key)
                return How.NATIVE
        except No as no:
            log.info("whisper.refused", why=str(no))
        return await self._at_home(to, who, card, key)

    async def _at_home(self, to: Conversation, who: Actor, card: Card, key: str) -> How:
        """In the direct messages of that person."""
        try:
            home = Conversation(to.platform, to.space, await self._home(who), is_direct=True)
            await self._directly(home, card, key)
        except No as no:
            log.warning("whisper.not_said", who=who.id, why=str(no))
        return How.DEGRADED

    async def _home(self, who: Actor) -> str:
        """The channel of their direct messages."""
        if who.id not in self.homes:
            opened = await self.calls.call("conversations.open", users=who.id)
            self.homes[who.id] = str(opened["channel"]["id"])
        return self.homes[who.id]

    async def _directly(self, to: Conversation, card: Card, key: str) -> Message:
        """Said once: these can be read back, and a word of unknown fate is looked for."""
        return await self.saying.find(to, key) or await self.saying.post(to, card, key)
