"""What an event of Matrix says; strangers write them, so nothing in them breaks the ear."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.matrix.api import path_of
from bot.chat.matrix.events import Me, Typed, command_of, reaction_of, since_we_came, spoken_of, thread_of, typed_of
from bot.chat.matrix.saying import in_thread, txn_of

ME = Me("@threadform:example.org", "Thread Form")
ROOM = "!r:example.org"


def said(body, **content):
    made = {"msgtype": "m.text", "body": body, **content}
    return {"event_id": "$e", "sender": "@ann:example.org", "type": "m.room.message", "content": made}


def spoken(body, **content):
    found = spoken_of(ROOM, said(body, **content), ME)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("body", "named", "text"),
    [
        ("@threadform:example.org 4c/8g", True, "4c/8g"),
        ("threadform: 4c/8g", True, "4c/8g"),
        ("Thread Form, 4c/8g", True, "4c/8g"),
        ("@threadform help", True, "help"),
        ("please, @threadform:example.org, 4c", True, "please, , 4c"),
        ("threadform is nice", False, "threadform is nice"),
        ("4c/8g", False, "4c/8g"),
    ],
)
def test_who_names_us_speaks_to_us_and_our_name_is_no_part_of_it(body, named, text):
    found = spoken(body)
    assert (found.is_named, found.text) == (named, text)


def test_what_no_database_keeps_is_made_visible():
    assert spoken("threadform: a\x00b\ud800c").text == "a\ufffdb?c"


def test_a_mention_in_the_event_names_us_and_one_of_others_does_not():
    assert spoken("you there", **{"m.mentions": {"user_ids": [ME.user]}}).is_named
    other = spoken("you there", **{"m.mentions": {"user_ids": ["@bob:example.org"]}})
    assert (other.is_named, other.names_others) == (False, True)


def test_a_thread_is_its_root_and_a_plain_reply_names_what_it_answers():
    assert spoken("x", **{"m.relates_to": in_thread("$root")}).root == "$root"
    reply = spoken("> <@bob:x> old\n> words\n\nnew", **{"m.relates_to": {"m.in_reply_to": {"event_id": "$old"}}})
    assert (reply.root, reply.answers, reply.text) == (None, "$old", "new")


@pytest.mark.parametrize(
    "content",
    [
        {"msgtype": "m.notice", "body": "a program"},
        {"msgtype": "m.image", "body": "a picture"},
        {"msgtype": "m.text", "body": 7},
        {"msgtype": "m.text", "body": "* edited", "m.relates_to": {"rel_type": "m.replace", "event_id": "$x"}},
        {},
    ],
)
def test_programs_pictures_edits_and_what_was_deleted_say_nothing(content):
    assert spoken_of(ROOM, {"event_id": "$e", "sender": "@a:x", "content": content}, ME) is None


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("2", Typed(2)),
        (" 12. ", Typed(12)),
        ("!3", Typed(3, is_marked=True)),
        ("3 yes", Typed(3, is_sure=True)),
        ("3 OUI", Typed(3, is_sure=True)),
        ("3 cores", None),
        ("99999", None),
        ("-1", None),
        ("٣", Typed(3)),
    ],
)
def test_a_number_alone_is_a_number(text, typed):
    assert typed_of(text) == typed


@pytest.mark.parametrize(
    ("key", "number"),
    [
        ("1\ufe0f\u20e3", 1),
        ("9\u20e3", 9),
        ("\U0001f51f", 10),
        ("12", 12),
        ("👍", None),
        ("", None),
        ("123456", None),
        ("²", None),
    ],
)
def test_a_reaction_that_is_a_number_is_one_and_a_thumb_approves_nothing(key, number):
    event = {"content": {"m.relates_to": {"rel_type": "m.annotation", "event_id": "$card", "key": key}}}
    assert reaction_of(event) == (None if number is None else ("$card", number))


def test_a_command_is_what_follows_our_word():
    assert command_of("!threadform freeze the rack burns") == "freeze the rack burns"
    assert command_of("!Threadform") == ""
    assert command_of("!threadformer x") is None
    assert command_of("see !threadform help") is None


def test_what_was_said_before_we_were_asked_in_is_not_ours():
    def member(membership):
        return {"type": "m.room.member", "state_key": ME.user, "content": {"membership": membership}}

    events = [said("before"), member("invite"), said("between"), member("join"), said("after")]
    assert since_we_came(events, ME) == events[1:]
    assert since_we_came([said("a"), said("b")], ME) == [said("a"), said("b")]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["m.relates_to", "rel_type", "event_id", "key", "body", "msgtype", "m.mentions", "user_ids"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_whatever_a_stranger_puts_into_an_event_is_read_without_a_fault(content):
    event = {"event_id": "$e", "sender": "@a:x", "type": "m.room.message", "content": content}
    spoken_of(ROOM, event, ME)
    thread_of(event)
    reaction_of(event)
    since_we_came([event], ME)


@pytest.mark.parametrize(
    ("by", "may"),
    [
        ("@ann:example.org", True),
        ("@bob:friends.net", True),
        ("@mallory:evil.net", False),
        ("@mallory:notexample.org", False),
        ("", False),
    ],
)
def test_only_our_own_people_and_our_own_server_ask_us_in(by, may):
    assert ME.may_be_asked_in(by, {"@bob:friends.net"}) is may


def test_names_that_carry_signs_stay_one_part_of_a_path():
    assert path_of("rooms", "!a/b:x", "event", "$c?d").endswith("/rooms/%21a%2Fb%3Ax/event/%24c%3Fd")


def test_a_key_is_a_transaction_and_one_that_cannot_be_is_hashed():
    assert txn_of("run:1:planned") == "run:1:planned"
    assert txn_of("note:matrix:$abc/d") != "note:matrix:$abc/d"
    assert txn_of("note:matrix:$abc/d") == txn_of("note:matrix:$abc/d")
