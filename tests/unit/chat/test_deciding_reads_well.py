"""What an approver reads before the yes: what would be lost, who is missing, and nothing behind the buttons."""

from dataclasses import replace

import pytest

from bot.chat.cards import edit_card, names_card, run_card
from bot.chat.cards.view import Around
from bot.chat.port import Buttons, Form, Text
from bot.chat.web.forms import render_form
from bot.chat.web.markdown import render_markdown
from bot.chat.words import Words
from bot.domain.approval import NamesWanted
from bot.domain.edit import Editable, values_of
from bot.domain.freezing import lifted
from bot.domain.outcome import Outcome
from iac.errors import say
from iac.spec import GuestSpec
from tests.fixtures import runs

WORDS = Words.load()
OLD = {
    "vm_id": 1042,
    "node_name": "pmox02",
    "cpu": [{"cores": 1}],
    "memory": [{"dedicated": 2048}],
    "disk": [{"size": 20}],
}
LOSS = Outcome(plan=runs.plan(runs.change("delete", "old01", before=OLD)))


def card_of(outcome=LOSS, language="en", around=runs.NAMES, **more):
    return run_card(runs.run("planned", language, **more), runs.proposal(language), outcome, around, WORDS)


def words_of(card) -> str:
    return "\n".join(part.md for part in card.parts if isinstance(part, Text))


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "**old01**: VMID 1042 on pmox02, 1 core, 2 GB, 20 GB disk"),
        ("fr", "**old01** : VMID 1042 sur pmox02, 1 cœur, 2 Go, disque de 20 Go"),
    ],
)
def test_a_loss_names_number_node_and_size_so_that_nobody_takes_it_for_another(language, line):
    assert line in words_of(card_of(language=language))


def test_a_plan_that_destroys_says_so_in_its_title():
    assert card_of().title == "api01: to be destroyed, waiting for a decision"
    assert card_of(runs.PLANNED).title == "api01: plan ready, waiting for a decision"


def test_what_was_destroyed_is_said_as_done():
    gone = run_card(runs.run("applied"), runs.proposal(intent="destroy"), LOSS, runs.NAMES, WORDS)
    assert gone.title == "api01: destroyed"
    assert "Was destroyed, with its disks:" in words_of(gone)
    assert "Will be" not in words_of(gone)


def test_a_removal_that_is_not_planned_yet_is_not_taken_for_a_wish_to_have_it():
    waits = run_card(runs.run("pending"), runs.proposal(intent="destroy"), Outcome(), runs.NAMES, WORDS)
    assert "What is to be removed:" in words_of(waits)


def test_a_stop_is_said_once_and_the_buttons_are_explained():
    stopped = Outcome(
        guests=(runs.GUEST,),
        plan=runs.PLANNED.plan,
        error=say("apply.stopped_by", name="Bob", run="4f2a9c"),
        standing=("api01",),
    )
    card = run_card(runs.run("errored", decided_by="web:bob"), runs.proposal(), stopped, runs.NAMES, WORDS)
    assert words_of(card).count("stopped") == 1
    assert "each plan needs its own yes" in words_of(card)
    looking = replace(stopped, standing=None, notes=(say("recover.at_work"),))
    text = words_of(run_card(runs.run("errored", decided_by="web:bob"), runs.proposal(), looking, runs.NAMES, WORDS))
    assert "I am waiting for it" in text
    assert "Compare the stack" not in text


def test_a_french_mark_never_begins_a_line():
    assert render_markdown("**Plan** : prêt ; « oui » ?") == (
        "<p><strong>Plan</strong>\u00a0: prêt\u00a0; « oui\u00a0»\u00a0?</p>"
    )
    assert render_markdown("`a : b` :x") == "<p><code>a : b</code> :x</p>"


def test_what_is_lost_that_is_no_machine_is_named_by_its_address():
    assert "`module.old01.vm`" in words_of(card_of(Outcome(plan=runs.plan(runs.change("delete", "old01")))))


def test_nothing_is_to_be_read_behind_the_buttons():
    card = card_of(replace(runs.PLANNED, notes=(say("edit.by", name="Bob"),)))
    assert "Edited by Bob" in words_of(card)
    assert isinstance(card.parts[-1], Buttons)


@pytest.mark.parametrize(
    ("yes", "may", "said"),
    [
        ((), ("Bob", "Carol"), "Who may decide: Bob and Carol."),
        ((), ("Carol",), "That is too few"),
        (("web:bob",), ("Carol",), "Who may decide: Carol."),
        (("web:bob",), (), "Nobody else may decide"),
        ((), (), "Nobody may decide about this"),
    ],
)
def test_a_card_says_whether_those_who_may_decide_are_enough(yes, may, said):
    around = Around(runs.NAMES.names, needed=2, may=may)
    text = words_of(card_of(replace(runs.PLANNED, yes=yes), around=around))
    assert said in text
    assert ("too few" in text) == ("too few" in said)


@pytest.mark.parametrize(("count", "label"), [(1, "Cores"), (2, "vm0: cores")])
def test_a_field_names_its_machine_only_where_there_are_several(count, label):
    guests = tuple(GuestSpec(f"vm{n}", "ubuntu-2404-cloud", 2, 4096, 20) for n in range(count))
    editable = Editable(guests, frozenset(guest.name for guest in guests), ("n1",))
    card = edit_card("edit:x", editable, values_of(editable), WORDS, "en")
    form = next(part for part in card.parts if isinstance(part, Form))
    assert form.inputs[1].label == label


def test_the_button_that_destroys_looks_like_it():
    no = NamesWanted("approve.type_names", ("old01",))
    card = names_card(no.sentence, no.guests, "confirm:x", WORDS, "en")
    form = next(part for part in card.parts if isinstance(part, Form))
    assert 'class="danger">Destroy<' in render_form(1, form, lambda key, **_: key)


def test_the_end_of_a_freeze_counts_what_had_waited():
    assert WORDS.say(lifted("Carol", 0), "en").endswith("Nothing was waiting for it.")
    assert "1 approved run goes on" in WORDS.say(lifted("Carol", 1), "en")
    assert "2 exécutions approuvées" in WORDS.say(lifted("Carol", 2), "fr")
