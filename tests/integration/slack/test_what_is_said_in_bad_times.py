"""What the bot says on Slack while Slack limits, breaks or refuses: in order, once, and never in public by mistake."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import update

from bot.chat.port import Actor, Card, Diff, Text
from bot.ports import Outgoing
from bot.store.models import outbox as rows
from bot.store.outbox import SqlOutbox
from bot.store.sender import Sender
from tests.fixtures.slack.fake import BOB, OPS
from tests.fixtures.slack.workspace import BOT_USER, read
from tests.integration.slack.conftest import place

LONG = "\n".join(f"+ line {number}" for number in range(2_000))
BOBBY = Actor("slack", BOB, "Bob")


class Post:
    """The outbox with its sender, on the adapter of a room."""

    def __init__(self, room):
        self.room, self.database = room, room.joined.database
        self.outbox = SqlOutbox(self.database)
        room.chat.capabilities = replace(room.chat.capabilities, sends_per_second=None)
        self.sender = Sender(self.database, {"slack": room.chat})

    async def add(self, *messages: Outgoing) -> None:
        await self.outbox.add(messages)

    async def until(self, holds: Callable[[], object]) -> None:
        """Send until it holds; what waits for its turn is due at once, so that no test sits out a pause."""
        async with asyncio.timeout(120):
            while not holds():
                await self.sender.flush()
                await asyncio.sleep(0.01)
        await self.sender.rest()

    async def hurry(self) -> None:
        """No pause after a failure."""
        async with self.database.writing() as connection:
            await connection.execute(update(rows).where(rows.c.sent_at.is_(None)).values(due_at=0.0))

    async def died(self) -> None:
        """The process ended, and another one goes on: nothing is in its memory."""
        await self.sender.rest()
        await self.room.chat.close()
        self.room.again()
        self.room.chat.capabilities = replace(self.room.chat.capabilities, sends_per_second=None)
        self.sender = Sender(self.database, {"slack": self.room.chat})
        await self.hurry()


@pytest.fixture
async def post(room):
    made = Post(room)
    yield made
    await made.sender.rest()


@pytest.fixture
def root(slack):
    """A thread that somebody began."""
    return slack.workspace.add(OPS, {"user": BOB, "text": "a machine, please"})["ts"]


def said(slack, root):
    return [read(each).splitlines()[0] for each in slack.thread(OPS, root) if each["user"] == BOT_USER]


async def test_a_storm_of_too_fast_keeps_the_order_and_doubles_nothing(slack, post, root):
    slack.faults.next("chat.postMessage", 6, status=429, headers={"Retry-After": "0.1"})
    slack.faults.next("conversations.replies", 1, status=429, headers={"Retry-After": "0.1"})
    await post.add(*(Outgoing(f"k{n}", place(root), Card(f"number {n}")) for n in range(5)))
    await post.until(lambda: len(said(slack, root)) == 5)
    assert said(slack, root) == [f"number {n}" for n in range(5)]
    assert slack.count("chat.postMessage") == 11


async def test_two_threads_of_a_channel_keep_their_order_at_the_pace_of_slack(slack, post, room):
    slack.pace.seconds = 1.0
    room.chat.capabilities = replace(room.chat.capabilities, sends_per_second=1 / 1.05)
    roots = [slack.workspace.add(OPS, {"user": BOB, "text": "please"})["ts"] for _ in range(2)]
    for number in range(2):
        await post.add(*(Outgoing(f"k{number}{r}", place(r), Card(f"number {number}")) for r in roots))
    await post.until(lambda: all(len(said(slack, r)) == 2 for r in roots))
    assert [said(slack, r) for r in roots] == [["number 0", "number 1"]] * 2
    assert slack.count("chat.postMessage") == 4 + slack.pace.refused


@pytest.mark.parametrize("fault", [{"status": 500}, {"is_cut": True}], ids=["500", "the connection breaks"])
async def test_a_message_that_was_kept_although_the_answer_was_lost_is_not_said_again(slack, post, root, fault):
    slack.faults.next("chat.postMessage", is_done=True, **fault)
    await post.add(Outgoing("k", place(root), Card("once")), Outgoing("l", place(root), Card("after it")))
    await post.until(lambda: slack.count("chat.postMessage"))
    await post.hurry()
    await post.until(lambda: len(said(slack, root)) == 2)
    assert said(slack, root) == ["once", "after it"]
    assert slack.count("chat.postMessage") == 2


async def test_a_thread_of_our_own_whose_first_answer_was_lost_is_begun_once(slack, post):
    slack.faults.next("chat.postMessage", status=500, is_done=True)
    await post.add(Outgoing("k", place(), Card("news")))
    await post.until(lambda: slack.count("chat.postMessage"))
    await post.died()
    await post.until(lambda: slack.count("conversations.history"))
    assert [read(each) for each in slack.workspace.of(OPS).values()].count("news") <= 1
    assert slack.count("chat.postMessage") == 1


@pytest.mark.parametrize(
    "where",
    ["files.getUploadURLExternal", "upload", "files.completeUploadExternal"],
)
@pytest.mark.parametrize("is_done", [False, True], ids=["nothing done", "done, then 500"])
async def test_a_death_between_the_card_and_its_file_leaves_one_of_each(slack, post, root, where, is_done):
    slack.faults.next(where, status=500, is_done=is_done)
    card = Card("a plan", (Text("What would change:"), Diff("all of it", LONG)), title="A plan")
    await post.add(Outgoing("k", place(root), card))
    await post.until(lambda: slack.faults.waiting[where] == [])
    await post.died()
    await post.until(lambda: [each for each in slack.thread(OPS, root) if each.get("files")])
    await post.hurry()
    await post.until(lambda: post.sender._flying == {})
    ours = [each for each in slack.thread(OPS, root) if each["user"] == BOT_USER]
    assert [bool(each.get("files")) for each in ours] == [False, True]
    assert (slack.file("plan.diff").content or b"").decode().strip() == LONG


async def test_a_private_word_that_the_channel_refuses_goes_to_direct_messages_and_nowhere_else(slack, post, root):
    slack.faults.next("chat.postEphemeral", error="user_not_in_channel")
    await post.add(Outgoing("k", place(root), Card("between us"), "whisper", who=BOBBY))
    await post.until(lambda: slack.whispers(BOB))
    assert [set(read(each).splitlines()) for each in slack.whispers(BOB)] == [{"between us"}]
    assert "between us" not in str(slack.workspace.of(OPS))


async def test_a_private_word_that_nobody_lets_us_say_is_not_said_in_public(slack, post, root):
    slack.faults.always("chat.postEphemeral", error="user_not_in_channel")
    slack.faults.always("conversations.open", error="missing_scope")
    await post.add(Outgoing("k", place(root), Card("between us"), "whisper", who=BOBBY))
    await post.add(Outgoing("l", place(root), Card("for all")))
    await post.until(lambda: said(slack, root))
    assert said(slack, root) == ["for all"]
    assert slack.whispers(BOB) == []


@pytest.mark.parametrize("code", ["edit_window_closed", "cant_update_message", "message_not_found"])
async def test_an_edit_that_is_refused_follows_in_the_thread_and_says_so(slack, post, root, code):
    await post.add(Outgoing("k", place(root), Card("waiting", title="api01: planning")))
    await post.until(lambda: said(slack, root))
    slack.faults.always("chat.update", error=code)
    await post.add(Outgoing("k:1", place(root), Card("done", title="api01: ready"), "edit", of="k"))
    await post.until(lambda: len(said(slack, root)) == 2)
    first, second = [each for each in slack.thread(OPS, root) if each["user"] == BOT_USER]
    assert "planning" in read(first)
    assert "Updated" in read(second)
    assert "api01: ready" in read(second)
