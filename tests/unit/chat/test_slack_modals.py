"""Forms as Slack's modals: what is asked, what comes back, and what keeps a modal open."""

import json

import pytest

from bot.chat.cards import REASON, REQUEST, names_card, reason_form, request_form
from bot.chat.port import Form, Input, Option
from bot.chat.slack.modals import (
    CALLBACK,
    Origin,
    missing_errors,
    note_of,
    parse_view,
    render_errors,
    render_view,
)
from bot.chat.words import Words
from iac.errors import say

WORDS = Words.load()
ORIGIN = Origin("C1", "17.1", "17.2")
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
    state="ours",
    submit="Send",
)


def view_of(form=FORM, **more):
    return render_view(form, ORIGIN, WORDS, **more)


def inputs_of(view):
    return {block["block_id"]: block for block in view["blocks"] if block["type"] == "input"}


def sent(view, **given):
    """The modal as Slack sends it back: what was filled already, and what a person changed."""
    values = {}
    for name, block in inputs_of(view).items():
        element = block["element"]
        kind = element["type"]
        if kind == "static_select":
            chosen = given.get(name, element.get("initial_option"))
            options = element.get("options") or [o for g in element["option_groups"] for o in g["options"]]
            found = next((o for o in options if chosen in (o, o["text"]["text"])), None)
            answer = {"type": kind, "selected_option": found}
        else:
            answer = {"type": kind, "value": given.get(name, element.get("initial_value"))}
        values[name] = {element["action_id"]: answer}
    return json.loads(json.dumps({**view, "id": "V1", "state": {"values": values}}))


def test_a_form_is_a_modal_with_one_input_a_block():
    view = view_of()
    assert (view["type"], view["callback_id"]) == ("modal", CALLBACK)
    assert (view["title"]["text"], view["submit"]["text"], view["close"]["text"]) == (
        "A few questions",
        "Send",
        "Cancel",
    )
    assert list(inputs_of(view)) == ["name", "system", "system:own", "node", "why"]
    assert [block["optional"] for block in inputs_of(view).values()] == [False, False, True, True, True]


def test_the_suggestions_are_filled_in():
    inputs = inputs_of(view_of())
    assert inputs["name"]["element"]["initial_value"] == "api01"
    assert inputs["system"]["element"]["initial_option"]["text"]["text"] == "Debian 13"
    assert inputs["node"]["element"]["initial_option"]["text"]["text"] == "Anywhere"
    assert "initial_value" not in inputs["system:own"]["element"]
    assert inputs["why"]["element"]["multiline"] is True


def test_a_form_sent_as_it_stands_brings_its_suggestions_and_knows_where_it_was_opened():
    answers = parse_view(sent(view_of()))
    assert (answers.form, answers.state, answers.origin) == ("f1", "ours", ORIGIN)
    assert answers.values == {"name": "api01", "system": "d", "node": "", "why": ""}
    assert not answers.missing


def test_an_answer_of_ones_own_goes_before_the_choice():
    answers = parse_view(sent(view_of(), **{"system": "Ubuntu 24.04", "system:own": "  Rocky 9 "}))
    assert answers.values["system"] == "Rocky 9"


def test_a_suggestion_that_is_none_of_the_choices_is_an_answer_of_its_own():
    form = Form("f", "t", (Input("x", "X?", "choice", SYSTEMS, "Rocky 9", is_open=True),))
    view = view_of(form)
    assert "initial_option" not in inputs_of(view)["x"]["element"]
    assert parse_view(sent(view)).values == {"x": "Rocky 9"}


def test_what_wants_an_answer_and_has_none_is_said_under_its_input():
    form = Form("f", "t", (Input("x", "X?", "choice", SYSTEMS, is_open=True), Input("y", "Y?", default="set")))
    view = sent(view_of(form))
    answers = parse_view(view)
    assert answers.missing == ("x",)
    assert render_errors(view, missing_errors(answers, WORDS, "en")) == {
        "response_action": "errors",
        "errors": {"x": "Please answer this one."},
    }


def test_an_error_about_no_input_of_the_modal_stands_under_the_first():
    view = sent(view_of())
    found = render_errors(view, {"elsewhere": "No room.", "name": "Taken."})["errors"]
    assert found == {"name": "No room.\nTaken."}


def test_a_choice_whose_value_is_empty_is_an_answer():
    form = Form("f", "t", (Input("node", "Node?", "choice", (Option("Anywhere", ""),)),))
    assert not parse_view(sent(view_of(form))).missing


def test_a_title_that_is_too_long_for_the_frame_is_said_in_full_inside():
    view = view_of(Form("f", "Edit api01, api02 and web01", FORM.inputs, submit="Plan it again with these values"))
    assert (len(view["title"]["text"]), len(view["submit"]["text"])) == (24, 24)
    assert [b["text"]["text"] for b in view["blocks"][:2]] == [
        "*Edit api01, api02 and web01*",
        "*Plan it again with these values*",
    ]


def test_the_sentence_before_a_loss_stands_above_the_box_for_the_names():
    card = names_card(say("web.said", text="**Cela détruit api01.**"), ("api01",), "confirm:r1:ab", WORDS, "fr")
    form = card.parts[1]
    view = view_of(form, note=note_of(card))
    said = [block["text"]["text"] for block in view["blocks"] if block["type"] == "section"]
    assert said == ["*Saisissez son nom pour approuver*", "*Cela détruit api01.*"]
    assert (view["submit"]["text"], view["close"]["text"]) == ("Détruire", "Annuler")
    (name,) = inputs_of(view)
    assert parse_view(sent(view, **{name: " api01\x07 "})).values == {name: "api01"}


def test_a_hundred_choices_are_one_list_and_more_are_groups():
    options = tuple(Option(f"node {i}", f"n{i}") for i in range(250))
    few = inputs_of(view_of(Form("f", "t", (Input("x", "X?", "choice", options[:100]),))))["x"]["element"]
    assert len(few["options"]) == 100
    view = view_of(Form("f", "t", (Input("x", "X?", "choice", options, "n240"),)))
    groups = inputs_of(view)["x"]["element"]["option_groups"]
    assert [len(group["options"]) for group in groups] == [100, 100, 50]
    assert groups[2]["label"]["text"] == "node 200 … node 249"
    assert parse_view(sent(view)).values == {"x": "n240"}


def test_more_choices_than_anybody_reads_in_a_menu_are_listed_and_typed():
    options = tuple(Option(f"n{i}", f"n{i}") for i in range(1001))
    view = view_of(Form("f", "t", (Input("x", "X?", "choice", options),)))
    said = " ".join(block["text"]["text"] for block in view["blocks"] if block["type"] == "section")
    assert "n1000" in said
    assert inputs_of(view)["x"]["element"]["type"] == "plain_text_input"


def test_a_label_that_is_too_long_for_a_menu_is_said_in_full_above_it():
    long = Option("a very long name " * 8, "x")
    view = view_of(Form("f", "t", (Input("x", "X?", "choice", (long, *SYSTEMS)),)))
    assert view["blocks"][0]["text"]["text"].count("very long") == 8
    assert len(inputs_of(view)["x"]["element"]["options"][0]["text"]["text"]) <= 75


@pytest.mark.parametrize(
    "form",
    [
        Form("f", "t", FORM.inputs, state="s" * 3000),
        Form("f", "t", tuple(Input(f"i{n}", "?") for n in range(101))),
        Form("f", "t", (Input("a", "?"), Input("a", "?"))),
        Form("f", "t", (Input("i" * 256, "?"),)),
        Form("f", "t", (Input("a", "?", default="d" * 3001),)),
        Form("f", "t", ()),
    ],
    ids=["state", "blocks", "twins", "id", "suggestion", "nothing"],
)
def test_a_form_that_slack_could_not_carry_is_refused_rather_than_cut(form):
    with pytest.raises(ValueError, match=r"form|suggestion"):
        view_of(form)


def test_a_modal_of_somebody_else_is_refused():
    with pytest.raises(ValueError, match="not one of ours"):
        parse_view({"callback_id": "other"})


def test_a_request_without_words_is_asked_for_them():
    view = view_of(request_form("f", WORDS, "fr", text="une vm"))
    assert inputs_of(view)[REQUEST]["element"]["initial_value"] == "une vm"
    assert view["title"]["text"] == "Nouvelle demande"
    assert not inputs_of(view)[REQUEST]["optional"]


def test_nobody_has_to_say_why_a_plan_is_laid_aside():
    view = view_of(reason_form("f", WORDS, "en"))
    assert inputs_of(view)[REASON]["optional"]
    assert parse_view(sent(view)).missing == ()
