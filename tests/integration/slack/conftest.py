"""The adapter on the fake Slack: what it stores is kept in memory, what it remembers in a real database."""

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field

import pytest

from bot.chat.port import Button, Buttons, Card, Conversation, Event, Form, Input, Opening, Text
from bot.chat.slack.adapter import Keys, SlackChat
from bot.chat.slack.catching_up import MARK
from bot.chat.slack.starting import Places
from bot.chat.words import Words
from bot.store.database import open_database
from bot.store.joined import SqlJoinedThreads
from tests.fixtures.slack.fake import OPS, FakeSlack, open_slack
from tests.fixtures.slack.workspace import APP_TOKEN, BOT_TOKEN, TEAM

APPROVE = Buttons((Button("approve", "Approve", "r1:abc", "primary"),))
CARD = Card("A plan", (Text("**api01** is created"), APPROVE), title="A plan")
FORM = Form("f1", "One question", (Input("name", "Name?"),), state="ours")


@dataclass
class Heard:
    """The sink: what is stored, once for each key. ``faults`` are raised once; ``errors`` and ``opens`` answer."""

    events: dict[str, Event] = field(default_factory=dict)
    faults: list[Exception] = field(default_factory=list)
    errors: Callable[[Event], Mapping[str, str] | None] = lambda _event: None
    opens: Callable[[Event], Opening | None] = lambda _event: None

    async def __call__(self, event: Event) -> Mapping[str, str] | None:
        if self.faults:
            raise self.faults.pop()
        errors = self.errors(event)
        if not errors:
            self.events.setdefault(event.dedupe, event)
        return errors

    async def form_for(self, event: Event) -> Opening | None:
        return self.opens(event)

    def of(self, kind):
        return [event for event in self.events.values() if isinstance(event, kind)]


@dataclass
class Room:
    """The fake, the adapter, and what it heard."""

    slack: FakeSlack
    chat: SlackChat
    heard: Heard
    joined: SqlJoinedThreads
    before: list[SlackChat] = field(default_factory=list)

    @contextlib.asynccontextmanager
    async def hearing(self) -> AsyncIterator[None]:
        """Connected, and what was said before is heard; ended in the way of a process."""
        before = await self.joined.marked(MARK)
        running = asyncio.create_task(self.chat.run(self.heard))
        try:
            while await self.joined.marked(MARK) == before and not running.done():  # noqa: ASYNC110 - it is a row
                await asyncio.sleep(0.01)
            if running.done():
                running.result()
            yield
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await self.chat.close()

    def again(self, **keys: str) -> SlackChat:
        """Another process: nothing is remembered but what the database has."""
        self.before.append(self.chat)
        self.chat = chat_on(self.slack, self.joined, **keys)
        return self.chat

    async def close(self) -> None:
        for chat in (*self.before, self.chat):
            await chat.close()


def chat_on(slack: FakeSlack, joined: SqlJoinedThreads, places: Places | None = None, **keys: str) -> SlackChat:
    given = {"bot": BOT_TOKEN, "app": APP_TOKEN, "url": slack.api, **keys}
    chat = SlackChat(Keys(**given), Words.load(), joined, places)
    chat.saying.pause_s = 0.0
    return chat


def place(thread: str | None = None, channel: str = OPS) -> Conversation:
    return Conversation("slack", TEAM, channel, thread, channel.startswith("D"))


@pytest.fixture
async def joined(sqlite_template, tmp_path):
    shutil.copy(sqlite_template, tmp_path / "threadform.db")
    database = open_database(f"sqlite:///{tmp_path}/threadform.db")
    yield SqlJoinedThreads(database)
    await database.close()


@pytest.fixture
async def slack():
    async with open_slack() as opened:
        yield opened


@pytest.fixture
async def room(slack, joined):
    made = Room(slack, chat_on(slack, joined), Heard(), joined)
    yield made
    await made.close()
