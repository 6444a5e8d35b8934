"""What chat adapters keep across restarts: the threads they take part in, and how far each platform was read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Column, Double, Index, Table, Text, case, select

from bot.chat.port import Conversation
from bot.ports import Joined
from bot.store.database import Database
from bot.store.models import metadata

chat_threads: Final = Table(
    "chat_threads",
    metadata,
    Column("thread", Text, primary_key=True),
    Column("platform", Text, nullable=False),
    Column("joined_at", Double, nullable=False),
    Column("heard_at", Double, nullable=False),
    Index("chat_threads_of_platform", "platform", "heard_at"),
)
chat_marks: Final = Table(
    "chat_marks",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)


@dataclass(frozen=True, slots=True)
class SqlJoinedThreads:
    """The ``JoinedThreads`` port."""

    database: Database

    async def join(self, conversation: Conversation, at: float) -> None:
        """Take part in that thread from ``at`` on; an earlier beginning stays, and so does a later word."""
        row = {"thread": conversation.key, "platform": conversation.platform, "joined_at": at, "heard_at": at}
        newer = case((chat_threads.c.heard_at < at, at), else_=chat_threads.c.heard_at)
        older = case((chat_threads.c.joined_at > at, at), else_=chat_threads.c.joined_at)
        statement = self.database.insert(chat_threads).values(row)
        statement = statement.on_conflict_do_update(
            index_elements=["thread"], set_={"heard_at": newer, "joined_at": older}
        )
        async with self.database.writing() as connection:
            await connection.execute(statement)

    async def has(self, conversation: Conversation) -> bool:
        """Whether we take part in that thread."""
        chosen = select(chat_threads.c.thread).where(chat_threads.c.thread == conversation.key)
        async with self.database.reading() as connection:
            return (await connection.execute(chosen)).first() is not None

    async def recent(self, platform: str, since: float, limit: int) -> Sequence[Joined]:
        """Threads of a platform with a word since then, the newest first."""
        of_platform = (chat_threads.c.platform == platform) & (chat_threads.c.heard_at >= since)
        columns = (chat_threads.c.thread, chat_threads.c.joined_at)
        chosen = select(*columns).where(of_platform).order_by(chat_threads.c.heard_at.desc()).limit(limit)
        async with self.database.reading() as connection:
            return [Joined(row.thread, row.joined_at) for row in await connection.execute(chosen)]

    async def mark(self, name: str, value: str) -> None:
        """Keep a mark, such as how far a platform was read."""
        statement = self.database.insert(chat_marks).values(name=name, value=value)
        async with self.database.writing() as connection:
            await connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": value}))

    async def marked(self, name: str) -> str:
        """The mark of that name; empty where there is none."""
        chosen = select(chat_marks.c.value).where(chat_marks.c.name == name)
        async with self.database.reading() as connection:
            return (await connection.execute(chosen)).scalar() or ""
