"""In which threads we take part: there, nobody has to call us; in all others we are silent."""

from dataclasses import dataclass, field

from bot.chat.mattermost.known import Known
from bot.chat.mattermost.posts import Mention

MOST = 10_000


@dataclass
class Taking:
    """Found by reading the thread once, then remembered; a thread becomes ours when we speak in it or are called."""

    known: Known
    _roots: dict[str, bool] = field(default_factory=dict)

    def join(self, root_id: str) -> None:
        """We spoke there, or were called."""
        self._keep(root_id, is_ours=True)

    async def is_ours(self, root_id: str, until: int) -> bool:
        """Whether we spoke or were called there up to that moment (milliseconds); what came later says nothing."""
        if root_id not in self._roots:
            me = await self.known.me()
            mention = Mention(me.username)
            posts = [post for post in await self.known.thread(root_id) if post.create_at <= until]
            found = any(post.user_id == me.id or mention.is_in(post.message) for post in posts)
            self._keep(root_id, is_ours=found)
        return self._roots[root_id]

    def _keep(self, root_id: str, *, is_ours: bool) -> None:
        if len(self._roots) >= MOST:
            self._roots.clear()
        self._roots[root_id] = is_ours
