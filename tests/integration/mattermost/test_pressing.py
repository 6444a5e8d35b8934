"""Buttons, dialogs and commands on Mattermost: what counts, once, and what the person is told."""

from dataclasses import replace

import pytest

from bot.chat.mattermost.guard import CALLBACK, SIGNED
from bot.chat.port import Actor, Button, Buttons, Card, Commanded, Filled, How, Opening, Pressed, Text
from tests.integration.mattermost.conftest import FORM, WAITING, Heard

SURE = Card("stop", (Buttons((Button("stop", "Stop", "4f2a", "danger", "Stop **api01**?"),)),))


async def card(world, chat, shown=WAITING, key="run:4f2a"):
    """A card of ours in a thread that Ann began."""
    root = await world.ann.say("@threadform a vm")
    message = await chat.post(world.thread(root.id), shown, key=key)
    world.heard.events.clear()
    return world.posted(message)


def pressed(world):
    return [event for event in world.heard.all if isinstance(event, Pressed)]


async def command(world, chat):
    admin = world.server.person("admin")
    url = chat.saying.press_url.replace("/press", "/command")
    sent = {"team_id": world.server.team.id, "trigger": "threadform", "method": "P", "url": url}
    row = (await admin.call("POST", "/commands", sent)).said
    world.server.world.commands[row["id"]]["token"] = "command-token"


async def test_a_press_says_who_pressed_what_on_which_card(world):
    async with world.running() as chat:
        post = await card(world, chat)
        assert (await world.bob.press(post, "Approve")).is_ok
    (event,) = pressed(world)
    assert (event.action, event.value, event.who) == (
        "approve",
        "4f2a:abcdef",
        Actor("mattermost", world.bob.id, "Bob"),
    )
    assert (event.conversation.thread, event.message.id) == (post.root_id, post.id)
    assert event.evidence == SIGNED


async def test_a_card_that_begins_its_thread_is_pressed_in_that_thread(world):
    async with world.running() as chat:
        message = await chat.post(world.thread(None), WAITING, key="alert:1")
        await world.bob.press(world.posted(message), "Approve")
    assert pressed(world)[0].conversation == message.conversation


async def test_a_server_that_shows_no_key_is_believed_less(world):
    world.server.world.signing = Unsigned()
    async with world.running() as chat:
        post = await card(world, chat)
        await world.bob.press(post, "Approve")
    assert [event.evidence for event in pressed(world)] == [CALLBACK]


class Unsigned:
    """A server without a signing key."""

    public = ""

    def trigger(self, seen, user_id, now):
        import base64

        return base64.b64encode(f"{seen}:{user_id}:{now}:none".encode()).decode()


async def test_a_second_click_counts_no_more_and_the_card_is_said_again(world):
    async with world.running() as chat:
        post = await card(world, chat)
        await world.bob.press(post, "Approve")
        await world.bob.press(post, "Approve")
        await world.ann.press(post, "Approve")
    assert len(pressed(world)) == 1
    assert world.memory.again == ["run:4f2a"] * 3
    assert [("changed nothing" in w["message"]) for w in [*world.bob.whispers(), *world.ann.whispers()]] == [True, True]


async def test_a_card_that_stands_in_for_an_edit_is_said_again_by_the_key_of_that_edit(world):
    async with world.running() as chat:
        post = await card(world, chat)
        message = await chat.find(world.thread(post.root_id), "run:4f2a")
        await world.server.person("admin").delete(post)
        for _ in range(2):
            await chat.edit(message, WAITING, key="run:4f2a:yes")
        (below,) = world.server.said_by(world.bot, post.root_id)
        await world.bob.press(below, "Approve")
    assert len(pressed(world)) == 1
    assert world.memory.again == ["run:4f2a:yes"]


async def test_after_the_card_was_said_again_the_next_person_can_press(world):
    async with world.running() as chat:
        post = await card(world, chat)
        await world.ann.press(post, "Approve")
        message = await chat.find(world.thread(post.root_id), "run:4f2a")
        await chat.edit(message, WAITING, key="again:1")
        await world.bob.press(post, "Approve")
    assert [event.who.id for event in pressed(world)] == [world.ann.id, world.bob.id]


async def test_what_could_not_be_stored_is_said_and_can_be_pressed_again(world):
    async with world.running() as chat:
        post = await card(world, chat)
        world.heard.breaks = 1
        await world.bob.press(post, "Approve")
        message = await chat.find(world.thread(post.root_id), "run:4f2a")
        await chat.edit(message, WAITING, key="again:1")
        await world.bob.press(post, "Approve")
    assert len(pressed(world)) == 1
    assert "could not store" in world.bob.whispers()[0]["message"]


async def test_a_button_that_is_gone_is_refused_by_the_server_and_by_us(world):
    async with world.running() as chat:
        post = await card(world, chat)
        before = replace(post, props=dict(post.props))
        message = await chat.find(world.thread(post.root_id), "run:4f2a")
        await chat.edit(message, Card("done", (), "done", "good"), key="e")
        assert (await world.bob.press(before, "Approve")).status == 404
    assert not pressed(world)


async def test_a_button_with_a_question_is_pressed_when_it_was_answered(world):
    async with world.running() as chat:
        post = await card(world, chat, SURE)
        await world.bob.press(post, "Stop")
        assert not pressed(world)
        opened = await world.bob.dialog()
        assert opened["dialog"]["introduction_text"] == "Stop **api01**?"
        assert (await world.bob.submit(opened, {})).said == {}
        assert (await world.bob.submit(opened, {})).said == {}
    assert [(event.action, event.evidence) for event in pressed(world)] == [("stop", SIGNED)]


async def test_a_question_that_was_left_presses_nothing(world):
    async with world.running() as chat:
        post = await card(world, chat, SURE)
        await world.bob.press(post, "Stop")
        await world.bob.cancel(await world.bob.dialog())
    assert not pressed(world)


async def test_questions_are_answered_in_a_dialog_and_wrong_answers_keep_it_open(world):
    async with world.running() as chat:
        post = await card(world, chat, Card("a question", (FORM,)))
        await world.ann.press(post, "Answer")
        opened = await world.ann.dialog()
        assert (await world.ann.submit(opened, {"cores": ""})).said == {"errors": {"cores": "Please answer this one."}}
        world.heard.wrong = {"cores": "At most 32.", "elsewhere": "No room."}
        assert (await world.ann.submit(opened, {"cores": "64"})).said == {
            "errors": {"cores": "At most 32."},
            "error": "No room.",
        }
        world.heard.wrong = {}
        assert (await world.ann.submit(opened, {"cores": "8"})).said == {}
    (event,) = world.heard.all
    assert isinstance(event, Filled)
    assert (event.form, event.values, event.state) == ("ask:en:1", {"cores": "8"}, "ours")
    assert (event.conversation.thread, event.who.id, event.evidence) == (post.root_id, world.ann.id, SIGNED)


async def test_the_same_form_filled_twice_is_two_events(world):
    async with world.running() as chat:
        post = await card(world, chat, Card("a question", (FORM,)))
        for cores in ("2", "4"):
            await world.ann.press(post, "Answer")
            await world.ann.submit(await world.ann.dialog(), {"cores": cores})
    assert [event.values["cores"] for event in world.heard.all] == ["2", "4"]


async def test_questions_that_no_dialog_takes_are_asked_in_private(world):
    async with world.running() as chat:
        who = Actor("mattermost", world.ann.id)
        root = await world.ann.say("@threadform a vm")
        assert await chat.ask(None, who, world.thread(root.id), FORM) is How.DEGRADED
        world.heard.events.clear()
        direct = world.server.said_by(world.bot)[-1]
        await world.ann.press(direct, "Answer")
        await world.ann.submit(await world.ann.dialog(), {"cores": "8"})
    assert world.heard.all[0].conversation == world.thread(root.id)


async def test_a_form_that_a_press_opens_comes_before_the_press_is_stored(world):
    world.heard = Opens()
    async with world.running() as chat:
        post = await card(world, chat)
        await world.bob.press(post, "Approve")
        opened = await world.bob.dialog()
        assert opened["dialog"]["introduction_text"].startswith("Say **why**")
        assert not world.heard.all
        world.server.fail("dialogs.open", _gone())
        await world.bob.press(post, "Approve")
    assert len(pressed(world)) == 1


class Opens(Heard):
    """A sink that knows a form for every press."""

    async def form_for(self, event):
        return Opening(FORM, "Say **why**.")


def _gone():
    from tests.fixtures.mattermost.calls import Fault

    return Fault(400, {"id": "expired", "message": "expired", "status_code": 400})


async def test_a_command_is_heard_with_its_words_and_answered_at_once(world):
    async with world.running() as chat:
        await command(world, chat)
        answer = await world.ann.command("/threadform status 4f2a")
    assert (answer.status, answer.said["text"].startswith("I am on it")) == (200, True)
    (event,) = world.heard.all
    assert isinstance(event, Commanded)
    assert (event.name, event.text, event.who.id, event.evidence) == ("threadform", "status 4f2a", world.ann.id, SIGNED)
    assert event.conversation == world.thread(None)


async def test_a_command_that_opens_a_form_says_so(world):
    world.heard = Opens()
    async with world.running() as chat:
        await command(world, chat)
        answer = await world.ann.command("/threadform request")
        await world.ann.dialog()
    assert answer.said["text"] == "Please answer in the form that has just opened."
    assert not world.heard.all


async def test_a_french_person_is_answered_in_french(world):
    world.ann.user.locale = "fr"
    async with world.running() as chat:
        await command(world, chat)
        answer = await world.ann.command("/threadform aide")
    assert answer.said["text"].endswith("en message direct.")


async def test_a_folded_text_and_others_properties_survive_a_press(world):
    async with world.running() as chat:
        post = await card(world, chat, Card("p", (Text("why", fold="Why here"), *WAITING.parts)))
        post.props["pinned_by"] = "carol"
        await world.bob.press(post, "Approve")
    assert post.props["pinned_by"] == "carol"


@pytest.mark.parametrize("thread", [True, False])
async def test_typing_is_shown_in_its_thread(world, thread):
    async with world.running() as chat:
        root = await world.ann.say("hello")
        await chat.status(world.thread(root.id if thread else None), "working")
        await chat.status(world.thread(root.id), None)
    assert [each[1:] for each in world.server.world.typing] == [(world.server.channel.id, root.id if thread else "")]
