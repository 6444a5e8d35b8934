"""A request by command: it becomes words in a thread, of its own where there was none; without words a form opens."""

import asyncio
from dataclasses import dataclass, replace

import pytest

from bot.chat.port import Actor, Capabilities, Commanded, Message
from bot.domain.errors import Lost
from bot.store.sender import Sender
from tests.fixtures.commanding import CHANNEL, Line
from tests.fixtures.recorder import Recorder


@dataclass
class Threading(Recorder):
    """A platform whose first message begins a thread."""

    capabilities = Capabilities(True, True, True, False, 9999, 99, 999)

    async def post(self, to, card, *, key):
        message = await super().post(to, card, key=key)
        return Message(replace(to, thread=to.thread or f"root-{key}"), message.id)


@pytest.fixture
async def sending(flow):
    """Somebody sends what is to be said, as the worker does."""
    chat = Threading()
    sender = Sender(flow.database, {"test": chat})

    async def send():
        while True:
            if not await sender.flush():
                await asyncio.sleep(0.01)

    task = asyncio.create_task(send())
    yield chat
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await sender.rest()


async def test_in_a_thread_it_is_as_if_it_had_been_said_there(flow):
    line = Line(flow)
    told = await line.say("alice", "request 4c/8g ubuntu, call it api01")
    run = await flow.newest()
    assert (run.requester, run.conversation) == ("test:alice", "test:local:main:t1")
    assert flow.world.turns[-1].text == "4c/8g ubuntu, call it api01"
    assert "api01" in told


async def test_outside_any_thread_it_begins_one_of_its_own(flow, sending):
    line = Line(flow, to=CHANNEL)
    await line.say("alice", "request api01 please")
    await line.say("alice", "demander db01")
    runs = await flow.runs.latest(2)
    assert {run.conversation for run in runs} == {f"test:local:main:root-asked:{key}" for key in line.keys}
    assert len(runs) == len(line.keys)
    roots = [plain for _, key, plain in await line.plain() if key.startswith("asked:")]
    assert roots == ["**Alice** asks: api01 please", "**Alice** asks: db01"]


async def test_while_the_platform_is_slow_it_waits_and_is_asked_once(flow):
    line = Line(flow, to=CHANNEL)
    flow.commanding = replace(flow.commanding, wait_s=0.0)
    with pytest.raises(Lost):
        await line.say("alice", "request api01", key="slow")
    assert not await line.is_done("slow")
    assert not flow.world.turns
    chat = Threading()
    sender = Sender(flow.database, {"test": chat})
    while await sender.flush():
        pass
    event = Commanded("slow", CHANNEL, Actor("test", "alice", "Alice"), name="threadform", text="request api01")
    said = await replace(flow.commanding, wait_s=60.0).command(event)
    assert (said.text, said.conversation.thread, said.dedupe) == ("api01", "root-asked:slow", "slow")
    assert len(chat.forms) == 1


async def test_without_words_a_form_is_asked_privately_and_its_answer_is_a_request(flow):
    line = Line(flow)
    assert "New request" in await line.say("alice", "request")
    assert (await line.last())[0] == "whisper"
    await line.fill("alice", "request:fr", {"text": "une machine api01"})
    assert flow.world.turns[-1].text == "une machine api01"
    assert (await flow.newest()).requester == "test:alice"


async def test_a_stranger_s_request_is_refused_before_anything_is_posted(flow):
    line = Line(flow, to=CHANNEL)
    assert "I do not know Mallory" in await line.say("mallory", "request api01")
    assert not flow.world.turns
    assert [kind for kind, _, _ in await line.plain()] == ["whisper"]
