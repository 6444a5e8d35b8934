"""Several senders, a platform that slows us down, and a process that dies at the worst moment."""

import asyncio
import subprocess
import sys
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.chat.port import Capabilities, Card, Conversation, Message, TooFast
from bot.store.models import outbox as rows
from bot.store.sender import Sender
from tests.integration.store.making import Listener, a_conversation, a_post, all_sent, an_edit

PACE = 5.0


@dataclass
class Platform:
    """A platform that takes the same thing twice, as real ones do; what it stored is a file that outlives us."""

    path: Path
    capabilities: Capabilities = field(default_factory=lambda: Capabilities(True, True, True, False, 9, 9, 9))

    async def post(self, to: Conversation, card: Card, *, key: str) -> Message:
        with self.path.open("a") as file:
            file.write(f"{key}\n")
        return Message(to, key)

    async def find(self, to: Conversation, key: str) -> Message | None:
        return Message(to, key) if key in self.stored else None

    @property
    def stored(self) -> list[str]:
        return self.path.read_text().splitlines() if self.path.exists() else []


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from bot.store.database import open_database
from bot.store.sender import Sender
from tests.integration.store.test_sender_among_others import Platform

class Deadly(Platform):
    async def post(self, to, card, *, key):
        if sys.argv[3] == "after":
            await super().post(to, card, key=key)
        os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(Sender(open_database(sys.argv[1]), {"web": Deadly(Path(sys.argv[2]))}).flush())
"""


@pytest.fixture
def chat():
    return Listener()


def _killed(*arguments):
    dead = subprocess.run([sys.executable, "-c", KILLED, *arguments], timeout=240, check=False)
    assert dead.returncode == -9


async def _set(database, **values):
    async with database.writing() as connection:
        await connection.execute(update(rows).values(values))


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_a_sender_that_is_killed_around_the_platforms_store_never_doubles_and_never_loses(
    moment, outbox, database_url, thread, tmp_path
):
    platform, database = Platform(tmp_path / "stored"), outbox.database
    await outbox.add([a_post(thread, "report"), a_post(thread, "next")])
    await asyncio.to_thread(_killed, database_url, str(platform.path), moment)
    sender = Sender(database, {"web": platform})
    assert await sender.flush() == 0  # the dead one may have said it a moment ago: its lease is waited for
    await _set(database, lease_until=0.0)
    await all_sent(sender)
    assert platform.stored == ["report", "next"]


async def test_three_senders_keep_the_order_of_one_conversation(outbox, chat, database, thread):
    senders = [Sender(database, {"web": chat}) for _ in range(3)]

    async def work(sender):
        while len(chat.heard) < 30:
            await sender.flush()
            await asyncio.sleep(0)

    async def talk():
        for n in range(30):
            await outbox.add([a_post(thread, f"k{n}", f"{n}")])

    async with asyncio.timeout(120):
        await asyncio.gather(talk(), *(work(sender) for sender in senders))
    assert chat.said == [f"{n}" for n in range(30)]
    assert chat.looked_up == []


async def test_what_may_be_out_already_is_looked_up_before_it_is_repeated(outbox, chat, database, thread):
    chat.fail("k", ConnectionError("the answer never came"))
    await outbox.add([a_post(thread, "k", "once")])
    sender = Sender(database, {"web": chat})
    await all_sent(sender)
    chat.keys.append("k")  # it had been taken after all
    await _set(database, due_at=0.0)
    await all_sent(sender)
    assert (chat.said, chat.looked_up) == ([], ["k"])
    await outbox.add([an_edit(thread, "e", "k", "edited")])
    await all_sent(sender)
    assert chat.heard == [("edit", "platform:k", "edited")]


async def test_a_platform_that_asks_to_wait_is_waited_for_exactly_and_nobody_overtakes(outbox, chat, database, thread):
    chat.fail("k0", TooFast(0.5))
    beside = replace(thread, thread="beside")
    await outbox.add([a_post(thread, "k0", "0"), a_post(thread, "k1", "1")])
    sender = Sender(database, {"web": chat})
    began = time.monotonic()
    await all_sent(sender)
    await outbox.add([a_post(beside, "k2", "2")])
    while len(chat.said) < 3:
        assert chat.said == [] or time.monotonic() - began >= 0.5
        await sender.flush()
        await asyncio.sleep(0.01)
    assert chat.said.index("0") < chat.said.index("1")
    assert chat.looked_up == []  # it took nothing: there is nothing to look for


async def test_a_channel_hears_no_faster_than_it_may_however_many_senders_there_are(outbox, chat, database, thread):
    chat.capabilities = replace(chat.capabilities, sends_per_second=PACE)
    threads = [replace(thread, thread=f"t{n}") for n in range(3)]
    await outbox.add([a_post(t, f"{t.thread}:{n}") for t in threads for n in range(2)])
    senders = [Sender(database, {"web": chat}) for _ in range(3)]
    began = time.monotonic()

    async def work(sender):
        while len(chat.heard) < 6:
            await sender.flush()
            await asyncio.sleep(0.01)

    async with asyncio.timeout(120):
        await asyncio.gather(*(work(sender) for sender in senders))
    assert time.monotonic() - began >= 5 / PACE - 0.05


async def test_a_slow_channel_holds_up_no_other(outbox, chat, database, thread):
    chat.capabilities = replace(chat.capabilities, sends_per_second=0.01)
    await outbox.add([a_post(thread, f"k{n}") for n in range(2)])
    await outbox.add([a_post(replace(a_conversation(), channel="other"), "x", "elsewhere")])
    sender = Sender(database, {"web": chat})
    await all_sent(sender)
    assert sorted(chat.keys) == ["k0", "x"]


async def test_a_send_that_hangs_holds_up_its_own_conversation_alone(outbox, database, thread):
    class Hanging(Listener):
        async def post(self, to, card, *, key):
            if key == "slow":
                self.reached.set()
                await asyncio.Event().wait()
            return await super().post(to, card, key=key)

    chat = Hanging()
    sender = Sender(database, {"web": chat})
    await outbox.add([a_post(thread, "slow"), a_post(thread, "behind")])
    await sender.flush()
    await chat.reached.wait()
    await outbox.add([a_post(a_conversation(), f"k{n}") for n in range(20)])
    async with asyncio.timeout(120):
        while len(chat.keys) < 20:
            await sender.flush()
    assert "behind" not in chat.keys
    await sender.rest()
    async with database.reading() as connection:
        assert (await connection.execute(select(rows.c.sent_at).where(rows.c.key == "slow"))).scalar() is None


async def test_a_platform_whose_every_place_hangs_holds_up_no_other_platform(outbox, chat, database):
    stuck = Listener()
    stuck.gate.clear()
    sender = Sender(database, {"slack": stuck, "web": chat})
    await outbox.add([a_post(a_conversation("slack"), f"s{n}") for n in range(12)])
    await sender.flush()
    await stuck.reached.wait()
    await outbox.add([a_post(a_conversation("web"), f"w{n}") for n in range(12)])
    async with asyncio.timeout(120):
        while len(chat.keys) < 12:
            await sender.flush()
    assert stuck.keys == []
    stuck.gate.set()
    await sender.rest()
