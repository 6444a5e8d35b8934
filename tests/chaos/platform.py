"""The chat platform of a chaos run: it lives outside everything that is killed, and counts all that reaches it."""

import asyncio
import contextlib
import json
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.chat.port import Card, Event
from bot.store.codec import dump_event, parse_card

LINE_MAX = 2**24
ACK_LOST = 0.03
"""The share of acknowledgements that get lost: the platform then delivers the event again."""
ANSWER_LOST = 0.01
"""The share of answers that get lost after the message is stored: the sender cannot know."""


@dataclass(frozen=True, slots=True)
class Form:
    """One form of a message: the key it came with, and when."""

    key: str
    card: Card
    at: float


@dataclass
class Platform:
    """Messages by key, private words, and events that wait to be heard."""

    dice: random.Random
    messages: dict[str, list[Form]] = field(default_factory=dict)
    threads: dict[str, str] = field(default_factory=dict)
    whispers: dict[str, Card] = field(default_factory=dict)
    twice: list[str] = field(default_factory=list)
    calls: "Counter[str]" = field(default_factory=Counter)
    _events: dict[str, str] = field(default_factory=dict)
    _waiting: "asyncio.Queue[str]" = field(default_factory=asyncio.Queue)

    async def serve(self, path: Path) -> asyncio.Server:
        return await asyncio.start_unix_server(self._served, path, limit=LINE_MAX)

    def deliver(self, event: Event) -> None:
        """Deliver at least once: until it is acknowledged."""
        self._events[event.dedupe] = json.dumps(dump_event(event))
        self._waiting.put_nowait(event.dedupe)

    def newest(self, thread: str) -> Iterator[Card]:
        """The newest form of each message of a thread."""
        for key, forms in self.messages.items():
            if self.threads[key] == thread:
                yield forms[-1].card

    async def _served(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            try:
                asked = json.loads(await reader.readline() or b"{}")
                if asked.get("verb") == "hear":
                    await self._hand_out(reader, writer)
                elif asked:
                    answer = {"found": asked["key"] in self.messages}
                    self._said(asked)
                    if self.dice.random() > ANSWER_LOST:
                        writer.write(json.dumps(answer).encode() + b"\n")
                        await writer.drain()
            finally:
                writer.close()

    async def _hand_out(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Events, one after the other, to one listener; one that goes away without a word gives its event back."""
        while True:
            key = await self._waiting.get()
            try:
                writer.write(f"{self._events[key]}\n".encode())
                await writer.drain()
                is_heard = (await reader.readline()).strip() == b"ack"
            except ConnectionError:
                is_heard = False
            if not is_heard or self.dice.random() < ACK_LOST:
                self.calls["delivered again"] += 1
                self._waiting.put_nowait(key)
            if not is_heard:
                return

    def _said(self, asked: dict[str, Any]) -> None:
        self.calls[asked["verb"]] += 1
        if asked["verb"] == "find":
            return
        key, card = asked["key"], parse_card(asked["card"])
        if asked["verb"] == "whisper":
            self.whispers.setdefault(key, card)
        elif asked["verb"] == "edit":
            self.messages[asked["message"]].append(Form(key, card, time.time()))
        elif key in self.messages:  # this platform takes everything: whoever does not look before says it twice
            self.twice.append(key)
        else:
            self.messages[key] = [Form(key, card, time.time())]
            self.threads[key] = asked["thread"]
