"""Memory, cluster and chat away while people ask: a clear sentence, and nobody has to ask again."""

import asyncio
import shutil
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.store.embedded import find_program, launch
from tests.fixtures.recorder import Recorder, can_be_approved, text_of

pytestmark = [pytest.mark.terraform]
SAMPLE = "1c/1g ubuntu 24.04, 10 GB, call it {name}"
AWAY_S = 6.0


@pytest.fixture
async def memory():
    """A server that is ours to stop: its directory, program and URL."""
    program = find_program()
    if program is None:
        pytest.skip("no redis-server or valkey-server on this machine")
    directory = Path(tempfile.mkdtemp(prefix="tf-kv-"))
    server = Memory(directory, program)
    await server.start()
    yield server
    await server.stop()
    shutil.rmtree(directory)


class Memory:
    def __init__(self, directory: Path, program: str) -> None:
        self.directory, self.program, self.url = directory, program, ""

    async def start(self) -> None:
        self.server = await launch(self.directory, self.program)
        self.url = self.server.url

    async def stop(self) -> None:
        await self.server.close()


async def test_a_request_that_comes_while_the_memory_is_gone_is_answered_when_it_is_back(open_with, memory):
    async with open_with(redis_url=memory.url, claim_seconds=3) as house:
        await memory.stop()
        await house.say("alice", SAMPLE.format(name="mem01"))
        told = await house.chat.card("t1", lambda card: "short-term memory" in text_of(card))
        assert "is kept" in text_of(told)
        await memory.start()
        assert "mem01" in text_of(await house.planned())


async def test_a_memory_that_is_emptied_between_plan_and_yes_changes_nothing(open_with, memory):
    async with open_with(redis_url=memory.url, claim_seconds=3) as house:
        await house.say("alice", SAMPLE.format(name="mem02"))
        card = await house.planned()
        await memory.stop()
        await memory.start()
        await house.press("bob", card, "approve")
        await house.chat.card("t1", lambda card: card.tone == "good")
        assert (await house.machines()).count("mem02") == 1


async def test_a_cluster_that_goes_away_at_the_yes_is_applied_once_when_it_is_back(open_with):
    async with open_with() as house:
        await house.say("alice", SAMPLE.format(name="pve01"))
        card = await house.planned()
        house.lab.fault("close", times=-1)  # the connection ends without an answer: nobody has to wait for that
        await house.press("bob", card, "approve")
        await house.chat.card("t1", lambda card: "does not answer at the moment" in text_of(card))
        house.lab.clear_faults()
        await house.chat.card("t1", lambda card: card.tone == "good")
        assert (await house.machines()).count("pve01") == 1


@dataclass
class Deaf(Recorder):
    """A platform that takes nothing for a while."""

    until: float = 0.0
    refused: list[str] = field(default_factory=list)

    async def post(self, to, card, *, key):
        if time.monotonic() < self.until:
            self.refused.append(key)
            raise ConnectionError("503 Service Unavailable")
        return await super().post(to, card, key=key)


async def test_a_chat_that_is_gone_for_a_while_gets_everything_once_and_in_order(open_with):
    chat = Deaf(until=time.monotonic() + 3_600)
    async with open_with(chat) as house:
        await house.say("alice", SAMPLE.format(name="chat01"))
        while not chat.refused:  # noqa: ASYNC110 - the sender asks beside us
            await asyncio.sleep(0.02)
        chat.until = time.monotonic() + AWAY_S
        card = await chat.card("t1", can_be_approved)
        await house.press("bob", card, "approve")
        await chat.card("t1", lambda card: card.tone == "good")
        assert (await house.machines()).count("chat01") == 1
        assert len(chat.forms) == len(set(chat.forms))
