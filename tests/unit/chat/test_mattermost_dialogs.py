"""Forms as Mattermost's dialogs: what is asked, what comes back, and what keeps one open."""

import pytest

from bot.chat.mattermost.dialogs import (
    Answers,
    names_of,
    parse_answers,
    render_dialog,
    render_errors,
    wanted_of,
)
from bot.chat.mattermost.limits import shortened, size
from bot.chat.port import Form, Input, Option
from bot.chat.words import Words

WORDS = Words.load()
SYSTEMS = (Option("Ubuntu 24.04", "u"), Option("Debian 13", "d"))
FORM = Form(
    "f1",
    "A few questions",
    (
        Input("name", "Name?", default="api01"),
        Input("system", "Which system?", "choice", SYSTEMS, "d", is_open=True),
        Input("node", "Which node?", "choice", (Option("Anywhere", ""), Option("pmox01", "pmox01")), is_optional=True),
        Input("why", "Why?", "area", is_optional=True),
    ),
    submit="Send",
)


def dialog_of(form=FORM, **more):
    return render_dialog(form, "state", WORDS, language="en", **more)


def elements_of(dialog):
    return {element["name"]: element for element in dialog["elements"]}


def test_a_form_is_a_dialog_with_one_element_a_question():
    dialog = dialog_of()
    assert (dialog["title"], dialog["submit_label"], dialog["state"]) == ("A few questions", "Send", "state")
    assert dialog["notify_on_cancel"]
    found = elements_of(dialog)
    assert [(name, each["type"]) for name, each in found.items()] == [
        ("name", "text"),
        ("system", "select"),
        ("system:own", "text"),
        ("node", "select"),
        ("why", "textarea"),
    ]
    assert [each["optional"] for each in found.values()] == [False, False, True, True, True]
    assert (found["name"]["default"], found["system"]["default"]) == ("api01", "=d")


def test_what_comes_back_is_what_was_meant():
    sent = {"name": " db01 ", "system": "=u", "system:own": None, "node": "=", "why": None}
    assert parse_answers(sent, wanted_of(FORM)) == Answers({"name": "db01", "system": "u", "node": "", "why": ""})


def test_an_answer_of_ones_own_goes_before_the_choice():
    assert parse_answers({"system": "=u", "system:own": "Arch"}, ()).values == {"system": "Arch"}


def test_a_suggestion_that_is_none_of_the_choices_is_an_answer_of_its_own():
    form = Form("f", "t", (Input("os", "Which?", "choice", SYSTEMS, "Arch", is_open=True),))
    found = elements_of(dialog_of(form))
    assert (found["os"]["default"], found["os:own"]["default"], found["os"]["optional"]) == ("", "Arch", True)


def test_what_wants_an_answer_and_has_none_is_named():
    assert parse_answers({"name": None, "system": "=u", "why": ""}, ("name", "system")).missing == ("name",)
    assert parse_answers({"node": "="}, ("node",)).missing == ()


def test_an_error_stands_under_its_input_and_others_below():
    assert names_of(FORM) == ("name", "system", "node", "why")
    found = render_errors({"name": "Taken.", "elsewhere": "No room."}, names_of(FORM))
    assert found == {"errors": {"name": "Taken."}, "error": "No room."}
    assert render_errors({}, names_of(FORM)) == {}


def test_what_the_frame_is_too_small_for_is_said_in_full_inside():
    long = Form("f", "A title that is long for a dialog", (Input("x", "How many cores should it have?" * 9),))
    dialog = dialog_of(long, note="**Why** it is asked")
    assert size(dialog["title"]) <= 24
    assert dialog["introduction_text"].startswith("A title that is long for a dialog\n**Why** it is asked\nHow many")


def test_a_label_that_is_long_for_its_place_stands_under_the_input():
    (element,) = dialog_of(Form("f", "t", (Input("x", "How many cores should it have?"),)))["elements"]
    assert (element["display_name"], element["help_text"]) == (
        "How many cores should…",
        "How many cores should it have?",
    )


@pytest.mark.parametrize(
    "form",
    [
        Form("f", "t", tuple(Input(f"i{n}", "x") for n in range(41))),
        Form("f", "t", (Input("a", "x"), Input("a", "y"))),
        Form("f", "t", (Input("", "x"),)),
        Form("f", "t", (Input("a", "x", default="y" * 3_001),)),
    ],
)
def test_what_no_dialog_takes_is_refused_so_that_it_is_asked_otherwise(form):
    with pytest.raises(ValueError, match=r"form|suggestion"):
        dialog_of(form)


@pytest.mark.parametrize("text", ["é" * 20, "😀" * 9, "plain words that go on and on"])
def test_words_are_shortened_as_the_server_counts_them(text):
    assert size(shortened(text, 24)) <= 24
    assert shortened(text, 24).endswith("…")
