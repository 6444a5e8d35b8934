"""One bot on the fake server, with a sink that remembers: the adapter without the product behind it."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field

import pytest
import uvicorn
from starlette.applications import Starlette

from bot.chat.mattermost.adapter import MattermostChat, Server
from bot.chat.mattermost.line import Pace
from bot.chat.mattermost.memory import USED
from bot.chat.port import Button, Buttons, Card, Conversation, Event, Filled, Form, Input, Message, Text
from bot.chat.words import Words
from tests.fixtures.mattermost.server import FakeMattermost, open_mattermost
from tests.fixtures.ports import free_port

WORDS = Words.load()
PATIENCE_S, LOOK_S = 60.0, 0.01
PACE = Pace(ping=0.5, pong=60.0, answer=60.0, start=60.0, pause=0.02, pause_most=0.2)
"""Quick to ask, patient with the answer: a busy machine is not a server that is gone."""
APPROVE = Button("approve", "Approve", "4f2a:abcdef", "primary")
FORM = Form("ask:en:1", "Sizes", (Input("cores", "How many cores?", default="4"),), state="ours")
WAITING = Card(
    "api01: plan ready", (Text("one new server with four cores"), Buttons((APPROVE,))), "api01: plan ready", "waiting"
)


@dataclass
class Memory:
    """What the store keeps, in memory; it outlives the adapter."""

    notes: dict[str, str] = field(default_factory=dict)
    again: list[str] = field(default_factory=list)

    async def put(self, name: str, text: str) -> None:
        self.notes[name] = text

    async def get(self, name: str) -> str | None:
        return self.notes.get(name)

    async def swap(self, name: str, before: str | None, after: str) -> bool:
        if self.notes.get(name) != before:
            return False
        self.notes[name] = after
        return True

    async def say_again(self, key: str, why: str) -> None:
        self.again.append(key)

    @property
    def used(self) -> list[str]:
        return [name.rpartition(":")[2] for name in self.notes if name.startswith(USED)]


@dataclass
class Heard:
    """A sink: the first event of each key counts; ``wrong`` is what forms are answered."""

    events: dict[str, Event] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)
    breaks: int = 0
    refused: str = ""

    async def __call__(self, event: Event) -> Mapping[str, str] | None:
        if self.breaks or (self.refused and self.refused in getattr(event, "text", "")):
            self.breaks = max(0, self.breaks - 1)
            raise OSError("the disk is full")
        if isinstance(event, Filled) and self.wrong:
            return self.wrong
        self.events.setdefault(event.dedupe, event)
        return None

    @property
    def all(self) -> list[Event]:
        return list(self.events.values())

    @property
    def texts(self) -> list[str]:
        return [getattr(event, "text", "") for event in self.events.values()]


@dataclass
class World:
    """The fake server, our bot on it, and two people."""

    server: FakeMattermost
    memory: Memory = field(default_factory=Memory)
    heard: Heard = field(default_factory=Heard)
    pace: Pace = PACE

    def __post_init__(self) -> None:
        self.bot = self.server.add("threadform", is_bot=True)
        self.ann, self.bob = self.server.person("ann"), self.server.person("bob")
        self.port = free_port()

    def chat(self, **more: object) -> MattermostChat:
        at = Server(self.server.url, self.bot.token, f"http://127.0.0.1:{self.port}", ("command-token",))
        return MattermostChat(at, b"s" * 32, WORDS, self.memory, self.memory, **({"pace": self.pace} | more))

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[MattermostChat]:
        """The adapter, connected, and its callbacks served, until the end of the block."""
        chat = self.chat()
        running = asyncio.create_task(chat.run(self.heard))
        try:
            async with serving(Starlette(routes=chat.callbacks.routes()), self.port):
                await self.until(lambda: chat.line.is_up.is_set() or running.done(), "the connection")
                yield chat
        finally:
            await chat.close()
            await asyncio.gather(running, return_exceptions=True)

    async def until(self, truth: Callable[[], object], what: str = "it") -> None:
        """Until something holds here, looked at again at once: what we heard is no news of the server."""
        end = time.monotonic() + PATIENCE_S
        while not truth():
            assert time.monotonic() < end, f"{what} never came"
            await asyncio.sleep(LOOK_S)

    def thread(self, root: str | None, channel: str = "") -> Conversation:
        return Conversation("mattermost", self.server.team.id, channel or self.server.channel.id, root)

    def posted(self, message: Message):
        return self.server.world.posts[message.id]


@contextlib.asynccontextmanager
async def serving(app: Starlette, port: int) -> AsyncIterator[None]:
    """An HTTP server of the test's own; begun and ended by hand, because its own loop looks up ten times a second."""
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", lifespan="off")
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    try:
        yield
    finally:
        await server.shutdown()


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with open_mattermost() as server:
        yield World(server)
