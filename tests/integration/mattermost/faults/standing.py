"""The adapter on the fake server: its ear, its voice behind a real outbox, and what it remembers over a restart."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

from bot.chat.mattermost.adapter import MattermostChat, Server
from bot.chat.mattermost.line import Pace
from bot.chat.port import Card, Conversation, Event, Said, Text
from bot.chat.words import Words
from bot.ports import Outgoing
from bot.store.again import SqlAgain
from bot.store.database import Database
from bot.store.models import outbox
from bot.store.notes import SqlNotes
from bot.store.outbox import SqlOutbox
from bot.store.sender import Sender
from tests.fixtures.mattermost.server import Account, FakeMattermost

SECRET = b"a secret of the tests"
STEADY = Pace(ping=60.0, pong=60.0, answer=60.0, start=60.0, pause=0.01, pause_most=0.1)
"""Nothing is given up because a machine is busy."""
WATCHFUL = Pace(ping=0.2, pong=0.4, answer=60.0, start=60.0, pause=0.01, pause_most=0.1)
"""A server that answers no ping is dead soon; one that is taken for dead too soon is only connected to again."""


@dataclass
class Inbox:
    """What was heard, once for its key; ``delivered`` counts how often it came. ``faults`` break the next ones."""

    events: dict[str, Event] = field(default_factory=dict)
    delivered: "Counter[str]" = field(default_factory=Counter)
    faults: list[Exception] = field(default_factory=list)

    async def __call__(self, event: Event) -> Mapping[str, str] | None:
        if self.faults:
            raise self.faults.pop(0)
        self.delivered[event.dedupe] += 1
        self.events.setdefault(event.dedupe, event)
        return None

    @property
    def said(self) -> list[str]:
        """The words, in the order in which they were first stored."""
        return [event.text for event in self.events.values() if isinstance(event, Said)]


@dataclass
class Bot:
    """One life of the adapter, and what outlives it: ``database``."""

    server: FakeMattermost
    account: Account
    database: Database
    chat: MattermostChat
    inbox: Inbox

    @property
    def id(self) -> str:
        return self.account.id

    async def heard(self, *texts: str) -> None:
        """Wait for those words, and see that they came in that order and nothing else did."""
        await self.server.until(lambda: len(self.inbox.said) >= len(texts), f"{texts}, but {self.inbox.said}")
        assert self.inbox.said == list(texts)

    async def connected(self) -> None:
        await self.server.until(self.chat.line.is_up.is_set, "the connection")

    async def say(self, *messages: Outgoing) -> None:
        """The way of everything that is said: into the outbox, and out of it, as often as that takes."""
        await SqlOutbox(self.database).add(messages)
        await self.flush()

    async def flush(self) -> None:
        """Send what is due; a try whose pause is not over is due when its clock says so."""
        sender = Sender(self.database, {"mattermost": self.chat})
        while await sender.flush():
            pass
        await sender.rest()

    async def waits(self) -> bool:
        """Whether something is still to be said."""
        return bool(await self.unsent())

    async def unsent(self) -> list[str]:
        """The keys of what is neither out nor given up."""
        chosen = outbox.select().where(outbox.c.sent_at.is_(None) & outbox.c.failed_at.is_(None))
        async with self.database.reading() as connection:
            return [row.key for row in await connection.execute(chosen)]

    def cards(self) -> list[str]:
        """What everybody reads of it in channels of the team, oldest first."""
        team = {channel.id for channel in self.server.world.channels.values() if channel.team_id}
        return [post.message for post in self.server.said_by(self.account) if post.channel_id in team]


@contextlib.asynccontextmanager
async def living(
    server: FakeMattermost, account: Account, database: Database, pace: Pace = STEADY
) -> AsyncIterator[Bot]:
    """The adapter from its connection to its end; what it leaves undone is for the next one."""
    at = Server(server.url, account.token, "http://127.0.0.1:1")
    chat = MattermostChat(at, SECRET, Words.load(), SqlNotes(database), SqlAgain(database), pace=pace)
    bot = Bot(server, account, database, chat, Inbox())
    hearing = asyncio.create_task(chat.run(bot.inbox))
    try:
        await server.until(lambda: chat.line.is_up.is_set() or hearing.done(), "the connection")
        if hearing.done():
            hearing.result()
        yield bot
    finally:
        hearing.cancel()
        await asyncio.gather(hearing, return_exceptions=True)
        await chat.close()


def a_card(text: str) -> Card:
    return Card(plain=text, parts=(Text(text),))


def to(server: FakeMattermost, thread: str | None = None) -> Conversation:
    """A thread of the channel ``ops``."""
    return Conversation("mattermost", server.team.id, server.channel.id, thread)
