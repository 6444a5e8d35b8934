"""The websocket's numbers: each event once and in order, whatever is lost, doubled or begun anew."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.mattermost.faults import Unreachable
from bot.chat.mattermost.frames import Answer, Event, Sequence, parse_frame


def hello(connection="c1", seq=0):
    return Event("hello", seq, {"connection_id": connection})


def posted(seq):
    return Event("posted", seq)


def begun():
    sequence = Sequence()
    assert sequence.step(hello()) == "anew"
    sequence.begin(hello())
    return sequence


def test_events_are_taken_in_their_order():
    sequence = begun()
    for seq in (1, 2, 3):
        assert sequence.step(posted(seq)) == "take"
        sequence.taken()
    assert sequence.expected == 4


def test_what_was_not_had_its_effect_is_expected_again():
    sequence = begun()
    assert sequence.step(posted(1)) == "take"
    assert sequence.step(posted(1)) == "take"


def test_a_doubled_event_is_passed_over_and_a_missing_one_is_a_hole():
    sequence = begun()
    sequence.taken()
    assert sequence.step(posted(1)) == "again"
    assert sequence.step(posted(3)) == "hole"


def test_a_server_that_forgot_us_begins_anew():
    sequence = begun()
    assert sequence.step(hello("c2")) == "anew"
    sequence.begin(hello("c2"))
    assert (sequence.connection, sequence.expected) == ("c2", 1)


@given(st.lists(st.integers(1, 30), max_size=60))
def test_whatever_comes_nothing_is_taken_twice_or_out_of_order(numbers):
    sequence, taken = begun(), []
    for seq in numbers:
        if sequence.step(posted(seq)) == "take":
            sequence.taken()
            taken.append(seq)
    assert taken == list(range(1, len(taken) + 1))


@pytest.mark.parametrize(
    ("frame", "found"),
    [
        ({"event": "posted", "seq": 4, "data": {"post": "{}"}}, Event("posted", 4, {"post": "{}"})),
        ({"event": "x"}, Event("x", 0)),
        ({"status": "OK", "seq_reply": 1}, Answer(1)),
        ({"status": "FAIL", "seq_reply": 1, "error": {"id": "a", "message": "no"}}, Answer(1, "no")),
        ({"error": "no"}, Answer(0, "no")),
        ({"something": "else"}, None),
        ([1], None),
    ],
)
def test_a_frame_is_an_event_an_answer_or_nothing(frame, found):
    assert parse_frame(json.dumps(frame)) == found


def test_what_is_no_json_ends_the_connection():
    with pytest.raises(Unreachable):
        parse_frame("<html>")
