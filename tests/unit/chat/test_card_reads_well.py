"""What a card leads with, what it folds, and how it names things for people who know no Terraform."""

from dataclasses import replace

import pytest

from agents.contracts import Choice, NodeVerdict, Question, Reply
from bot.chat.cards import reply_card, run_card
from bot.chat.port import Buttons, Fields, Form, Text
from bot.chat.words import Words
from bot.domain.outcome import Outcome, Progress, Usable
from iac.errors import say
from iac.plan import Change
from tests.fixtures import runs

WORDS = Words.load()
ADDRESS = 'module.vm["api01"].proxmox_virtual_environment_vm.guest'
KINDS = {"vm": "proxmox_virtual_environment_vm", "ha": "proxmox_haresource"}


def change(action="create", kind="vm", address=ADDRESS) -> Change:
    return Change(address, KINDS.get(kind, kind), "api01", action, {}, {}, {})


def card(state, outcome=runs.PLANNED, language="en", **more):
    return run_card(runs.run(state, language), runs.proposal(language, **more), outcome, runs.NAMES, WORDS)


def texts(card):
    return [part for part in card.parts if isinstance(part, Text)]


def applying(action="create", kind="vm", language="en", *steps):
    outcome = replace(runs.PLANNED, plan=runs.plan(change(action, kind)), progress=steps or (going(),))
    return "\n".join(part.md for part in texts(card("applying", outcome, language)))


def going(event="going", seconds=5.0):
    return Progress(ADDRESS, event, seconds)


def test_a_plan_that_only_creates_leads_with_the_word_that_nothing_else_is_touched():
    assert texts(card("planned"))[0].md == "Plan: 1 to create. Nothing that exists is touched."


def test_a_plan_that_destroys_leads_with_what_is_lost_as_long_as_it_can_be_refused():
    outcome = Outcome(plan=runs.plan(runs.change("delete", "old01"), runs.change("replace", "db01")))
    lead = "**This destroys old01 and db01.** Plan: 1 to destroy, 1 to replace."
    assert texts(card("planned", outcome))[0].md == lead
    assert texts(card("approved", outcome))[1].md == "Plan: 1 to destroy, 1 to replace."


@pytest.mark.parametrize("action", ["update", "replace", "delete"])
def test_a_plan_that_touches_what_exists_never_says_that_it_does_not(action):
    outcome = Outcome(plan=runs.plan(runs.change(), runs.change(action, "old01")))
    assert not any("Nothing that exists" in part.md for part in texts(card("planned", outcome)))


def test_what_was_carried_out_is_not_called_untouched():
    assert not any("Nothing that exists" in part.md for part in texts(card("approved")))


def test_the_reason_that_decided_stands_open_and_the_others_are_folded_under_the_node():
    reasons = (say("place.best_of", node="pmox02", count=2), say("place.offline", node="pmox09"))
    strategy = runs.STRATEGY.model_copy(update={"reasons": reasons})
    shown = texts(card("planned", strategy=(strategy,)))
    first, folded = WORDS.say(reasons[0], "en"), WORDS.say(reasons[1], "en")
    assert f"**api01** goes to **pmox02**: {first}" in [part.md for part in shown]
    (fold,) = [part for part in shown if part.fold]
    assert fold.fold == "Why pmox02, and not elsewhere"
    assert folded in fold.md
    assert "The other nodes:\n- pmox03: " in fold.md
    assert first not in fold.md


def test_a_node_that_nobody_gave_a_reason_for_is_still_named():
    strategy = runs.STRATEGY.model_copy(update={"reasons": (), "verdicts": ()})
    shown = texts(card("planned", strategy=(strategy,)))
    assert "**api01** goes to **pmox02**." in [part.md for part in shown]
    assert not any(part.fold for part in shown)


def test_the_only_node_there_is_needs_no_comparison():
    verdict = NodeVerdict(node="pmox02", score=81.0, reason=say("place.best_of", node="pmox02", count=1))
    strategy = runs.STRATEGY.model_copy(update={"verdicts": (verdict,)})
    assert not any("other nodes" in part.md for part in texts(card("planned", strategy=(strategy,))))


def test_nothing_that_decides_is_folded_away():
    shown = card("planned")
    open_ = [part for part in shown.parts if not (isinstance(part, Text) and part.fold)]
    words = "\n".join(part.md for part in open_ if isinstance(part, Text))
    assert "Effect on the cluster:" in words
    assert "192.168.10.21" in words
    assert any(isinstance(part, Buttons) for part in open_)
    assert any(isinstance(part, Fields) for part in open_)


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "… **api01**: clone and first start, 5 s so far"),
        ("fr", "… **api01** : clonage et premier démarrage, déjà 5 s"),
    ],
)
def test_progress_names_the_guest_and_what_is_done_to_it(language, line):
    text = applying("create", "vm", language)
    assert line in text
    assert "proxmox_virtual_environment_vm" not in text


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("action", ["create", "update", "replace", "delete"])
@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("event", ["started", "going", "done", "failed"])
def test_every_work_on_a_guest_has_words_in_both_languages(kind, action, language, event):
    text = applying(action, kind, language, going(event))
    assert "api01" in text
    assert ADDRESS not in text


def test_a_resource_without_words_of_its_own_keeps_its_address():
    assert f"… `{ADDRESS}`, 5 s so far" in applying("create", "random_password")
    elsewhere = replace(runs.PLANNED, progress=(Progress("module.other.thing", "done", 2.0),))
    assert any("✓ `module.other.thing`, 2 s" in part.md for part in texts(card("applying", elsewhere)))


def test_a_time_that_nobody_waited_for_is_not_told():
    at_once = Usable("api01", "192.168.10.21", 0.0, 0.7, 4.2, "ssh ubuntu@192.168.10.21")
    said = texts(card("applied", replace(runs.APPLIED, usable=(at_once,))))[0].md
    assert said == "**api01** is ready: the guest agent answers, cloud-init has finished and SSH opened after 4.2 s."


def test_a_login_through_another_address_still_tells_the_guests_own():
    through = Usable("api01", "192.168.10.21", 1.0, 1.0, 1.0, "ssh -p 2201 ubuntu@127.0.0.1")
    shown = card("applied", replace(runs.APPLIED, usable=(through,)))
    facts = [item for part in shown.parts if isinstance(part, Fields) for item in part.items]
    assert ("Address", "192.168.10.21") in facts


@pytest.mark.parametrize(("language", "label"), [("en", "16 GB"), ("fr", "16 Go")])
def test_a_size_to_choose_is_in_the_readers_own_unit(language, label):
    choices = (Choice(label="16 GB", value="16"), Choice(label="GB", value="x"), Choice(label="1 TB", value="y"))
    question = Question(slot="memory", ask=say("place.n_plus_one"), choices=choices)
    shown = reply_card(Reply(language=language, questions=(question,)), WORDS, form_id="f")
    form = next(part for part in shown.parts if isinstance(part, Form))
    assert [(option.label, option.value) for option in form.inputs[0].options] == [
        (label, "16"),
        ("GB", "x"),
        ("1 TB", "y"),
    ]


def test_questions_without_other_words_speak_for_themselves():
    ask = say("people.unknown", name="Eve")
    shown = reply_card(Reply(language="en", questions=(Question(slot="name", ask=ask),)), WORDS, form_id="f")
    assert shown.plain == WORDS.say(ask, "en")
    assert [type(part) for part in shown.parts] == [Form]


def placed(name, node, score=81.0):
    points = {"busy": 16.0, "memory": 10.0, "failures": 20.0, "work": 5.0}
    reason = say("place.scored", node=node, score=score, idle_percent=90, free_gb=18.4)
    chosen = NodeVerdict(node=node, score=score, reason=reason, points=points)
    out = NodeVerdict(node="pmox09", score=None, reason=say("place.offline", node="pmox09"))
    reasons = (say("place.best_of", node=node, count=2), reason)
    return runs.STRATEGY.model_copy(update={"guest": name, "node": node, "reasons": reasons, "verdicts": (chosen, out)})


def test_the_numbers_stand_behind_a_fold_of_their_own():
    (fold,) = [part for part in texts(card("planned", strategy=(placed("api01", "pmox02"),))) if "numbers" in part.fold]
    assert fold.md == (
        "- **pmox02** 81: load 26 of 40, storage and trend 0 of 30, errors 20 of 20 and open requests 5 of 10"
    )


def test_a_node_that_was_ruled_out_has_no_numbers():
    assert not any("numbers" in part.fold for part in texts(card("planned")))


def test_many_guests_are_told_by_node_with_one_page_of_reasons():
    names = [f"w{i}" for i in range(1, 6)]
    strategy = tuple(placed(name, f"pmox0{1 + i % 2}") for i, name in enumerate(names))
    outcome = Outcome(plan=runs.plan(*(runs.change(name=name) for name in names)))
    shown = texts(card("planned", outcome, strategy=strategy))
    assert "Where they go:\n- **pmox01**: w1, w3 and w5\n- **pmox02**: w2 and w4" in [part.md for part in shown]
    folds = [part for part in shown if part.fold]
    assert [part.fold for part in folds] == ["Why there, and not elsewhere", "The numbers"]
    assert all(name in folds[0].md for name in names)
    assert folds[0].md.count("pmox09") == 1
    assert folds[1].md.count("load 26 of 40") == len(names)
