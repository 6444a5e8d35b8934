"""Hearing people on Mattermost: what is said to us, live and after a gap, each once and stored before it counts."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field

import structlog
from pydantic import ValidationError

from bot.chat.mattermost.faults import Denied
from bot.chat.mattermost.frames import Event
from bot.chat.mattermost.known import Known
from bot.chat.mattermost.posts import PLATFORM, Channel, Mention, Post, posts_of
from bot.chat.mattermost.taking import Taking
from bot.chat.port import Actor, Conversation, Message, Said, Sink
from bot.ports import Clock, Notes

log = structlog.get_logger()

KEEP_EVERY_S = 5.0
"""Marks are written as often: what was heard since the last one is heard again after a crash, and counts once."""
HEARD = "mattermost:heard"
"""The note: channel id -> milliseconds up to which it was heard."""
MARGIN_MS = 60_000
"""How far a channel that was never heard is read back behind the newest moment that we know of any other."""
SINCE_MOST = 1_000
"""Posts that the server gives at once for one moment."""


@dataclass
class Listening:
    """Turns posts into what was said. ``teams`` are the ids of those we hear; empty: all we are in."""

    known: Known
    taking: Taking
    notes: Notes
    now: Clock
    sink: Callable[[], Sink]
    teams: frozenset[str] = frozenset()
    _fresh: dict[str, int] = field(default_factory=dict)
    _heard: dict[str, int] | None = None
    _kept_at: float = 0.0

    async def take(self, event: Event) -> None:
        """One event of the websocket."""
        if event.kind != "posted":
            return
        try:
            post = Post.model_validate(json.loads(event.values.get("post") or "null"))
        except (ValueError, TypeError, ValidationError) as wrong:
            log.warning("mattermost.unreadable_post", why=type(wrong).__name__)
            return
        await self.hear(post)

    async def hear(self, post: Post) -> None:
        """One post: stored where it is for us; its channel's mark moves on behind it."""
        said = await self._allowed(post)
        if said is not None:
            await self.sink()(said)
            self.taking.join(post.root)
        self._fresh[post.channel_id] = max(self._fresh.get(post.channel_id, 0), post.create_at)
        if self.now() - self._kept_at >= KEEP_EVERY_S:
            await self.keep()

    async def keep(self) -> None:
        """Write up to when each channel was heard."""
        self._kept_at = self.now()
        if self._fresh:
            self._heard = await self._known() | self._fresh
            await self.notes.put(HEARD, json.dumps(self._heard))
            self._fresh = {}

    async def _known(self) -> dict[str, int]:
        """Up to when each channel was heard, as it was written."""
        if self._heard is None:
            self._heard = json.loads(await self.notes.get(HEARD) or "{}")
        return self._heard

    async def resync(self) -> None:
        """Hear what was said while nobody listened, in every channel we are in, oldest first."""
        marks = await self._known() | self._fresh
        newest = max(marks.values()) - MARGIN_MS if marks else None
        posts: list[Post] = []
        for channel in await self.known.channels():
            since = marks.get(channel.id, newest)
            if since is None:  # the first start there ever was: what was said before is history
                self._fresh[channel.id] = channel.last_post_at or int(self.now() * 1000)
                continue
            self._fresh.setdefault(channel.id, since)
            if channel.last_post_at >= since:
                posts += await self._missed(channel, since)
        for post in sorted(posts, key=lambda post: (post.create_at, post.id)):
            await self.hear(post)
        await self.keep()
        log.info("mattermost.resynced", posts=len(posts))

    async def _missed(self, channel: Channel, since: int) -> list[Post]:
        """What was said in a channel since then; nothing where we may not read it any more."""
        try:
            return [post async for post in self._since(channel, since)]
        except Denied as no:
            log.warning("mattermost.channel_unread", channel=channel.id, why=no.why)
            return []

    async def _allowed(self, post: Post) -> Said | None:
        """What was said to us, as far as we may know; a post about which the server says no is passed over."""
        try:
            return await self._said(post)
        except Denied as no:
            log.warning("mattermost.post_unread", post=post.id, why=no.why)
            return None

    async def _since(self, channel: Channel, since: int) -> AsyncIterator[Post]:
        """Posts made since then; edits of older ones, and the history of edits, are left out."""
        while True:
            rows = await self.known.api.get(f"/channels/{channel.id}/posts", since=since - 1)
            found = posts_of(rows)
            for post in found:
                if post.create_at >= since and not post.original_id:
                    yield post
            last = max((post.create_at for post in found), default=since)
            if len(rows["posts"]) < SINCE_MOST or last <= since:
                return
            since = last

    async def _said(self, post: Post) -> Said | None:
        """What was said to us; None where it is not for us."""
        me = await self.known.me()
        if post.user_id == me.id:
            self.taking.join(post.root)
            return None
        if not post.is_a_persons:
            return None
        channel = await self.known.channel(post.channel_id)
        if not self._is_heard(channel) or not await self._is_to_us(post, channel, me.username):
            return None
        user = await self.known.user(post.user_id)
        if user.is_bot:
            return None
        to = conversation_of(channel, post.root)
        return Said(
            f"{PLATFORM}:post:{post.id}",
            to,
            Actor(PLATFORM, user.id, user.name),
            text=Mention(me.username).without(post.message),
            is_to_bot=True,
            message=Message(to, post.id),
        )

    def _is_heard(self, channel: Channel) -> bool:
        return not self.teams or channel.is_direct or channel.team_id in self.teams

    async def _is_to_us(self, post: Post, channel: Channel, username: str) -> bool:
        if channel.is_direct or Mention(username).is_in(post.message):
            return True
        return bool(post.root_id) and await self.taking.is_ours(post.root_id, post.create_at)


def conversation_of(channel: Channel, thread: str | None) -> Conversation:
    """A thread of a channel, the same for every way an event comes in."""
    return Conversation(PLATFORM, channel.space, channel.id, thread, is_direct=channel.is_direct)


def conversation_from(values: Mapping[str, object]) -> Conversation:
    """A conversation as a token of ours carries it."""
    thread = values.get("thread")
    return Conversation(
        PLATFORM,
        str(values["space"]),
        str(values["channel"]),
        str(thread) if thread else None,
        is_direct=bool(values.get("direct")),
    )


def values_of(conversation: Conversation) -> dict[str, object]:
    """A conversation to be carried in a token."""
    return {
        "space": conversation.space,
        "channel": conversation.channel,
        "thread": conversation.thread or "",
        "direct": conversation.is_direct,
    }
