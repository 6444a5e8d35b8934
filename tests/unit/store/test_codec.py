import json

import pytest

from bot.chat.port import (
    Actor,
    Button,
    Buttons,
    Card,
    Code,
    Commanded,
    Conversation,
    Diff,
    Fields,
    Filled,
    Form,
    Input,
    Message,
    Option,
    Pressed,
    Quote,
    Said,
    Text,
)
from bot.store import codec

THREAD = Conversation("web", "home", "général", "t:1", is_direct=True)
BOB = Actor("web", "bob", "Bob", is_bot=False)
PARTS = (
    Text("**Prêt** : `api01`"),
    Quote("Run:\n    qm resize", "Disks", "https://wiki.example.org"),
    Fields((("Nœud", "pmox01"), ("Nœud", "pmox02"))),
    Code("ssh ubuntu@192.168.10.20"),
    Diff("1 à créer", "+ cores = 4\n", "plan.diff"),
    Buttons((Button("approve", "Approuver", "r:d", "primary", "Sûr ?"), Button("discard", "Écarter", "r:d"))),
    Form("ask:1", "Détails", (Input("cores", "Cœurs", "choice", (Option("4", "4"),), "4", True, True),), "s", "OK"),
)
EVENTS = (
    Said("k1", THREAD, BOB, text="une VM", is_to_bot=True, message=Message(THREAD, "m1")),
    Pressed("k2", THREAD, BOB, "approve", "r:d", Message(THREAD, "m2")),
    Commanded("k3", THREAD, BOB, "/infra", "status"),
    Filled("k4", THREAD, BOB, "ask:1", {"cores": "4"}, "s"),
)


def _through_json(value):
    return json.loads(json.dumps(value))


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_an_event_survives_json(event):
    assert codec.parse_event(_through_json(codec.dump_event(event))) == event


@pytest.mark.parametrize("part", PARTS, ids=lambda part: type(part).__name__)
def test_each_part_of_a_card_comes_back_as_its_own_kind(part):
    card = Card("plain", (part,))
    (back,) = codec.parse_card(_through_json(codec.dump_card(card))).parts
    assert type(back) is type(part)
    assert back == part


def test_a_whole_card_survives_json():
    card = Card("tout", PARTS, title="api01", tone="waiting")
    assert codec.parse_card(_through_json(codec.dump_card(card))) == card


def test_a_surface_is_never_written():
    press = Pressed("k", THREAD, BOB, "approve", "v", None, surface=object())
    stored = codec.dump_event(press)
    assert "surface" not in stored
    assert codec.parse_event(stored).surface is None


def test_conversations_actors_and_messages_survive_json():
    assert codec.parse_conversation(_through_json(codec.dump_conversation(THREAD))) == THREAD
    assert codec.parse_actor(_through_json(codec.dump_actor(BOB))) == BOB
    message = Message(THREAD, "m1")
    assert codec.parse_message(_through_json(codec.dump_message(message))) == message


def test_a_kind_of_event_that_is_not_ours_is_an_error():
    with pytest.raises(KeyError):
        codec.parse_event({"kind": "Rumoured", "dedupe": "k"})
