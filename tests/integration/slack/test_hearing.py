"""What people write, press and fill in on Slack is stored under a key of its own before it is acknowledged."""

from bot.chat.port import Card, Commanded, Filled, Opening, Pressed, Said
from bot.chat.slack.starting import Places
from tests.fixtures.slack.fake import ALICE, BOB, CAROL, OPS, VAULT
from tests.fixtures.slack.workspace import TRIGGER_S, buttons_of, read
from tests.integration.slack.conftest import CARD, FORM, Heard, Room, chat_on, place


async def test_a_mention_is_one_event_however_slack_tells_it(room):
    async with room.hearing():
        said = await (await room.slack.say(ALICE, OPS, "4c/8g ubuntu, call it api01")).acked()
        assert len(said.deliveries) == 2
        [event] = room.heard.of(Said)
    assert (event.text, event.is_to_bot) == ("4c/8g ubuntu, call it api01", True)
    assert (event.who.key, event.who.name) == ("slack:U0ALICE", "Alice")
    assert event.conversation == place(said.ts)


async def test_in_a_thread_of_ours_nobody_names_us_again_and_elsewhere_we_are_deaf(room):
    async with room.hearing():
        said = await (await room.slack.say(ALICE, OPS, "a machine please")).acked()
        await (await room.slack.say(BOB, OPS, "with 8 GB", thread=said.ts)).acked()
        other = await (await room.slack.say(ALICE, OPS, "lunch?", mention=False)).acked()
        await (await room.slack.say(BOB, OPS, "yes", thread=other.ts)).acked()
        await (await room.slack.say(BOB, OPS, "<@U0CAROL> what do you think?", thread=said.ts)).acked()
        await (await room.slack.say(CAROL, OPS, "me too", mention=False)).acked()
        heard = [event.text for event in room.heard.of(Said)]
        asked = {call.said["user"] for call in room.slack.calls if call.method == "users.info"}
    assert heard == ["a machine please", "with 8 GB"]
    assert asked == {ALICE, BOB}, "who does not speak to us is not looked up"


async def test_a_direct_message_needs_no_name_and_another_program_is_not_heard(room):
    async with room.hearing():
        direct = await (await room.slack.say(ALICE, "", "which machines are there?")).acked()
        await (await room.slack.say(ALICE, OPS, "ship it", bot_id="B0OTHER")).acked()
        [event] = room.heard.of(Said)
    assert (event.text, event.conversation.is_direct, event.is_to_bot) == ("which machines are there?", True, True)
    assert event.conversation.thread == direct.ts


async def test_a_private_channel_is_heard_like_a_public_one(room):
    async with room.hearing():
        await (await room.slack.say(BOB, VAULT, "a machine")).acked()
        assert [event.conversation.channel for event in room.heard.of(Said)] == [VAULT]


async def test_a_press_names_its_card_its_thread_and_who_it_was(room):
    async with room.hearing():
        message = await room.chat.post(place(), CARD, key="k1")
        shown = await room.slack.message(OPS, buttons_of)
        assert (await room.slack.press(BOB, shown, "approve")).is_acked
        [event] = room.heard.of(Pressed)
    assert (event.action, event.value, event.who.key) == ("approve", "r1:abc", "slack:U0BOB")
    assert event.message == message
    assert event.conversation == place(message.id)


async def test_two_presses_of_one_person_are_two_events(room):
    async with room.hearing():
        await room.chat.post(place(), CARD, key="k1")
        shown = await room.slack.message(OPS, buttons_of)
        await room.slack.press(BOB, shown, "approve")
        await room.slack.press(BOB, shown, "approve")
        assert len(room.heard.of(Pressed)) == 2


async def test_a_command_has_its_name_its_text_and_no_thread(room):
    async with room.hearing():
        assert (await room.slack.command(ALICE, OPS, "/threadform", " status r1 ")).is_acked
        [event] = room.heard.of(Commanded)
    assert (event.name, event.text, event.conversation) == ("threadform", "status r1", place())
    assert event.surface is not None


async def test_a_form_in_a_card_opens_at_once_and_comes_back_as_answers(room):
    async with room.hearing():
        await room.chat.post(place(), Card("Which system?", (FORM,)), key="k1")
        shown = await room.slack.message(OPS, buttons_of)
        await room.slack.press(ALICE, shown, "Answer")
        view = await room.slack.view(ALICE)
        assert await room.slack.fill(view, {"name": "api01"}) == {}
        [event] = room.heard.of(Filled)
    assert room.heard.of(Pressed) == []
    assert (event.form, event.values, event.state) == ("f1", {"name": "api01"}, "ours")
    assert event.conversation == place(shown["ts"])


async def test_what_is_wrong_with_a_form_stands_beside_its_input_and_the_correction_counts(room):
    def errors(event):
        return {"name": "A name has no spaces."} if " " in event.values.get("name", "") else None

    room.heard.errors = lambda event: errors(event) if isinstance(event, Filled) else None
    async with room.hearing():
        await room.chat.post(place(), Card("Which system?", (FORM,)), key="k1")
        await room.slack.press(ALICE, await room.slack.message(OPS, buttons_of), "Answer")
        view = await room.slack.view(ALICE)
        assert await room.slack.fill(view, {"name": "api 01"}) == {"name": "A name has no spaces."}
        assert view.is_open
        assert await room.slack.fill(view, {"name": "api01"}) == {}
        assert [event.values for event in room.heard.of(Filled)] == [{"name": "api01"}]


async def test_a_form_that_slack_opens_too_late_is_asked_in_the_thread_for_its_presser_alone(room):
    room.slack.workspace.trigger_s = 0
    async with room.hearing():
        await room.chat.post(place(), Card("Which system?", (FORM,)), key="k1")
        await room.slack.press(ALICE, await room.slack.message(OPS, buttons_of), "Answer")
        told = await room.slack.whisper(ALICE)
        assert "did not open the form in time" in read(told)
        assert "Name?" in read(told)
        assert room.slack.whispers(BOB) == []
        room.slack.workspace.trigger_s = TRIGGER_S
        await room.slack.press(ALICE, told, "Answer")
        assert await room.slack.view(ALICE)


async def test_a_press_that_is_answered_by_a_form_opens_it_and_decides_nothing_yet(room):
    room.heard.opens = lambda event: Opening(FORM, "**Careful**: it is loud.", "en")
    async with room.hearing():
        await room.chat.post(place(), CARD, key="k1")
        await room.slack.press(BOB, await room.slack.message(OPS, buttons_of), "approve")
        view = await room.slack.view(BOB)
        assert "Careful" in read(view.view)
        await room.slack.command(ALICE, OPS, "/threadform", "request")
        assert await room.slack.fill(await room.slack.view(ALICE), {"name": "api01"}) == {}
        assert [type(event) for event in room.heard.events.values()] == [Filled]


async def test_a_press_whose_form_cannot_be_opened_is_stored_as_any_other(room):
    room.heard.opens = lambda event: Opening(FORM)
    room.slack.workspace.trigger_s = 0
    async with room.hearing():
        await room.chat.post(place(), CARD, key="k1")
        await room.slack.press(BOB, await room.slack.message(OPS, buttons_of), "approve")
        assert [event.action for event in room.heard.of(Pressed)] == ["approve"]


async def test_a_channel_that_is_not_ours_is_told_so_when_it_names_us_and_is_silent_else(slack, joined):
    room = Room(slack, chat_on(slack, joined, Places(channels=[VAULT])), Heard(), joined)
    async with room.hearing():
        await (await slack.say(ALICE, OPS, "a machine")).acked()
        await (await slack.say(ALICE, OPS, "lunch?", mention=False)).acked()
        assert "do not act in this channel" in read(await slack.whisper(ALICE))
        assert len(slack.whispers(ALICE)) == 1
        command = await slack.command(BOB, OPS, "/threadform", "status")
        assert command.is_acked
        assert "do not act in this channel" in read(await slack.whisper(BOB))
        await (await slack.say(BOB, VAULT, "a machine")).acked()
        assert [event.conversation.channel for event in room.heard.of(Said)] == [VAULT]


async def test_people_of_other_workspaces_are_heard_only_where_the_settings_name_theirs(slack, joined):
    room = Room(slack, chat_on(slack, joined, Places(teams=["T0FRIENDS"])), Heard(), joined)
    async with room.hearing():
        await (await slack.say(ALICE, OPS, "from afar", user_team="T0AFAR")).acked()
        await (await slack.say(BOB, OPS, "from friends", user_team="T0FRIENDS")).acked()
        assert [event.text for event in room.heard.of(Said)] == ["from friends"]


async def test_whoever_opens_our_tab_is_offered_what_to_ask_and_sees_that_we_are_at_work(room):
    async with room.hearing():
        home = room.slack.workspace.direct(ALICE)
        opened = {"type": "app_home_opened", "user": ALICE, "channel": home.id, "tab": "messages"}
        room.slack.event(opened)
        await room.slack.until(lambda: room.slack.workspace.prompts.get(home.id), "prompts")
        assert len(room.slack.workspace.prompts[home.id]["prompts"]) == 3
        said = await (await room.slack.say(ALICE, "", "quelles machines y a-t-il ?")).acked()
        await room.slack.until(lambda: room.slack.workspace.statuses.get((home.id, said.ts)), "a status")
        assert room.slack.workspace.statuses[home.id, said.ts] == "y travaille…"
        await room.slack.redeliver(said.deliveries[0])
        assert room.slack.count("assistant.threads.setStatus") == 1


async def test_what_was_said_while_nobody_heard_is_heard_afterwards_and_nothing_twice(room):
    async with room.hearing():
        said = await (await room.slack.say(ALICE, OPS, "a machine please")).acked()
        assert room.slack.count("conversations.history") == 0, "a first start reads nothing"
    room.slack.carrier.again_s = ()
    await room.slack.say(BOB, OPS, "with 8 GB", thread=said.ts)
    await room.slack.say(BOB, OPS, "and one for me")
    await room.slack.say(BOB, OPS, "lunch?", mention=False)
    room.again()
    async with room.hearing():
        pass
    assert [event.text for event in room.heard.of(Said)] == ["a machine please", "and one for me", "with 8 GB"]


async def test_a_slack_that_is_away_while_we_read_what_we_missed_is_asked_again(room):
    async with room.hearing():
        said = await (await room.slack.say(ALICE, OPS, "a machine please")).acked()
    room.slack.carrier.again_s = ()
    await room.slack.say(BOB, OPS, "with 8 GB", thread=said.ts)
    room.slack.faults.next("conversations.replies", status=503)
    room.slack.faults.next("conversations.history", error="missing_scope")
    room.again().pause_s = 0.0
    async with room.hearing():
        assert [event.text for event in room.heard.of(Said)] == ["a machine please", "with 8 GB"]


async def test_what_was_said_in_a_thread_before_we_were_asked_in_is_never_heard(room):
    async with room.hearing():
        root = await (await room.slack.say(ALICE, OPS, "our secret plans", mention=False)).acked()
        await (await room.slack.say(BOB, OPS, "are good", thread=root.ts)).acked()
        await (await room.slack.say(BOB, OPS, "please help", thread=root.ts, mention=True)).acked()
    room.again()
    async with room.hearing():
        assert room.slack.count("conversations.replies") > 0
    assert [event.text for event in room.heard.of(Said)] == ["please help"]


async def test_a_name_that_slack_does_not_tell_holds_nothing_up(room):
    room.slack.faults.always("users.info", status=500)
    async with room.hearing():
        await (await room.slack.say(ALICE, OPS, "a machine")).acked()
        [event] = room.heard.of(Said)
    assert (event.who.id, event.who.name) == (ALICE, "")
    assert room.slack.count("users.info") == 1, "it is not asked for with every word"
