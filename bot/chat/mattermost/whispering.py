"""Private words: ephemeral where the server lets a bot, else a direct message, never anything that others read."""

from dataclasses import dataclass, replace

import structlog

from bot.chat.mattermost.faults import Denied
from bot.chat.mattermost.knobs import OURS, Stamp
from bot.chat.mattermost.posts import PLATFORM
from bot.chat.mattermost.saying import Saying
from bot.chat.port import Actor, Card, Conversation, How, Text

log = structlog.get_logger()


@dataclass
class Whispering:
    """One bot's private voice. A plain bot may post nothing ephemeral: after the first no it is not tried again."""

    saying: Saying
    may_vanish: bool = True

    async def whisper(self, to: Conversation, who: Actor, card: Card, *, key: str) -> How:
        """Tell one person; what can be pressed or has files goes by direct message, because it has to stay."""
        if who.platform != PLATFORM:
            log.warning("mattermost.whisper_unsaid", key=key, why="not an account of this server")
            return How.DEGRADED
        rendered = self.saying.rendered(card)
        is_there = await self._is_there(to, who)
        if to.is_direct and is_there:
            await self._direct(to.channel, to.thread or "", to, card, key)
            return How.NATIVE
        is_plain = not (rendered.knobs or rendered.files)
        if is_plain and is_there and await self._vanishing(to, who, rendered.message, key):
            return How.NATIVE
        try:
            me = await self.saying.known.me()
            channel = str((await self.saying.known.api.post("/channels/direct", [me.id, who.id]))["id"])
            await self._direct(channel, "", to, await self._with_place(card, to), key)
        except Denied as no:
            log.warning("mattermost.whisper_unsaid", key=key, why=no.why)
        return How.DEGRADED

    async def _is_there(self, to: Conversation, who: Actor) -> bool:
        try:
            return await self.saying.known.is_member(to.channel, who.id)
        except Denied:
            return False

    async def _vanishing(self, to: Conversation, who: Actor, message: str, key: str) -> bool:
        if not self.may_vanish:
            return False
        post = {"channel_id": to.channel, "root_id": to.thread or "", "message": message, "props": {OURS: {"key": key}}}
        try:
            await self.saying.known.api.post("/posts/ephemeral", {"user_id": who.id, "post": post})
        except Denied as no:
            log.info("mattermost.no_ephemeral", why=no.why)
            self.may_vanish = False
        return self.may_vanish

    async def _direct(self, channel: str, root: str, about: Conversation, card: Card, key: str) -> None:
        """Once for its key, also where the answer to the first try was lost."""
        posts = await self.saying.known.recent(channel)
        if await self.saying.ours(posts, key) is None:
            await self.saying.create(Stamp(key, about, self.saying.press_url), channel, root, card)

    async def _with_place(self, card: Card, to: Conversation) -> Card:
        """A private word names the thread it is about."""
        if not to.thread or to.is_direct:  # nobody else can open that one
            return card
        url = f"{await self.saying.known.site()}/_redirect/pl/{to.thread}"
        language = self.saying.rendered(card).language
        note = Text(self.saying.words.text("mattermost.about", language, url=url))
        return replace(card, parts=(*(card.parts or (Text(card.plain),)), note))
