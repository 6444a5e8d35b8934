"""What people read on the one card of a run, state by state."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.contracts import NodeVerdict
from bot.chat.cards import run_card
from bot.chat.cards.guests import template_name
from bot.chat.port import Buttons, Card, Code, Diff, Fields, Text
from bot.chat.words import Words
from bot.domain.approval import parse_button
from bot.domain.outcome import Ending, Outcome, Progress
from bot.domain.run import RunState
from iac.errors import say
from tests.fixtures import runs

WORDS = Words.load()


def card_of(state, outcome=runs.PLANNED, language="en", proposal=None, **more) -> Card:
    return run_card(runs.run(state, language, **more), proposal or runs.proposal(language), outcome, runs.NAMES, WORDS)


def read(card: Card) -> str:
    """Everything on the card but the diff, as a person reads it."""
    texts = [card.title]
    for part in card.parts:
        if isinstance(part, Text):
            texts.append(part.md)
        elif isinstance(part, Fields):
            texts += [f"{name}: {value}" for name, value in part.items]
        elif isinstance(part, Code):
            texts.append(part.text)
        elif isinstance(part, Buttons):
            texts += [f"[{button.label}]" for button in part.items]
    return "\n".join(texts)


def part_of(card: Card, kind):
    return next((part for part in card.parts if isinstance(part, kind)), None)


@given(
    state=st.sampled_from(list(RunState)),
    language=st.sampled_from(["en", "fr", "de"]),
    outcome=st.sampled_from(runs.OUTCOMES),
    decided_by=st.sampled_from([None, "web:bob", "slack:U1"]),
    error=st.sampled_from([None, say("approve.expired", run="r1")]),
)
def test_every_state_in_every_language_has_a_card_that_says_something(state, language, outcome, decided_by, error):
    spoken = "fr" if language == "fr" else "en"
    card = card_of(
        state, replace(outcome, error=error), language, proposal=runs.proposal(spoken), decided_by=decided_by
    )
    assert card.plain.strip()
    assert card.parts
    assert card.title.startswith("api01")
    assert not any(isinstance(part, Text) and not part.md.strip() for part in card.parts)


@pytest.mark.parametrize("state", [s for s in RunState if s is not RunState.PLANNED])
def test_only_a_plan_that_waits_for_a_decision_can_be_decided_about(state):
    buttons = part_of(card_of(state), Buttons)
    assert not {button.action for button in (buttons.items if buttons else ())} & {"approve", "discard"}


def test_an_apply_can_be_stopped_after_one_more_question_until_somebody_has_asked_for_it():
    (stop,) = part_of(card_of(RunState.APPLYING), Buttons).items
    assert (stop.action, stop.style) == ("stop", "danger")
    assert stop.confirm


def test_a_plan_says_what_will_be_created_in_plain_words():
    text = read(card_of("planned"))
    assert "Plan: 1 to create." in text
    assert "**api01**: Ubuntu 24.04, 4 cores, 8 GB, 60 GB disk on ceph-vm, address 192.168.10.21" in text


def test_a_plan_is_told_in_french_to_those_who_asked_in_french():
    text = read(card_of("planned", language="fr"))
    assert "**api01** : Ubuntu 24.04, 4 cœurs, 8 Go, disque de 60 Go sur ceph-vm, adresse 192.168.10.21" in text
    assert "[Approuver]" in text
    assert "[Abandonner]" in text


def test_a_plan_names_the_node_the_reason_and_why_not_the_others():
    text = read(card_of("planned"))
    assert "**api01** goes to **pmox02**:" in text
    assert "The other nodes:\n- pmox03: " in text
    assert "Effect on the cluster:" in text


def test_many_nodes_are_counted_rather_than_silently_left_out():
    others = tuple(NodeVerdict(node=f"n{i}", score=None, reason=say("place.offline", node=f"n{i}")) for i in range(9))
    proposal = runs.proposal(strategy=(runs.STRATEGY.model_copy(update={"verdicts": others}),))
    assert "and 5 more" in read(card_of("planned", proposal=proposal))


def test_the_buttons_carry_the_run_and_the_plan_they_show():
    buttons = part_of(card_of("planned"), Buttons).items
    assert [b.action for b in buttons] == ["approve", "edit", "discard"]
    assert [b.style for b in buttons] == ["primary", "default", "default"]
    assert {parse_button(b.value) for b in buttons} == {("4f2a9c", runs.DIGEST[:12])}


def test_destroys_come_first_and_are_asked_about_once_more():
    plan = runs.plan(runs.change(), runs.change("delete", "old01"), runs.change("replace", "db01"))
    card = card_of("planned", Outcome(guests=(runs.GUEST,), plan=plan))
    text = read(card)
    assert "Plan: 1 to destroy, 1 to replace, 1 to create." in text
    assert text.index("old01") < text.index("db01") < text.index("Ubuntu 24.04")
    approve = part_of(card, Buttons).items[0]
    assert approve.style == "danger"
    assert "destroys old01 and db01" in text


def test_a_change_in_place_shows_both_sizes():
    before = {"cpu": [{"cores": 4}], "memory": [{"dedicated": 4096}], "disk": [{"size": 60}]}
    after = {"cpu": [{"cores": 4}], "memory": [{"dedicated": 8192}], "disk": [{"size": 80}]}
    card = card_of("planned", Outcome(plan=runs.plan(runs.change("update", before=before, after=after))))
    assert "**api01**: memory 4 GB → 8 GB, disk 60 GB → 80 GB" in read(card)


def test_a_change_of_something_else_points_to_the_diff():
    card = card_of("planned", Outcome(plan=runs.plan(runs.change("update", before={"cpu": None}, after={"cpu": [3]}))))
    assert "**api01**: see the diff" in read(card)


def test_the_diff_is_whole_and_folds_under_its_counts():
    long = "".join(f"+ line {i}\n" for i in range(2000))
    diff = part_of(card_of("planned", Outcome(plan=runs.plan(diff=long))), Diff)
    assert diff.text == long
    assert diff.summary == "Terraform diff: 1 to create"


def test_a_plan_says_who_asked_and_until_when_it_can_be_decided():
    text = read(card_of("planned"))
    assert "Asked by: Alice" in text
    assert "Decide before: 19 Nov 2026, 11:06 UTC" in text


def test_progress_is_one_line_for_each_resource():
    steps = (Progress("a", "done", 12.0), Progress("b", "going", 3.0), Progress("c", "failed", 1.5))
    card = card_of("applying", replace(runs.PLANNED, progress=steps))
    assert "✓ `a`, 12 s\n… `b`, 3 s so far\n✗ `c` failed after 1.5 s" in read(card)
    assert card.tone == "busy"
    assert "Bob" in read(card)


def test_done_is_not_said_before_the_guest_is_known_to_be_usable():
    card = card_of("applied", runs.APPLIED)
    assert card.tone == "busy"
    assert card.title == "api01: applied, checking…"


def test_the_report_has_address_user_login_line_node_time_and_who_decided():
    card = card_of("applied", runs.REPORT)
    text = read(card)
    assert card.tone == "good"
    assert part_of(card, Code).text == "ssh ubuntu@192.168.10.21"
    facts = ("Address: 192.168.10.21", "User: ubuntu", "Node: pmox02", "Asked by: Alice", "Approved by: Bob")
    assert all(fact in text for fact in (*facts, "Time taken: 22 s"))
    assert "SSH opened after 9.3 s" in text


def test_a_guest_that_is_not_usable_is_reported_as_such():
    card = card_of("applied", replace(runs.APPLIED, usable=(runs.SILENT,)))
    text = read(card)
    assert card.tone == "bad"
    assert card.title == "api01: created, but not usable yet"
    assert "Missing: an address, the end of cloud-init and an open SSH port." in text
    assert "What works already: the guest agent answered after 4.1 s." in text
    assert part_of(card, Code) is None


def test_a_missing_thing_without_words_is_shown_as_it_is():
    odd = replace(runs.SILENT, missing=("tea",))
    assert "Missing: tea." in read(card_of("applied", replace(runs.APPLIED, usable=(odd,))))


def test_a_destroy_is_reported_without_a_check_of_what_is_gone():
    outcome = Outcome(plan=runs.plan(runs.change("delete")), ending=Ending(is_applied=True, seconds=3))
    card = card_of("applied", outcome)
    assert card.tone == "good"
    assert card.title == "api01: destroyed"


def test_a_failed_apply_says_what_exists_in_whose_words_and_the_way_on():
    card = card_of("errored", runs.BROKEN)
    text = read(card)
    assert card.title == "api01: failed half-way"
    assert "Nothing was reported as finished" in text
    assert "Error: storage 'ceph-vm' is full" in part_of(card, Code).text
    assert "4f2a9c" in text


def test_long_words_of_terraform_fold_and_are_whole():
    words = "\n".join(f"line {i}" for i in range(100))
    broken = replace(runs.BROKEN, ending=Ending(is_applied=False, seconds=1, errors=(words,)))
    assert part_of(card_of("errored", broken), Diff).text == words


def test_a_failed_plan_says_that_nothing_was_changed():
    card = card_of("errored", Outcome(error=say("broken.unexpected", reference="r1")), decided_by=None)
    assert "The plan could not be made. Nothing was changed." in read(card)
    assert "r1" in read(card)


def test_a_refusal_is_the_sentence_and_the_way_on():
    card = card_of("refused", Outcome(error=say("apply.no_quorum", cluster="lab")))
    assert "lost its quorum" in read(card)
    assert card.tone == "bad"


def test_a_discarded_plan_says_who_laid_it_aside():
    assert "Bob laid this plan aside on 18 Nov 2026, 11:07 UTC" in read(card_of("discarded"))


def test_a_run_that_waits_for_the_lock_says_for_whom():
    waiting = replace(runs.PLANNED, notes=(say("apply.stopped", run="r9"),))
    assert "r9" in read(card_of("approved", waiting))


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ("ubuntu-2404-cloud", "Ubuntu 24.04"),
        ("ubuntu-24.04", "Ubuntu 24.04"),
        ("debian-12", "Debian 12"),
        ("debian-12-cloud", "Debian 12"),
        ("rocky-9", "Rocky Linux 9"),
        ("our-own-thing", "our-own-thing"),
    ],
)
def test_templates_are_called_as_people_call_them(template, name):
    assert template_name(template) == name


def test_what_waits_for_a_restart_is_said_and_nothing_is_restarted_along():
    sizes = ({"cpu": [{"cores": cores}]} for cores in (2, 4))
    waits = replace(runs.change("update", "api01", *sizes), needs_restart=("cpu[0].cores",))
    said = read(card_of(RunState.PLANNED, Outcome(plan=runs.plan(waits))))
    assert "goes on running" in said
    assert "restart api01" in said
    said = read(card_of(RunState.PLANNED, Outcome(plan=runs.plan(replace(waits, needs_restart=())))))
    assert "goes on running" not in said
