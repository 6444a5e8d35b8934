"""What the server carries for us comes back as we closed it, or not at all; and who acted is who the server signed."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.mattermost.knobs import Stamp, action_id, parse_token, props_of
from bot.chat.mattermost.posts import Post
from bot.chat.mattermost.render import render
from bot.chat.mattermost.seal import Forged, Seal
from bot.chat.mattermost.triggers import FRESH_S, triggers_of
from bot.chat.port import Button, Buttons, Card, Conversation, Form, Input, Option, Text
from bot.chat.words import Words
from tests.fixtures.mattermost.signing import Signing

SEAL = Seal(b"k" * 32)
HERE = Conversation("mattermost", "T1", "C1", "root")
STAMP = Stamp("run:4f2a", HERE, "http://127.0.0.1:8766/press")
FORM = Form("f1", "Sizes", (Input("os", "Which?", "choice", (Option("Ubuntu", "u"),), "u", is_open=True),), state="s")
CARD = Card("p", (Text("t"), Buttons((Button("approve", "Approve", "4f2a:ab", "primary", "Sure?"),)), FORM))


def props(card=CARD, seal=SEAL, nonces=("a1", "b2")):
    found = iter(nonces)
    return props_of(render(card, Words.load(), language="en"), STAMP, seal, lambda: next(found))


def contexts(made):
    return [action["integration"]["context"] for action in made["attachments"][0]["actions"]]


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=50), max_size=5))
def test_what_was_closed_opens_as_it_was(values):
    assert SEAL.open("press", SEAL.close("press", values)) == values


@given(st.integers(0, 400), st.binary(min_size=1, max_size=1))
def test_a_changed_byte_opens_nothing(at, byte):
    token = SEAL.close("press", {"action": "approve", "value": "4f2a:ab"})
    raw = bytearray(token.encode())
    raw[at % len(raw)] = byte[0]
    changed = bytes(raw).decode(errors="replace")
    if changed == token:
        return
    try:
        assert SEAL.open("press", changed) == {"action": "approve", "value": "4f2a:ab"}, "the padding is no content"
    except Forged:
        return


@pytest.mark.parametrize(("seal", "purpose"), [(Seal(b"x" * 32), "press"), (SEAL, "form")])
def test_another_secret_or_another_purpose_opens_nothing(seal, purpose):
    with pytest.raises(Forged):
        seal.open(purpose, SEAL.close("press", {"a": "b"}))


def test_the_address_is_long_and_tells_nothing_of_the_secret():
    assert len(SEAL.path) == 40
    assert SEAL.path != Seal(b"x" * 32).path
    assert "secret" not in repr(SEAL)


def test_a_button_means_what_it_meant_when_it_was_posted():
    button, form = (parse_token(SEAL, context) for context in contexts(props()))
    assert (button.action, button.value, button.key, button.nonce) == ("approve", "4f2a:ab", "run:4f2a", "a1")
    assert (button.about, button.confirm, button.form) == (HERE, "Sure?", None)
    assert (form.form, form.nonce) == (FORM, "b2")


def test_a_button_is_known_by_its_id_on_the_post_as_the_server_shows_it():
    made = props()
    shown = json.loads(json.dumps(made))
    for action in shown["attachments"][0]["actions"]:
        del action["integration"]
    post = Post(id="p", channel_id="c", user_id="u", props=shown)
    assert post.action_ids == {action_id("approve", "a1"), action_id("ask", "b2")}
    assert post.key == "run:4f2a"
    assert all(each.isalnum() for each in post.action_ids)


def test_a_card_without_buttons_takes_those_that_were_there_away():
    assert props(Card("p", (Text("t"),)))["attachments"] == []


def test_buttons_that_no_post_can_carry_are_refused():
    large = Form("f", "t", tuple(Input(f"i{n}", "x" * 9_000) for n in range(90)))
    with pytest.raises(ValueError, match="more than a post can carry"):
        props(Card("p", (large,)))


def test_a_context_of_another_version_is_refused():
    for values in ({}, {"action": "a"}):
        with pytest.raises(Forged):
            parse_token(SEAL, {"token": SEAL.close("press", values)})


SIGNING = Signing()
NOW = 1_700_000_000.0


def trigger(user="ann", at=NOW, signing=SIGNING):
    return signing.trigger("client", user, int(at * 1000))


def test_a_trigger_of_the_server_says_who_and_when():
    triggers_of(SIGNING.public).check(trigger(), "ann", NOW)


@pytest.mark.parametrize(
    "bad",
    [
        trigger("bob"),
        trigger(at=NOW - FRESH_S - 1),
        trigger(at=NOW + FRESH_S + 1),
        trigger(signing=Signing()),
        "",
        "x",
        base64.b64encode(b"a:ann:b:c").decode(),
        base64.b64encode(b"client:ann:1700000000000:").decode(),
        base64.b64encode(b"\xff\xfe").decode(),
    ],
)
def test_any_other_trigger_is_refused(bad):
    with pytest.raises(Forged):
        triggers_of(SIGNING.public).check(bad, "ann", NOW)


@pytest.mark.parametrize("shown", ["", "x", base64.b64encode(b"no key").decode()])
def test_a_server_without_a_key_signs_nothing(shown):
    assert triggers_of(shown) is None
