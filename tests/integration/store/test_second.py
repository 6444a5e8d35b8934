"""What a chat does not take goes out by another way: in time, once by each, never a whisper, and told afterwards."""

import asyncio
import secrets
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import select, update

from bot.chat.port import Actor, Button, Buttons, Card, Fields, Text
from bot.chat.words import Words
from bot.ports import Notice, Outgoing
from bot.store.database import clock
from bot.store.models import outbox as rows
from bot.store.outbox import SqlOutbox
from bot.store.second import Rule, Second, second_ways, unsent
from bot.store.sender import Sender
from tests.integration.store.making import Listener, a_conversation, an_edit

MINUTE = 60.0
CARD = Card(
    "api01: the apply broke",
    (Text("terraform ended with **an error**"), Fields((("Node", "pve1"),)), Buttons((Button("a", "Finish", "v"),))),
    title="api01: broken",
    tone="bad",
)


class Way:
    """A way out that remembers, and fails as it is told to."""

    def __init__(self, *faults: Exception) -> None:
        self.notices: list[Notice] = []
        self.faults = list(faults)

    async def send(self, notice: Notice) -> None:
        await asyncio.sleep(0)
        if self.faults:
            raise self.faults.pop(0)
        self.notices.append(notice)


@pytest.fixture
def mail():
    return Way()


@pytest.fixture
def chat():
    return Listener()


@pytest.fixture
def sender(database, chat):
    return Sender(database, {"web": chat})


@pytest.fixture
def second(database, mail):
    return looking(database, {"mail": mail})


@dataclass
class Desk:
    """What is queued, who sends it, and what the chat heard."""

    outbox: SqlOutbox
    sender: Sender
    chat: Listener


@pytest.fixture
def desk(outbox, sender, chat):
    return Desk(outbox, sender, chat)


def looking(database, ways, **rules):
    known = rules or {"critical": Rule(5 * MINUTE, tuple(ways))}
    return Second(database, ways, known, Words.load())


def broken(thread, key="run:1:errored", **more):
    return Outgoing(key, thread, CARD, severity="critical", **more)


async def aged(database, key, seconds):
    """As if it had been queued so long ago."""
    async with database.writing() as connection:
        await connection.execute(update(rows).where(rows.c.key == key).values(at=clock() - seconds))


async def due(database):
    """As if the pause after a fault were over."""
    async with database.writing() as connection:
        await connection.execute(update(second_ways).values(due_at=0.0, lease_until=0.0))


async def sent(sender):
    while await sender.flush():
        pass


async def test_what_waits_too_long_goes_out_once_and_says_why_it_comes_this_way(second, outbox, database, mail, thread):
    await outbox.add([broken(thread)])
    assert await second.look() == 0
    await aged(database, "run:1:errored", 6 * MINUTE)
    assert await second.look() == 1
    assert await second.look() == 0
    notice = mail.notices[0]
    assert (notice.key, notice.severity, notice.title) == ("run:1:errored", "critical", "api01: broken")
    assert "terraform ended with an error" in notice.text
    assert "Node: pve1" in notice.text
    assert "Finish" not in notice.text
    assert "because Web has not taken it since" in notice.text


async def test_what_the_chat_takes_in_time_goes_nowhere_else(desk, second, database, mail, thread):
    await desk.outbox.add([broken(thread)])
    await sent(desk.sender)
    await aged(database, "run:1:errored", 60 * MINUTE)
    assert await second.look() == 0
    assert mail.notices == []


async def test_talk_and_whispers_never_go_out_another_way(outbox, database, mail, thread):
    everything = looking(database, {"mail": mail}, critical=Rule(MINUTE, ("mail",)), warning=Rule(MINUTE, ("mail",)))
    whisper = Outgoing("w", thread, CARD, "whisper", who=Actor("web", "bob"), severity="critical")
    await outbox.add([Outgoing("talk", thread, CARD), whisper])
    for key in ("talk", "w"):
        await aged(database, key, 60 * MINUTE)
    assert await everything.look() == 0
    assert mail.notices == []


async def test_what_was_said_to_one_alone_in_a_direct_conversation_goes_nowhere_else(outbox, database, mail, thread):
    everything = looking(database, {"mail": mail, "chat:web:a:b": mail}, warning=Rule(MINUTE, ("mail", "chat:web:a:b")))
    direct = replace(thread, channel="just-us", is_direct=True)
    await outbox.add([broken(direct), broken(replace(direct, channel="refused"), "run:2:errored")])
    for key in ("run:1:errored", "run:2:errored"):
        await aged(database, key, 60 * MINUTE)
    async with database.writing() as connection:
        await connection.execute(update(rows).where(rows.c.key == "run:2:errored").values(failed_at=clock()))
    assert await everything.look() == 0
    assert mail.notices == []


async def test_each_severity_has_its_own_patience_and_ways_and_a_lesser_rule_holds_for_more(
    outbox, database, mail, thread
):
    push = Way()
    ways = {"mail": mail, "push": push}
    rules = {"warning": Rule(10 * MINUTE, ("mail",)), "critical": Rule(2 * MINUTE, ("mail", "push"))}
    waiting = Outgoing("run:2:planned", thread, CARD, severity="warning")
    await outbox.add([broken(thread), waiting])
    for key in ("run:1:errored", "run:2:planned"):
        await aged(database, key, 3 * MINUTE)
    assert await looking(database, ways, **rules).look() == 2
    assert [n.key for n in (*mail.notices, *push.notices)] == ["run:1:errored"] * 2
    lesser = looking(database, ways, info=Rule(MINUTE, ("push",)))
    assert await lesser.look() == 1
    assert [n.key for n in push.notices] == ["run:1:errored", "run:2:planned"]


async def test_a_way_that_fails_is_tried_again_and_the_other_is_not_repeated(outbox, database, mail, thread):
    push = Way(OSError("no route"), OSError("no route"))
    second = looking(database, {"mail": mail, "push": push})
    await outbox.add([broken(thread)])
    await aged(database, "run:1:errored", 6 * MINUTE)
    assert await second.look() == 1
    assert await second.look() == 0
    assert await unsent(database) == 1
    for _ in range(2):
        await due(database)
        await second.look()
    assert (len(mail.notices), len(push.notices)) == (1, 1)
    assert await unsent(database) == 0


async def test_afterwards_the_thread_is_told_by_what_and_when_and_only_once(desk, second, database, thread):
    desk.chat.fail("run:1:errored", OSError("away"))
    await desk.outbox.add([broken(thread)])
    await desk.sender.flush()
    await asyncio.gather(*desk.sender._flying)
    await aged(database, "run:1:errored", 6 * MINUTE)
    await second.look()
    async with database.writing() as connection:
        await connection.execute(update(rows).values(due_at=0.0))
    await sent(desk.sender)
    for _ in range(3):
        await second.look()
        await sent(desk.sender)
    assert desk.chat.said[0] == "api01: the apply broke"
    assert len(desk.chat.said) == 2
    assert desk.chat.said[1].startswith("I told you this by e-mail at ")
    assert desk.chat.said[1].endswith(" UTC, because Web did not answer.")


async def test_a_message_that_comes_through_before_the_other_way_does_is_not_said_twice(desk, database, thread):
    mail = Way(OSError("no route"))
    second = looking(database, {"mail": mail})
    await desk.outbox.add([broken(thread)])
    await aged(database, "run:1:errored", 6 * MINUTE)
    await second.look()
    await sent(desk.sender)
    await due(database)
    assert await second.look() == 0
    await sent(desk.sender)
    assert mail.notices == []
    assert desk.chat.said == ["api01: the apply broke"]


async def test_what_the_chat_refuses_for_good_goes_out_at_once(desk, second, database, mail, thread):
    desk.chat.fail("run:1:errored", ValueError("no such channel"))
    await desk.outbox.add([broken(thread)])
    await sent(desk.sender)
    assert await second.look() == 1
    assert len(mail.notices) == 1
    assert desk.chat.said == []


async def test_a_card_that_a_newer_one_overtook_is_left_out(second, outbox, database, mail, thread):
    older = Outgoing("run:1:errored", thread, CARD, "edit", of="run:1", severity="critical")
    await outbox.add(
        [Outgoing("run:1", thread, Card("asked")), older, an_edit(thread, "run:1:report", "run:1", "done")]
    )
    await aged(database, "run:1:errored", 60 * MINUTE)
    assert await second.look() == 0
    assert mail.notices == []


async def test_two_processes_that_look_at_once_send_it_once(outbox, database, mail, thread):
    for _ in range(5):
        key = secrets.token_hex(4)
        await outbox.add([broken(a_conversation(), key)])
        await aged(database, key, 6 * MINUTE)
    looks = [looking(database, {"mail": mail}).look() for _ in range(4)]
    assert sum(await asyncio.gather(*looks)) == 5
    assert len({notice.key for notice in mail.notices}) == len(mail.notices) == 5


async def test_a_process_that_died_while_it_sent_is_followed_by_another(outbox, database, mail, thread):
    await outbox.add([broken(thread)])
    await aged(database, "run:1:errored", 6 * MINUTE)
    dying = looking(database, {"mail": Way(OSError("x"))})
    await dying._note_overdue()
    assert len(await dying._taken()) == 1
    after = looking(database, {"mail": mail})
    assert await after.look() == 0
    await due(database)
    assert await after.look() == 1
    assert [notice.key for notice in mail.notices] == ["run:1:errored"]


async def test_no_secret_leaves_by_another_way(second, outbox, database, mail, thread):
    key = "bot@pve!main=" + "-".join(["0" * 8, "1" * 4, "2" * 4, "3" * 4, "4" * 12])
    card = Card(f"it failed with {key}", (Text(f"token: {key}"),), title=f"broken {key}")
    await outbox.add([Outgoing("s", thread, card, severity="critical")])
    await aged(database, "s", 6 * MINUTE)
    await second.look()
    assert key not in mail.notices[0].text + mail.notices[0].title + repr(mail.notices[0].card)


async def test_where_nothing_is_named_nothing_is_looked_for(database, outbox, thread):
    await outbox.add([broken(thread)])
    await aged(database, "run:1:errored", 60 * MINUTE)
    idle = Second(database, {}, {}, Words.load())
    assert await idle.look() == 0
    async with database.reading() as connection:
        assert (await connection.execute(select(second_ways))).first() is None


async def test_a_french_card_is_followed_by_french_words(desk, second, database, mail, thread):
    card = Card("api01 : la création a échoué sur la machine, et elle est arrêtée", title="api01 : échec")
    await desk.outbox.add([Outgoing("fr", thread, card, severity="critical")])
    await aged(database, "fr", 6 * MINUTE)
    await second.look()
    await sent(desk.sender)
    await second.look()
    await sent(desk.sender)
    assert "accepte pas depuis" in mail.notices[0].text
    assert "ai dit par e-mail à " in desk.chat.said[1]
