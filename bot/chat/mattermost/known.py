"""Who and what the server says there is: accounts, channels, who is in them; names are kept for a while."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.chat.mattermost.api import Api
from bot.chat.mattermost.faults import Gone
from bot.chat.mattermost.posts import Channel, Post, User, posts_of

KEPT_S = 600.0
"""How long a name is taken from memory; whoever presses is always asked for."""
MOST = 5_000


@dataclass
class Known:
    """What one bot knows of its server."""

    api: Api
    _me: User | None = None
    _users: dict[str, tuple[float, User]] = field(default_factory=dict)
    _channels: dict[str, Channel] = field(default_factory=dict)
    _site: str = ""

    async def site(self) -> str:
        """The server's address as people open it, by its own word: ours may lead inside a network only."""
        if not self._site:
            config = await self.api.get("/config/client", format="old")
            self._site = str(config.get("SiteURL") or self.api.url).rstrip("/")
        return self._site

    async def me(self) -> User:
        """Our own account."""
        if self._me is None:
            self._me = User.model_validate(await self.api.get("/users/me"))
        return self._me

    async def user(self, user_id: str) -> User:
        """An account as it was a short while ago."""
        at, found = self._users.get(user_id, (0.0, None))
        if found is None or time.monotonic() - at > KEPT_S:
            found = await self.user_now(user_id)
        return found

    async def user_now(self, user_id: str) -> User:
        """An account as the server has it now."""
        found = User.model_validate(await self.api.get(f"/users/{user_id}"))
        if len(self._users) >= MOST:
            self._users.clear()
        self._users[user_id] = time.monotonic(), found
        return found

    async def channel(self, channel_id: str) -> Channel:
        """A channel; its team and kind never change."""
        if channel_id not in self._channels:
            if len(self._channels) >= MOST:
                self._channels.clear()
            self._channels[channel_id] = Channel.model_validate(await self.api.get(f"/channels/{channel_id}"))
        return self._channels[channel_id]

    async def channels(self) -> Sequence[Channel]:
        """Every channel we are in, direct messages too."""
        me = await self.me()
        found: dict[str, Channel] = {}
        for team in await self.api.get(f"/users/{me.id}/teams"):
            for row in await self.api.get(f"/users/{me.id}/teams/{team['id']}/channels"):
                found[row["id"]] = Channel.model_validate(row)
        return list(found.values())

    async def is_member(self, channel_id: str, user_id: str) -> bool:
        """Whether somebody is in a channel now."""
        try:
            row = await self.api.get(f"/channels/{channel_id}/members/{user_id}")
        except Gone:
            return False
        return bool(row.get("user_id") == user_id)

    async def post(self, post_id: str) -> Post | None:
        """A post as it stands; None where there is none any more."""
        try:
            found = Post.model_validate(await self.api.get(f"/posts/{post_id}"))
        except Gone:
            return None
        return None if found.delete_at else found

    async def thread(self, root_id: str) -> Sequence[Post]:
        """Every post of a thread, oldest first; none where it is gone."""
        try:
            rows = await self.api.get(f"/posts/{root_id}/thread")
        except Gone:
            return ()
        return sorted(posts_of(rows), key=lambda post: (post.create_at, post.id))

    async def recent(self, channel_id: str) -> Sequence[Post]:
        """The newest posts of a channel."""
        return posts_of(await self.api.get(f"/channels/{channel_id}/posts", per_page=100))
