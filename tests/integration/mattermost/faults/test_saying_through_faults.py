"""Whatever the server answers, a card is out once, whole, in order, and never before people it is not for."""

import pytest
from sqlalchemy import update

from bot.chat.port import Actor, Card, Code, Conversation, Diff, Text
from bot.ports import Outgoing
from bot.store.models import outbox, paces
from tests.fixtures.mattermost.calls import Fault, still_saving, stored_then_502, too_many
from tests.integration.mattermost.faults.standing import a_card, living, to

FOREVER = 6
TRIES = 20


@pytest.fixture
def post(server):
    def make(key, text, **more):
        return Outgoing(key, to(server, more.pop("thread", None)), more.pop("card", None) or a_card(text), **more)

    return make


async def hurry(bot):
    """The pauses before the next tries are over."""
    async with bot.database.writing() as connection:
        await connection.execute(update(outbox).values(due_at=0, lease_until=0))
        await connection.execute(update(paces).values(free_at=0))


async def out(bot):
    """Send until nothing waits any more."""
    for _ in range(TRIES):
        await hurry(bot)
        await bot.flush()
        if not await bot.waits():
            return
    raise AssertionError(f"after {TRIES} tries there is still to be said: {await bot.unsent()}")


AMBIGUOUS = {
    "the proxy gives up after it was stored": lambda: [stored_then_502()],
    "the connection breaks after it was stored": lambda: [Fault(is_done=True, is_aborted=True)],
    "it is still being stored": lambda: [stored_then_502(), still_saving(), still_saving()],
    "the server is away for all quick tries": lambda: [stored_then_502(), *[Fault()] * (FOREVER - 1)],
    "it was never stored": lambda: [Fault()] * FOREVER,
}


@pytest.mark.parametrize("what", AMBIGUOUS)
async def test_a_post_of_unknown_fate_is_out_once(bot, post, what):
    bot.server.fail("posts.create", *AMBIGUOUS[what]())
    await bot.say(post("k1", "a card"))
    await out(bot)
    assert bot.cards() == ["a card"]


async def test_a_post_of_unknown_fate_is_found_when_the_server_has_forgotten_its_pending_id(bot, ann, post):
    root = await ann.say("@threadform one")
    bot.server.fail("posts.create", stored_then_502(), *[Fault()] * FOREVER)
    await bot.say(post("k1", "a card", thread=root.id))
    bot.server.world.offset_ms += 60_000
    bot.server.faults.clear()
    await out(bot)
    assert bot.cards() == ["a card"]


async def test_a_server_that_asks_to_wait_is_waited_for_and_the_order_is_kept(bot, post):
    bot.server.fail("posts.create", *[too_many(1)] * 3)
    await bot.say(*(post(f"k{n}", f"card {n}") for n in range(5)))
    await out(bot)
    assert bot.cards() == [f"card {n}" for n in range(5)]
    assert bot.server.calls("posts.create").count(429) <= 3


async def test_an_edit_replaces_the_card_and_keeps_what_others_put_there(bot, post):
    await bot.say(post("k1", "a plan"))
    (standing,) = bot.server.said_by(bot.account)
    standing.props["another_plugin"] = {"of": "value"}
    await bot.say(post("k2", "a report", kind="edit", of="k1"))
    assert bot.cards() == ["a report"]
    assert standing.props["another_plugin"] == {"of": "value"}
    assert standing.props["from_bot"] == "true"


def diffs(lines, tone):
    text = "\n".join(f"+ line {number:04d} of the plan" for number in range(lines))
    return Card(tone, (Diff("what changes", text),), tone=tone)


@pytest.mark.parametrize("lines", [100, 2_000], ids=["shown whole", "in a file"])
async def test_an_edit_brings_no_file_that_its_card_has_already(bot, post, lines):
    await bot.say(post("k1", "", card=diffs(lines, "waiting")))
    await bot.say(post("k2", "", card=diffs(lines, "good"), kind="edit", of="k1"))
    await bot.say(post("k3", "", card=diffs(lines, "bad"), kind="edit", of="k1"))
    (standing,) = bot.server.said_by(bot.account)
    assert len(bot.server.files_of(standing)) == (lines > 100)


async def test_a_file_that_an_edit_brings_stands_below_the_card_once(bot, post):
    await bot.say(post("k1", "a plan"))
    bot.server.fail("posts.create", stored_then_502())
    for key in ("k2", "k3"):
        await bot.say(post(key, "", card=diffs(2_000, "bad"), kind="edit", of="k1"))
        await out(bot)
    card, below = bot.server.said_by(bot.account)
    assert below.root_id == card.id
    assert len(bot.server.files_of(below)) == 1


async def test_an_edit_whose_answer_is_lost_is_one_edit(bot, post):
    await bot.say(post("k1", "a plan"))
    bot.server.fail("posts.patch", stored_then_502(), too_many(0))
    await bot.say(post("k2", "a report", kind="edit", of="k1"))
    await out(bot)
    assert bot.cards() == ["a report"]


async def test_when_the_time_for_edits_is_over_the_news_stands_below_once(bot, ann, post):
    root = await ann.say("@threadform one")
    await bot.say(post("k1", "a plan", thread=root.id))
    bot.server.world.settings["PostEditTimeLimit"] = 5
    bot.server.world.offset_ms += 60_000
    bot.server.fail("posts.create", stored_then_502())
    await bot.say(post("k2", "a report", thread=root.id, kind="edit", of="k1"))
    await out(bot)
    first, second = bot.cards()
    assert first == "a plan"
    assert "a report" in second
    assert second != "a report"
    assert [p.root_id for p in bot.server.said_by(bot.account)] == [root.id, root.id]


async def test_a_card_that_somebody_deleted_is_said_again_below(bot, ann, post):
    admin, root = bot.server.person("admin"), await ann.say("@threadform one")
    await bot.say(post("k1", "a plan", thread=root.id))
    assert (await admin.delete(bot.server.said_by(bot.account)[0])).is_ok
    await bot.say(post("k2", "a report", thread=root.id, kind="edit", of="k1"))
    await out(bot)
    (card,) = bot.cards()
    assert "a report" in card


async def test_a_thread_that_somebody_deleted_holds_up_nothing(bot, ann, post):
    admin, root = bot.server.person("admin"), await ann.say("@threadform one")
    await bot.say(post("k1", "a plan", thread=root.id))
    assert (await admin.delete(root)).is_ok
    await bot.say(post("k2", "a report", thread=root.id, kind="edit", of="k1"), post("k3", "another thread's"))
    await out(bot)
    assert "another thread's" in bot.cards()


async def test_what_is_too_long_for_an_older_server_is_there_whole_as_a_file(bot, post):
    bot.server.world.message_most = 4_000
    lines = [f"line {number:04d} of what there is to say" for number in range(300)]
    card = Card("much", (Text("All of it:"), Diff("the diff", "\n".join(lines))))
    await bot.say(post("k1", "", card=card))
    (standing,) = bot.server.said_by(bot.account)
    assert len(standing.message) <= 4_000
    read = standing.message + b"\n".join(bot.server.files_of(standing).values()).decode()
    assert all(line in read for line in lines)


async def test_a_long_code_is_never_cut_silently(bot, post):
    lines = [f"ssh -p {number} root@10.0.0.{number % 250}" for number in range(2_000)]
    await bot.say(post("k1", "", card=Card("long", (Code("\n".join(lines)),))))
    posts = bot.server.said_by(bot.account)
    read = "\n".join(post.message + b"\n".join(bot.server.files_of(post).values()).decode() for post in posts)
    assert [line for line in lines if line not in read] == []


@pytest.mark.parametrize("fault", [Fault(), stored_then_502(), too_many(0)], ids=["502", "stored", "429"])
async def test_a_file_whose_upload_fails_is_there_in_the_end_and_once(bot, post, fault):
    bot.server.fail("files.upload", fault)
    text = "\n".join(f"+ line {number}" for number in range(2_000))
    await bot.say(post("k1", "", card=Card("diff", (Diff("the diff", text),))))
    await out(bot)
    (standing,) = bot.server.said_by(bot.account)
    assert [body.decode().strip() for body in bot.server.files_of(standing).values()] == [text]


async def test_a_private_word_goes_to_one_person_whether_it_may_vanish_or_not(bot, ann):
    bob, where = bot.server.person("bob"), to(bot.server, (await ann.say("@threadform one")).id)
    who = Actor("mattermost", ann.id, "Ann")
    await bot.say(Outgoing("w1", where, a_card("only you"), "whisper", who=who))
    bot.server.world.granted[bot.id] = {"create_post_ephemeral"}
    await bot.say(Outgoing("w2", where, a_card("you alone"), "whisper", who=who))
    assert [word["message"].splitlines()[0] for word in ann.whispers()] == ["only you", "you alone"]
    assert bob.whispers() == []
    assert bot.cards() == []


async def test_a_private_word_of_unknown_fate_is_told_once(bot, ann):
    who = Actor("mattermost", ann.id, "Ann")
    where = to(bot.server, (await ann.say("@threadform one")).id)
    bot.server.fail("posts.create", stored_then_502(), *[Fault()] * FOREVER)
    await bot.say(Outgoing("w1", where, a_card("only you"), "whisper", who=who))
    bot.server.world.offset_ms += 60_000
    bot.server.faults.clear()
    await out(bot)
    assert len(ann.whispers()) == 1


async def test_a_private_word_names_its_thread_by_the_address_that_people_open(bot, ann):
    bot.server.world.settings["SiteURL"] = "https://chat.example.org/team/"
    root = await ann.say("@threadform one")
    who = Actor("mattermost", ann.id, "Ann")
    await bot.say(Outgoing("w1", to(bot.server, root.id), a_card("only you"), "whisper", who=who))
    (word,) = ann.whispers()
    assert f"https://chat.example.org/team/_redirect/pl/{root.id}" in word["message"]


async def test_a_word_for_somebody_of_another_platform_is_told_to_nobody(bot, ann):
    where = to(bot.server, (await ann.say("@threadform one")).id)
    await bot.say(Outgoing("w1", where, a_card("only you"), "whisper", who=Actor("web", "eve", "Eve")))
    assert bot.cards() == []
    assert ann.whispers() == []


async def test_what_one_life_began_to_say_the_next_one_says_once(server, account, database, ann, post):
    root = await ann.say("@threadform one")
    async with living(server, account, database) as before:
        server.fail("posts.create", stored_then_502(), *[Fault()] * FOREVER)
        await before.say(post("k1", "a plan", thread=root.id), post("k2", "and this", thread=root.id))
        assert await before.waits()
    server.faults.clear()
    server.world.offset_ms += 60_000
    async with living(server, account, database) as after:
        await out(after)
        assert after.cards() == ["a plan", "and this"]


async def test_a_thread_of_its_own_begins_where_none_is_named(bot):
    where = Conversation("mattermost", bot.server.team.id, bot.server.channel.id, None)
    await bot.say(Outgoing("k1", where, a_card("an alert")))
    (standing,) = bot.server.said_by(bot.account)
    assert standing.root_id == ""
