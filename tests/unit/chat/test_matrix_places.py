"""Numbers for buttons and questions for forms, as they are kept: no number ever means another button."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.matrix.asking import Asked, question_lines
from bot.chat.matrix.places import PLACE, Place, Places
from bot.chat.port import Button, Conversation, Form, Input, Option
from bot.chat.words import Words
from iac.errors import Sentence

TO = Conversation("matrix", "example.org", "!r:example.org", "$root")
APPROVE, DISCARD = Button("approve", "Approve", "r1:d1"), Button("discard", "Discard", "r1:d1")
UNDO = Button("undo", "Undo", "r1")
SIZES = (Option("2 cores", "2"), Option("4 cores", "4"))
FORM = Form(
    "ask:1",
    "A few questions",
    (
        Input("cores", "Cores", "choice", SIZES, default="4"),
        Input("name", "Name"),
        Input("note", "Note", is_optional=True),
    ),
)


def numbers(place, name):
    offer = place.offer_of(name)
    return {c.button.action: c.number for c in offer.choices} if offer else {}


def test_a_button_keeps_its_number_and_a_new_one_gets_one_that_nothing_had():
    place = Place().offering("k1", TO, [APPROVE, DISCARD]).posted("k1", "$card")
    assert numbers(place, "$card") == {"approve": 1, "discard": 2}
    place = place.offering("$card", TO, [APPROVE, UNDO])
    assert numbers(place, "k1") == {"approve": 1, "undo": 3}
    place = place.offering("k2", TO, [APPROVE])
    assert numbers(place, "k2") == {"approve": 4}


def test_a_new_plan_in_the_same_card_has_new_numbers():
    place = Place().offering("k1", TO, [APPROVE])
    newer = Button("approve", "Approve", "r2:d2")
    assert numbers(place.offering("k1", TO, [newer]), "k1") == {"approve": 2}


def test_a_card_without_buttons_offers_nothing_and_the_one_before_is_the_newest_again():
    place = Place().offering("k1", TO, [APPROVE]).offering("k2", TO, [UNDO])
    assert place.newest is not None
    assert place.newest.key == "k2"
    place = place.offering("k2", TO, [])
    assert place.newest is not None
    assert place.newest.key == "k1"
    assert place.offering("k1", TO, []).newest is None


@given(st.lists(st.tuples(st.sampled_from(["k1", "k2", "k3"]), st.sets(st.integers(0, 5))), max_size=25))
def test_whatever_is_posted_and_edited_no_number_is_ever_another_button(steps):
    meant: dict[int, tuple[str, str]] = {}
    place = Place()
    for name, values in steps:
        place = place.offering(name, TO, [Button("a", "A", str(value)) for value in sorted(values)])
        for offer in place.offers:
            for choice in offer.choices:
                assert meant.setdefault(choice.number, (offer.key, choice.button.value)) == (
                    offer.key,
                    choice.button.value,
                )


def test_a_place_is_the_same_after_it_was_kept():
    place = Place().offering("k", TO, [APPROVE]).asking(Asked(FORM, TO, "@bob:x", (("cores", "4"),))).took("$e")
    assert PLACE.validate_json(PLACE.dump_json(place)) == place


def test_buttons_that_are_newer_than_a_question_put_it_aside_and_an_edit_does_not():
    place = Place().offering("k1", TO, [APPROVE]).asking(Asked(FORM, TO))
    assert place.offering("k1", TO, [APPROVE, UNDO]).asked is not None
    assert place.offering("k2", TO, [UNDO]).asked is None


def test_a_question_is_answered_by_who_was_asked_or_by_who_had_spoken_last():
    told = Place().asking(Asked(FORM, TO, "@bob:x"))
    assert told.question_for("@bob:x") is not None
    assert told.question_for("@ann:x") is None
    spoken = replace(Place(speaker="@ann:x").asking(Asked(FORM, TO)), speaker="@bob:x")
    assert spoken.question_for("@ann:x") is not None
    assert spoken.question_for("@bob:x") is None
    assert Place().asking(Asked(FORM, TO)).question_for("@bob:x") is not None
    assert Place().question_for("@bob:x") is None


def test_a_form_that_is_posted_again_goes_on_where_it_was():
    place = Place().asking(Asked(FORM, TO, answers=(("cores", "2"),)))
    assert place.asking(Asked(FORM, TO)) == place


class Notes:
    """Notes in memory; another writer comes between as often as told."""

    def __init__(self, between=()):
        self.kept, self.between = {}, list(between)

    async def get(self, name):
        return self.kept.get(name)

    async def put(self, name, text):
        self.kept[name] = text

    async def swap(self, name, before, after):
        if self.between:
            self.kept[name] = PLACE.dump_json(self.between.pop(0)).decode()
        if self.kept.get(name) != before:
            return False
        self.kept[name] = after
        return True


async def test_a_change_is_made_on_what_is_there_whoever_was_quicker():
    other = Place().offering("theirs", TO, [UNDO])
    places = Places(Notes([other]))
    place = await places.change("!r", "$t", lambda p: p.offering("ours", TO, [APPROVE]))
    assert numbers(place, "theirs") == {"undo": 1}
    assert numbers(place, "ours") == {"approve": 2}
    assert await places.get("!r", "$t") == place
    assert await places.get("!r", None) is None


def test_a_form_is_answered_by_letter_word_or_what_is_suggested():
    asked = Asked(FORM, TO)
    for answer, value in (("b", "4"), ("B)", "4"), ("2 Cores", "2"), ("2", "2"), ("-", "4")):
        taken = asked.answered(answer)
        assert isinstance(taken, Asked)
        assert taken.values == {"cores": value}


def test_what_is_no_answer_says_which_there_are_and_an_empty_one_is_asked_for():
    no = Asked(FORM, TO).answered("nine")
    assert isinstance(no, Sentence)
    assert no.values == {"choices": ("2 cores", "4 cores")}
    named = Asked(FORM, TO, answers=(("cores", "4"),))
    assert named.answered("-") == Sentence("matrix.not_empty")
    full = named.answered("api01").answered("-")  # type: ignore[union-attr]
    assert isinstance(full, Asked)
    assert full.question is None
    assert full.values == {"cores": "4", "name": "api01", "note": ""}


def test_only_what_was_wrong_is_asked_again():
    full = Asked(FORM, TO, answers=(("cores", "4"), ("name", "Bad Name"), ("note", "")))
    again = full.without({"name": "no"})
    assert again.question is not None
    assert again.question.id == "name"
    assert again.answered("api01").question is None  # type: ignore[union-attr]
    assert full.without({"something": "else"}).answers == ()


@pytest.mark.parametrize(
    ("text", "is_public", "is_answer"),
    [
        ("4", True, True),
        ("4 cores", True, True),
        ("4 cores and 8 GB please", True, False),
        ("4 cores and 8 GB please", False, True),
    ],
)
def test_a_whole_sentence_in_a_thread_is_read_by_the_crew(text, is_public, is_answer):
    assert Asked(FORM, TO, is_public=is_public).is_answer(text) is is_answer


def test_a_question_shows_its_letters_what_is_suggested_and_how_far_it_is():
    lines = "\n".join(question_lines(Asked(FORM, TO), Words.load(), "en"))
    assert "**Cores** (1/3)" in lines
    assert "a) 2 cores" in lines
    assert "b) 4 cores (suggested)" in lines
    last = Asked(FORM, TO, answers=(("cores", "4"), ("name", "x")))
    assert "leave this out" in "\n".join(question_lines(last, Words.load(), "en"))
