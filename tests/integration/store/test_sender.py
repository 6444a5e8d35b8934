import asyncio

import pytest
from sqlalchemy import select, update

from bot.chat.port import Actor, Card
from bot.domain.errors import Refused
from bot.ports import Outgoing
from bot.store.letters import ORPHAN_S
from bot.store.models import outbox as rows
from bot.store.sender import GIVE_UP_S, Sender
from tests.integration.store.making import Listener, a_conversation, a_post, a_run, an_edit

BOB = Actor("web", "bob", "Bob")


@pytest.fixture
def chat():
    return Listener()


@pytest.fixture
def sender(database, chat):
    return Sender(database, {"web": chat})


@pytest.fixture
def all_sent(sender):
    async def send() -> None:
        while await sender.flush():
            pass

    return send


async def _change(database, key, **values):
    async with database.writing() as connection:
        await connection.execute(update(rows).where(rows.c.key == key).values(values))


async def _landed(sender):
    """Send what is due once, however long that takes."""
    await sender.flush()
    await asyncio.gather(*sender._flying)


async def _row(database, key):
    async with database.reading() as connection:
        return (await connection.execute(select(rows).where(rows.c.key == key))).one()


async def test_messages_of_a_conversation_go_out_in_order_and_once(outbox, chat, all_sent, thread):
    await outbox.add([a_post(thread, f"k{n}", f"{n}") for n in range(5)])
    await all_sent()
    await all_sent()
    assert chat.said == ["0", "1", "2", "3", "4"]


async def test_the_message_of_a_move_goes_out_and_the_same_key_is_never_queued_again(
    runs, outbox, chat, all_sent, stack
):
    run = a_run(stack)
    await runs.create(run, actor="x", messages=[a_post(stack.conversation, "run:1", "first")])
    await outbox.add([a_post(stack.conversation, "run:1", "second")])
    await all_sent()
    assert chat.said == ["first"]


async def test_an_edit_finds_the_message_that_its_post_became(outbox, chat, all_sent, thread):
    await outbox.add([a_post(thread, "run:1"), an_edit(thread, "run:1:planned", "run:1", "the plan")])
    await all_sent()
    assert chat.heard[1] == ("edit", "platform:run:1", "the plan")


async def test_of_several_waiting_edits_only_the_last_is_sent(outbox, chat, all_sent, thread, database):
    await outbox.add([a_post(thread, "run:1", "card")])
    await outbox.add([an_edit(thread, f"e{n}", "run:1", f"{n} %") for n in (10, 50, 90)])
    await outbox.add([a_post(thread, "other", "talk")])
    await all_sent()
    assert chat.said == ["card", "90 %", "talk"]
    assert (await _row(database, "e50")).reason == "superseded"


async def test_edits_of_two_cards_do_not_replace_one_another(outbox, chat, all_sent, thread):
    await outbox.add([a_post(thread, "a"), a_post(thread, "b")])
    await outbox.add([an_edit(thread, "ea", "a", "A"), an_edit(thread, "eb", "b", "B")])
    await all_sent()
    assert chat.said[2:] == ["A", "B"]


async def test_an_edit_that_came_before_its_post_waits_without_holding_anybody_up(outbox, chat, all_sent, thread):
    await outbox.add([an_edit(thread, "e", "run:1", "edited"), a_post(thread, "talk", "talk")])
    await all_sent()
    assert chat.said == ["talk"]
    await outbox.add([a_post(thread, "run:1", "card")])
    await all_sent()
    assert chat.said == ["talk", "card", "edited"]


async def test_an_edit_whose_post_never_comes_is_posted_after_an_hour(outbox, chat, all_sent, thread, database):
    await outbox.add([an_edit(thread, "e", "lost", "how it ended")])
    await _change(database, "e", at=rows.c.at - ORPHAN_S - 1)
    await all_sent()
    assert chat.heard == [("post", thread.key, "how it ended")]
    assert chat.keys == ["lost"]


async def test_a_whisper_reaches_its_only_reader(outbox, chat, all_sent, thread):
    await outbox.add([Outgoing("w", thread, Card("psst"), kind="whisper", who=BOB)])
    await all_sent()
    assert chat.heard == [("whisper", "bob", "psst")]


async def test_a_failing_message_holds_up_its_own_conversation_and_no_other(outbox, chat, all_sent, thread, database):
    chat.fail("k0", ConnectionError("away"))
    await outbox.add([a_post(thread, "k0", "0"), a_post(thread, "k1", "1"), a_post(a_conversation(), "x", "elsewhere")])
    await all_sent()
    assert chat.said == ["elsewhere"]
    row = await _row(database, "k0")
    assert (row.tries, row.reason, row.sent_at) == (1, "ConnectionError: away", None)
    await _change(database, "k0", due_at=0.0)
    await all_sent()
    assert chat.said == ["elsewhere", "0", "1"]
    assert (await _row(database, "k0")).tries == 2


async def test_each_failure_waits_longer_than_the_one_before(outbox, chat, sender, thread, database):
    chat.fail("k", *[ConnectionError("away")] * 4)
    await outbox.add([a_post(thread, "k")])
    waits = []
    for _ in range(4):
        await _change(database, "k", due_at=0.0)
        async with database.reading() as connection:
            from bot.store.database import clock

            before = (await connection.execute(select(clock()))).scalar_one()
        await _landed(sender)
        waits.append((await _row(database, "k")).due_at - before)
    # A busy machine adds to each what it takes between the look at the clock and the failure.
    assert [waits[n] >= 2**n for n in range(4)] == [True] * 4
    assert waits[3] < 60


@pytest.mark.parametrize("fault", [TypeError("no such part"), Refused("people.unknown", name="bob")])
async def test_a_message_that_can_never_be_said_is_recorded_and_passed(outbox, chat, all_sent, thread, fault):
    chat.fail("bad", fault)
    await outbox.add([a_post(thread, "bad"), a_post(thread, "good", "good")])
    await all_sent()
    assert chat.said == ["good"]
    ((key, reason),) = await outbox.failed()
    assert key == "bad"
    assert type(fault).__name__ in reason


async def test_after_a_day_of_failures_the_conversation_goes_on(outbox, chat, all_sent, thread, database):
    chat.fail("old", ConnectionError("away"))
    await outbox.add([a_post(thread, "old"), a_post(thread, "new", "new")])
    await _change(database, "old", at=rows.c.at - GIVE_UP_S - 1)
    await all_sent()
    assert chat.said == ["new"]
    assert [key for key, _reason in await outbox.failed()] == ["old"]


async def test_an_edit_of_a_card_that_could_not_be_posted_takes_its_place(outbox, chat, all_sent, thread):
    chat.fail("run:1", TypeError("too many parts"))
    await outbox.add([a_post(thread, "run:1", "card"), an_edit(thread, "e1", "run:1", "smaller")])
    await all_sent()
    await outbox.add([an_edit(thread, "e2", "run:1", "the end")])
    await all_sent()
    assert chat.heard == [("post", thread.key, "smaller"), ("edit", "platform:run:1", "the end")]


async def test_two_senders_never_say_a_thing_twice(outbox, chat, database):
    threads = [a_conversation() for _ in range(10)]
    for thread in threads:
        await outbox.add([a_post(thread, f"{thread.thread}:{n}", f"{n}") for n in range(4)])
    senders = [Sender(database, {"web": chat}) for _ in range(3)]

    async def work(sender):
        while len(chat.heard) < 40:
            await sender.flush()

    async with asyncio.timeout(60):
        await asyncio.gather(*(work(sender) for sender in senders))
    assert len(chat.keys) == len(set(chat.keys)) == 40
    for thread in threads:
        assert [plain for _k, where, plain in chat.heard if where == thread.key] == ["0", "1", "2", "3"]


async def test_a_message_on_its_way_is_nobody_elses_until_its_sender_is_given_up(
    outbox, chat, sender, thread, database
):
    chat.gate.clear()
    await outbox.add([a_post(thread, "k", "slow"), a_post(thread, "next", "next")])
    sending = asyncio.create_task(sender.flush())
    async with asyncio.timeout(60):
        await chat.reached.wait()
    assert await Sender(database, {"web": chat}).flush() == 0
    chat.gate.set()
    await sending
    await asyncio.gather(*sender._flying)
    assert chat.said == ["slow"]


async def test_a_sender_leaves_alone_what_another_platform_has_to_say(outbox, chat, all_sent):
    await outbox.add([a_post(a_conversation("slack"), "s"), a_post(a_conversation("web"), "w", "web")])
    await all_sent()
    assert chat.said == ["web"]
    assert await outbox.failed() == []


async def test_an_idle_outbox_says_nothing(sender):
    assert await sender.flush() == 0
