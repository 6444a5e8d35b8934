"""People and the bot in one thread of Mattermost: heard once, answered in place, silent elsewhere."""

from dataclasses import replace

import pytest

from bot.chat.mattermost.faults import NoStart
from bot.chat.mattermost.posts import Mention
from bot.chat.port import Actor, Card, Code, Diff, How, Said, Text, TooFast
from tests.fixtures.mattermost.calls import still_saving, stored_then_502, too_many
from tests.integration.mattermost.conftest import WAITING


async def test_a_mention_is_heard_with_who_where_and_what(world):
    async with world.running():
        post = await world.ann.say("@threadform  a vm please")
        await world.until(lambda: world.heard.all)
    (said,) = world.heard.all
    assert isinstance(said, Said)
    assert (said.text, said.is_to_bot, said.dedupe) == ("a vm please", True, f"mattermost:post:{post.id}")
    assert said.who == Actor("mattermost", world.ann.id, "Ann")
    assert said.conversation == world.thread(post.id)
    assert said.evidence == ""


async def test_it_is_silent_where_it_takes_no_part_and_needs_no_mention_where_it_does(world):
    async with world.running() as chat:
        other = await world.ann.say("lunch?")
        await world.bob.say("pizza", root_id=other.id)
        mine = await world.ann.say("hello @threadform")
        await world.bob.say("me too", root_id=mine.id)
        began = await chat.post(world.thread(None), Card("drift was found"), key="alert:1")
        await world.ann.say("what drift?", root_id=began.id)
        await world.until(lambda: len(world.heard.all) == 3)
    assert world.heard.texts == ["hello", "me too", "what drift?"]


async def test_a_direct_message_needs_no_mention(world):
    direct = world.server.world.direct(world.ann.user, world.bot.user)
    async with world.running():
        await world.ann.say("help", channel_id=direct.id)
        await world.until(lambda: world.heard.all)
    assert world.heard.all[0].conversation.is_direct
    assert world.heard.all[0].conversation.space == "direct"


async def test_bots_and_the_server_itself_are_not_answered(world):
    other = world.server.person("jenkins", is_bot=True)
    async with world.running():
        await other.say("@threadform build it")
        await world.ann.say("@threadform last")
        await world.until(lambda: world.heard.all)
    assert world.heard.texts == ["last"]


@pytest.mark.parametrize("text", ["@threadform: hi", "hi @Threadform", "@threadform, hi"])
def test_a_mention_is_taken_out_of_the_words(text):
    assert Mention("threadform").is_in(text)
    assert Mention("threadform").without(text) == "hi"


@pytest.mark.parametrize(
    "text", ["threadform", "@threadform2 hi", "@threadform-dev", "a@threadform.org", "@threadform.io"]
)
def test_another_name_is_no_mention(text):
    assert not Mention("threadform").is_in(text)


async def test_a_card_is_posted_in_its_thread_with_its_buttons_and_edited_in_place(world):
    async with world.running() as chat:
        root = await world.ann.say("@threadform a vm")
        message = await chat.post(world.thread(root.id), WAITING, key="run:4f2a")
        post = world.posted(message)
        assert (post.root_id, [act["name"] for act in post.actions()]) == (root.id, ["Approve"])
        post.props["somebody"] = "else"
        assert await chat.edit(message, Card("done", (Text("all there"),), "done", "good"), key="e1") is How.NATIVE
    assert post.message == "#### ✅ done\n\nall there"
    assert not post.actions()
    assert post.props["somebody"] == "else"
    assert post.props["from_bot"] == "true"


async def test_the_same_key_is_one_post_and_is_found_again(world):
    async with world.running() as chat:
        to = world.thread(None)
        first = await chat.post(to, WAITING, key="run:1")
        assert await chat.post(to, WAITING, key="run:1") == first
        assert await chat.find(to, "run:1") == first
        assert await chat.find(first.conversation, "run:1") == first
        assert await chat.find(to, "run:2") is None
    assert len(world.server.said_by(world.bot)) == 1


@pytest.mark.parametrize("fault", [stored_then_502, still_saving])
async def test_a_post_whose_fate_is_unknown_is_one_post(world, fault):
    async with world.running() as chat:
        world.server.fail("posts.create", fault())
        await chat.post(world.thread(None), WAITING, key="run:1")
    assert len(world.server.said_by(world.bot)) == 1
    assert world.server.calls("posts.create") == [502 if fault is stored_then_502 else 500, 201]


async def test_a_server_that_asks_to_wait_is_waited_for(world):
    async with world.running() as chat:
        world.server.fail("posts.create", too_many(3))
        with pytest.raises(TooFast) as wait:
            await chat.post(world.thread(None), WAITING, key="run:1")
    assert wait.value.seconds == 3
    assert not world.server.said_by(world.bot)


@pytest.mark.parametrize("reason", ["too late", "deleted"])
async def test_a_card_that_can_no_longer_be_edited_is_said_below(world, reason):
    async with world.running() as chat:
        root = await world.ann.say("@threadform a vm")
        message = await chat.post(world.thread(root.id), WAITING, key="run:1")
        if reason == "deleted":
            await world.server.person("admin").delete(world.posted(message))
        else:
            world.server.world.settings["PostEditTimeLimit"] = 0
            world.server.world.offset_ms += 5_000
        assert await chat.edit(message, Card("done", (), "done", "good"), key="e1") is How.DEGRADED
        assert await chat.edit(message, Card("done", (), "done", "good"), key="e1") is How.DEGRADED
    below = [post for post in world.server.said_by(world.bot) if post.id != message.id]
    assert [post.root_id for post in below] == [root.id]
    assert "**Updated:**" in below[0].message


async def test_a_long_diff_is_shown_in_part_and_attached_whole(world):
    text = "".join(f"+ line {n}\n" for n in range(2000))
    async with world.running() as chat:
        message = await chat.post(world.thread(None), Card("p", (Diff("d", text),), "t", "waiting"), key="r")
    post = world.posted(message)
    assert "more lines in the attached file plan.diff" in post.message
    assert world.server.files_of(post) == {"plan.diff": text.encode()}


async def test_a_long_diff_of_an_edit_is_attached_below_the_card_once(world):
    text = "+ x\n" * 3000
    async with world.running() as chat:
        message = await chat.post(world.thread(None), WAITING, key="run:1")
        for n in range(3):
            await chat.edit(message, Card("p", (Diff("d", text),), f"t{n}", "waiting"), key=f"e{n}")
        chat.saying._filed.clear()  # as after a restart
        await chat.edit(message, Card("p", (Diff("d", text),), "t4", "waiting"), key="e4")
    files = [post for post in world.server.said_by(world.bot) if post.file_ids]
    assert [(post.root_id, list(world.server.files_of(post))) for post in files] == [(message.id, ["plan.diff"])]


async def test_a_message_that_an_old_server_finds_too_long_is_shortened_and_filed(world):
    async with world.running() as chat:
        refusal = {"id": "model.post.is_valid.message_length.app_error", "message": "too long", "status_code": 400}
        from tests.fixtures.mattermost.calls import Fault

        world.server.fail("posts.create", Fault(400, refusal))
        message = await chat.post(world.thread(None), Card("p", (Text("word " * 2000),)), key="r")
    post = world.posted(message)
    assert len(post.message) <= 4000
    assert world.server.files_of(post)["card.txt"].count(b"word") == 2000


async def test_a_private_word_of_a_plain_bot_is_a_direct_message_that_names_the_thread(world):
    async with world.running() as chat:
        root = await world.ann.say("@threadform a vm")
        who = Actor("mattermost", world.ann.id)
        for _ in range(2):
            assert await chat.whisper(world.thread(root.id), who, Card("not yours"), key="n1") is How.DEGRADED
    (word,) = world.ann.whispers()
    assert "not yours" in word["message"]
    assert f"/_redirect/pl/{root.id}" in word["message"]
    assert not world.bob.whispers()
    assert world.server.calls("posts.ephemeral") == [403]


async def test_a_bot_that_may_whispers_in_place(world):
    world.server.world.granted[world.bot.id] = {"create_post_ephemeral"}
    async with world.running() as chat:
        root = await world.ann.say("@threadform a vm")
        who = Actor("mattermost", world.ann.id)
        assert await chat.whisper(world.thread(root.id), who, Card("not yours"), key="n1") is How.NATIVE
        assert await chat.whisper(world.thread(root.id), who, WAITING, key="n2") is How.DEGRADED
    assert [("not yours" in each["message"], each["root_id"]) for each in world.ann.whispers()] == [
        (True, root.id),
        (False, ""),
    ]


async def test_a_private_word_is_said_in_a_direct_conversation_only_to_the_one_it_belongs_to(world):
    direct = world.server.world.direct(world.ann.user, world.bot.user)
    async with world.running() as chat:
        root = await world.ann.say("a vm", channel_id=direct.id)
        to = replace(world.thread(root.id, direct.id), space="direct", is_direct=True)
        assert await chat.whisper(to, Actor("mattermost", world.ann.id), Card("for ann"), key="n1") is How.NATIVE
        assert await chat.whisper(to, Actor("mattermost", world.bob.id), Card("for bob"), key="n2") is How.DEGRADED
    assert [(post.message, post.root_id) for post in world.server.said_by(world.bot, root.id)] == [("for ann", root.id)]
    assert ["for bob" in word["message"] for word in world.bob.whispers()] == [True]
    assert ["for bob" in word["message"] for word in world.ann.whispers()] == [False]


async def test_a_private_word_that_cannot_be_private_is_not_said(world):
    async with world.running() as chat:
        world.server.fail("channels.direct", *_denied())
        who = Actor("mattermost", world.ann.id)
        assert await chat.whisper(world.thread(None), who, Card("secret"), key="n1") is How.DEGRADED
    assert not world.server.said_by(world.bot)


def _denied():
    from tests.fixtures.mattermost.calls import Fault

    return (Fault(403, {"id": "api.context.permissions.app_error", "message": "no", "status_code": 403}),)


async def test_the_members_of_a_team_or_a_channel_are_a_group(world):
    async with world.running() as chat:
        team = await chat.members("mattermost:lab")
        assert {f"mattermost:{world.ann.id}", f"mattermost:{world.bob.id}"} <= set(team)
        world.server.add_channel("approvers", "P", world.bob.user, world.bot.user)
        found = await chat.members("mattermost:lab/approvers")
    assert f"mattermost:{world.bob.id}" in found
    assert f"mattermost:{world.ann.id}" not in found


async def test_a_bad_token_ends_the_start_with_its_reason(world):
    world.server.world.tokens[world.bot.token]["is_active"] = False
    chat = world.chat()
    with pytest.raises(NoStart) as no:
        await chat.run(world.heard)
    await chat.close()
    assert no.value.sentence.key == "mattermost.bad_token"


async def test_no_network_ends_the_start_with_its_reason(world):
    world.pace = replace(world.pace, start=0.5)
    chat = world.chat()
    await world.server.stop()
    with pytest.raises(NoStart) as no:
        await chat.run(world.heard)
    await chat.close()
    assert no.value.sentence.key == "mattermost.no_network"


async def test_code_to_copy_stands_in_a_fence(world):
    async with world.running() as chat:
        message = await chat.post(world.thread(None), Card("p", (Code("ssh ubuntu@10.0.0.1"),)), key="r")
    assert "```\nssh ubuntu@10.0.0.1\n```" in world.posted(message).message
