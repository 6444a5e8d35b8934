"""What the harness forks: a worker, or the front that hears the platform. The product as it is, its tasks stepped."""

import asyncio
import contextlib
import ctypes
import json
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agents.nodes.engine import Engine  # noqa: F401 - loaded once, before the forks
from bot import log
from bot.chat.port import Actor, Capabilities, Card, Conversation, Form, How, Message, Sink
from bot.settings import Settings
from bot.store.codec import dump_card, parse_event
from bot.wiring.app import build
from iac.errors import ThreadformError
from tests.chaos.platform import LINE_MAX
from tests.chaos.stepping import ROOT, Edge, loop_of

LISTENERS = 3
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Spec:
    """One process: what it is, where its log goes, and its whole environment of ``THREADFORM_*``."""

    role: str
    log: Path
    edge: Path
    chat: Path
    environment: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SocketChat:
    """The ``Chat`` port over the harness's platform: one connection a call."""

    path: Path
    capabilities = Capabilities(
        can_edit=True,
        can_whisper=True,
        has_forms=True,
        can_stream=False,
        text_max=99_999,
        parts_max=99,
        diff_inline_max=99,
    )

    async def run(self, sink: Sink) -> None:
        """Hear, over several connections, until cancelled."""
        async with asyncio.TaskGroup() as group:
            for _ in range(LISTENERS):
                group.create_task(self._listen(sink))

    async def close(self) -> None:
        return

    async def post(self, to: Conversation, card: Card, *, key: str) -> Message:
        await self._call(verb="post", key=key, thread=to.key, card=dump_card(card))
        return Message(to, key)

    async def find(self, to: Conversation, key: str) -> Message | None:
        return Message(to, key) if (await self._call(verb="find", key=key))["found"] else None

    async def edit(self, message: Message, card: Card, *, key: str) -> How:
        await self._call(verb="edit", key=key, message=message.id, card=dump_card(card))
        return How.NATIVE

    async def whisper(self, to: Conversation, who: Actor, card: Card, *, key: str) -> How:
        await self._call(verb="whisper", key=key, card=dump_card(card))
        return How.NATIVE

    async def ask(self, surface: object, who: Actor, to: Conversation, form: Form) -> How:
        return How.DEGRADED

    async def status(self, to: Conversation, text: str | None) -> None:
        return

    async def _call(self, **asked: Any) -> Any:
        reader, writer = await asyncio.open_unix_connection(self.path, limit=LINE_MAX)
        try:
            writer.write(json.dumps(asked).encode() + b"\n")
            await writer.drain()
            answer = await reader.readline()
            if not answer:
                raise ConnectionError("the platform went away before it answered")
            return json.loads(answer)
        finally:
            writer.close()

    async def _listen(self, sink: Sink) -> None:
        """An event is acknowledged when the sink has stored it; one that could not be stored comes again."""
        while True:
            with contextlib.suppress(ConnectionError, ThreadformError):
                reader, writer = await asyncio.open_unix_connection(self.path, limit=LINE_MAX)
                try:
                    writer.write(b'{"verb": "hear"}\n')
                    while line := await reader.readline():
                        await sink(parse_event(json.loads(line)))
                        writer.write(b"ack\n")
                        await writer.drain()
                finally:
                    writer.close()
            await asyncio.sleep(0.1)


def main(spec: Spec) -> None:
    """The whole life of a forked process."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    with spec.log.open("ab") as sink:
        os.dup2(sink.fileno(), 1)
        os.dup2(sink.fileno(), 2)
    os.environ.update(spec.environment)
    os.environ.update({"CHAOS_EDGE": str(spec.edge), "PYTHONPATH": f"{ROOT}/tests/chaos/site:{ROOT}"})
    log.configure("json", "info")
    edge = Edge(spec.role, spec.edge)
    with asyncio.Runner(loop_factory=lambda: loop_of(edge)) as runner:
        runner.run(_work(spec))


async def _work(spec: Spec) -> None:
    chat = SocketChat(spec.chat)
    async with build(Settings(), extra={"test": chat}) as app:
        if spec.role == "front":
            await chat.run(app.sink)
        else:
            await app.worker.run(app.consumer)
