"""Reading a thread or a channel back: what was said there, oldest first."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.chat.port import Conversation
from bot.chat.slack.calling import Calls, Json, No

PAGE: Final = 200
PAGES: Final = 25
"""Nobody reads on in a longer thread; what we look for stands near its end, and is looked for again next time."""
GONE: Final = frozenset({"thread_not_found", "message_not_found"})


@dataclass(frozen=True, slots=True)
class Reading:
    """Looks at what is there."""

    calls: Calls

    async def thread(self, to: Conversation, *, since: float = 0.0) -> Sequence[Json]:
        """The messages of a thread (or of the channel where there is none yet) with their metadata, oldest first."""
        found = [message async for message in self._all(to, since)]
        return sorted(found, key=lambda message: float(message["ts"]))

    async def _all(self, to: Conversation, since: float) -> AsyncIterator[Json]:
        method = "conversations.replies" if to.thread else "conversations.history"
        said: dict[str, Any] = {"channel": to.channel, "ts": to.thread, "limit": PAGE, "include_all_metadata": "true"}
        said |= {"oldest": f"{since:.6f}"} if since else {}
        for _ in range(PAGES):
            try:
                page = await self.calls.read(method, **said)
            except No as no:
                if no.code in GONE:
                    return
                raise
            for message in page.get("messages") or ():
                yield message
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return
            said["cursor"] = cursor
