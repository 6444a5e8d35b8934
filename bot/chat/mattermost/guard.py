"""Whether a callback is to be believed: what we closed, what stands on the server, and who is there.

A callback is no proof of who acted. What it says is compared with what the server tells the bot itself; what cannot
be compared is refused. See docs/mattermost.md for what is left.
"""

import time
from dataclasses import dataclass

import structlog

from bot.chat.mattermost.faults import Denied, Gone
from bot.chat.mattermost.knobs import Pressable, action_id
from bot.chat.mattermost.known import Known
from bot.chat.mattermost.posts import Post, User
from bot.chat.mattermost.seal import Forged
from bot.chat.mattermost.triggers import CONFIG_KEY, Triggers, triggers_of
from bot.ports import Clock

log = structlog.get_logger()

CALLBACK = "callback"
"""The evidence of who acted: the server's word, unsigned, at an address that only the server knows."""
SIGNED = "callback, trigger signed by the server"
"""The same, with the server's own signature on who acted and when."""
AGAIN_S = 60.0
"""A key that does not fit is asked for again so often at most: a server may have got another."""


class Stale(Exception):
    """It was one of ours, and is not any more."""


@dataclass
class Guard:
    """Compares callbacks with what the server itself tells us."""

    known: Known
    now: Clock = time.time
    _triggers: Triggers | None = None
    _asked_at: float | None = None

    async def person(self, user_id: str, channel_id: str) -> User:
        """Whoever is said to have acted: an account that is open, a person's, and in that channel now."""
        try:
            user = await self.known.user_now(user_id)
        except Gone as nobody:
            raise Forged("nobody has that id") from nobody
        if user.delete_at or user.is_bot or user.id != user_id:
            raise Forged("the account is closed, or a bot's")
        try:
            is_there = await self.known.is_member(channel_id, user_id)
        except Denied as no:
            raise Forged("a channel we are not in") from no
        if not is_there:
            raise Forged("the person is not in that channel")
        return user

    async def standing(self, pressed: Pressable, post_id: str, channel_id: str) -> Post:
        """The post of ours on which that button stands now."""
        post = await self.known.post(post_id)
        if post is None:
            raise Stale("the post is gone")
        me = await self.known.me()
        if post.user_id != me.id or post.channel_id != channel_id or post.key != pressed.key:
            raise Forged("the button belongs to another post")
        if action_id(pressed.action, pressed.nonce) not in post.action_ids:
            raise Stale("the button does not stand on its post any more")
        return post

    async def proven(self, trigger: str, user_id: str) -> str:
        """What speaks for it that this person acted just now; ``Forged`` where the server's signature does not."""
        triggers = await self._key(is_old=False)
        if triggers is None:
            return CALLBACK
        try:
            triggers.check(trigger, user_id, self.now())
        except Forged:
            newer = await self._key(is_old=True)
            if newer is triggers or newer is None:
                raise
            newer.check(trigger, user_id, self.now())
        return SIGNED

    async def _key(self, *, is_old: bool) -> Triggers | None:
        """The server's public key; none where it shows none."""
        is_due = self._asked_at is None or (is_old and time.monotonic() - self._asked_at > AGAIN_S)
        if is_due:
            config = await self.known.api.get("/config/client", format="old")
            found = triggers_of(str(config.get(CONFIG_KEY) or ""))
            self._asked_at = time.monotonic()
            # A key that was there and is not any more is no reason to ask for less.
            self._triggers = found or self._triggers
        return self._triggers
