"""What Slack sends is read as what people did, under keys that redelivery does not change; the rest is passed over."""

import json

import pytest

from bot.chat.port import Commanded, Filled, Form, Input, Pressed, Said
from bot.chat.slack.modals import Origin, render_view
from bot.chat.slack.reading import Opened, Own, Reader, Trigger
from bot.chat.words import Words

OWN = Own("U0BOT", "B0BOT", "T1", teams=frozenset({"T2"}))
READER = Reader(OWN, {"U1": "Ann"})
MESSAGE = {"type": "message", "user": "U1", "channel": "C1", "ts": "100.5", "text": "<@U0BOT> a machine", "team": "T1"}


def _event(**changed):
    return {"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": {**MESSAGE, **changed}}


def _press(**changed):
    body = {
        "type": "block_actions",
        "trigger_id": "t1",
        "user": {"id": "U2", "name": "bob", "team_id": "T1"},
        "container": {"type": "message", "message_ts": "101.0", "channel_id": "C1", "thread_ts": "100.5"},
        "actions": [{"action_id": "approve#2", "value": "r1:abc"}],
    }
    return {**body, **changed}


def test_a_mention_under_two_event_ids_and_two_kinds_has_one_key():
    first = READER.read(_event(), 0.0)
    again = READER.read({**_event(type="app_mention"), "event_id": "Ev2"}, 9.0)
    assert first == again
    assert first.dedupe == "slack:T1:C1:100.5"
    assert (first.text, first.who.name, first.is_to_bot) == ("a machine", "Ann", True)


def test_a_reply_belongs_to_the_thread_of_its_root_and_a_root_begins_its_own():
    assert READER.read(_event(), 0.0).conversation.thread == "100.5"
    assert READER.read(_event(thread_ts="99.1"), 0.0).conversation.thread == "99.1"


@pytest.mark.parametrize("subtype", ["message_changed", "message_deleted", "channel_join", "bot_message", "new_one"])
def test_what_is_no_word_of_a_person_is_passed_over(subtype):
    assert READER.read(_event(subtype=subtype), 0.0) is None


@pytest.mark.parametrize("subtype", ["file_share", "thread_broadcast"])
def test_words_with_a_file_or_shown_to_the_channel_too_are_words(subtype):
    assert isinstance(READER.read(_event(subtype=subtype), 0.0), Said)


@pytest.mark.parametrize(
    "who", [{"user": "U0BOT"}, {"bot_id": "B0BOT"}, {"bot_id": "B7"}, {"user": None}, {"user": "USLACKBOT"}]
)
def test_our_own_words_and_those_of_programs_are_passed_over(who):
    assert READER.read(_event(**who), 0.0) is None


def test_words_to_somebody_else_are_not_for_us_unless_they_name_us_or_are_said_to_us_alone():
    assert READER.read(_event(text="<@U3> what do you think?"), 0.0) is None
    assert READER.read(_event(text="<@U3> <@U0BOT> help her"), 0.0).is_to_bot
    direct = READER.read(_event(channel="D1", text="<@U3> needs a machine"), 0.0)
    assert (direct.is_to_bot, direct.text) == (True, "@U3 needs a machine")


def test_words_without_our_name_are_not_to_us_in_a_channel():
    assert READER.read(_event(text="lunch?"), 0.0).is_to_bot is False


@pytest.mark.parametrize(("team", "is_heard"), [("T1", True), ("T2", True), ("T3", False)])
def test_people_of_other_workspaces_count_only_where_they_are_named(team, is_heard):
    assert (READER.read(_event(user_team=team), 0.0) is not None) is is_heard
    user = {"id": "U2", "team_id": team}
    assert (READER.read(_press(user=user), 0.0) is not None) is is_heard


def test_a_press_carries_its_action_without_our_number_and_what_opens_a_form():
    press = READER.read(_press(), 7.0)
    assert isinstance(press, Pressed)
    assert (press.action, press.value, press.dedupe) == ("approve", "r1:abc", "slack:T1:press:t1")
    assert (press.message.id, press.conversation.thread, press.who.id) == ("101.0", "100.5", "U2")
    assert press.surface == Trigger("t1", 7.0)


def test_a_press_on_a_root_belongs_to_the_thread_that_the_root_begins():
    where = {"type": "message", "message_ts": "101.0", "channel_id": "C1"}
    assert READER.read(_press(container=where), 0.0).conversation.thread == "101.0"


def test_a_press_on_a_private_word_has_its_thread_and_no_message():
    where = {"type": "message", "message_ts": "101.0", "channel_id": "C1", "is_ephemeral": True}
    press = READER.read(_press(container=where), 0.0)
    assert (press.message, press.conversation.thread) == (None, None)
    assert READER.read(_press(container={**where, "thread_ts": "100.5"}), 0.0).conversation.thread == "100.5"


def test_a_choice_inside_a_modal_is_no_press():
    assert READER.read(_press(container={"type": "view", "view_id": "V1"}), 0.0) is None


def test_a_command_belongs_to_its_channel_and_has_its_name_without_the_slash():
    body = {"command": "/threadform", "text": " status ", "channel_id": "C1", "user_id": "U1", "trigger_id": "t9"}
    command = READER.read(body, 1.0)
    assert isinstance(command, Commanded)
    assert (command.name, command.text, command.conversation.thread) == ("threadform", "status", None)
    assert command.dedupe == "slack:T1:command:t9"


def test_a_modal_comes_back_to_the_thread_that_it_was_opened_in():
    form = Form("edit:r1", "Change it", (Input("cores", "Cores"),), state="s")
    view = render_view(form, Origin("C1", "100.5"), Words.load())
    given = {"cores": {"answer": {"type": "plain_text_input", "value": "8"}}}
    body = {"type": "view_submission", "user": {"id": "U1"}, "view": {**view, "id": "V1", "state": {"values": given}}}
    filled = READER.read(json.loads(json.dumps(body)), 0.0)
    assert isinstance(filled, Filled)
    assert (filled.dedupe, filled.form, filled.values) == ("slack:T1:view:V1", "edit:r1", {"cores": "8"})
    assert filled.conversation.thread == "100.5"


def test_another_apps_modal_and_kinds_we_do_not_know_are_passed_over():
    other = {"type": "view_submission", "user": {"id": "U1"}, "view": {"callback_id": "theirs"}}
    for body in (other, {"type": "view_closed"}, {"type": "shortcut"}, {}):
        assert READER.read(body, 0.0) is None


def test_our_tab_is_opened_by_its_messages_alone():
    about = {"type": "app_home_opened", "user": "U1", "channel": "D1"}
    assert READER.read(_event(**about, tab="messages"), 0.0) == Opened("U1", "D1")
    assert READER.read(_event(**about, tab="home"), 0.0) is None
