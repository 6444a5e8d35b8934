"""Guests that a message points at without naming them, after somebody named them."""

import pytest

from agents.rules.grasping import acts_in
from agents.rules.spoken import named_last, picked
from tests.unit.agents_rules.known import WORLD, acts_of

SAID = "lab-omar (310), lab-jade (311) and lab-theo (312)."


def after(before, text):
    return [(act.intent, act.slots["targets"]) for act in acts_in(text, WORLD, None, before)]


def test_the_guests_of_the_latest_text_are_the_ones_spoken_of():
    assert named_last(["nothing here", SAID, "dev-web"], WORLD) == ["lab-omar", "lab-jade", "lab-theo"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("ok shut the last one down", ["lab-theo"]),
        ("éteins la première", ["lab-omar"]),
        ("stop the second one", ["lab-jade"]),
        ("stop them", ["lab-omar", "lab-jade", "lab-theo"]),
        ("arrête-les", ["lab-omar", "lab-jade", "lab-theo"]),
    ],
)
def test_a_guest_is_picked_by_its_place(text, names):
    assert after(named_last([SAID], WORLD), text) == [("stop_vm", names)]


@pytest.mark.parametrize("text", ["the other one", "l'autre"])
def test_the_other_one_is_its_brother(text):
    assert picked(text, ["dev-kafka1"], WORLD) == ["dev-kafka2"]


def test_the_last_snapshot_is_no_last_guest():
    assert picked("the last snapshot", ["lab-omar", "lab-jade"], WORLD) == ["lab-omar", "lab-jade"]


def test_a_pronoun_means_the_guest_that_was_asked_about():
    (act,) = acts_in("bon ben ajoute-lui 8 Go de ram", WORLD, "fr", ["jenkins"])
    assert act.slots == {"targets": ["jenkins"], "memory_mb": 16384}


@pytest.mark.parametrize(
    ("text", "intent", "slots"),
    [
        ("restart jenkisn", "restart_vm", {"targets": ["jenkins"]}),
        ("can u move jenknis to hyp-c", "migrate_vm", {"targets": ["jenkins"], "to_node": "hyp-c"}),
        ("est-ce que dev-web pourrait passer à 4 coeurs ?", "resize_vm", {"targets": ["dev-web"], "cores": 4}),
        ("is it possible to restart dev-web?", "restart_vm", {"targets": ["dev-web"]}),
        ("mets 6 coeurs sur dev-web", "resize_vm", {"targets": ["dev-web"], "cores": 6}),
        ("dev-web rame, il lui faut 4 Go de RAM de plus", "resize_vm", {"targets": ["dev-web"], "memory_mb": 8192}),
        ("old-bench isn't needed any more, wipe it", "delete_vm", {"targets": ["old-bench"]}),
        ("where is jenkins running?", "get_status", {"targets": ["jenkins"]}),
        ("do we have room for 10 more machines?", "cluster_question", {}),
        ("who can approve my plan?", "docs_question", {}),
    ],
)
def test_what_is_meant_is_found_however_it_is_put(text, intent, slots):
    assert acts_of(text) == [(intent, slots)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("duplicate dev-web for me, the copy goes by dev-web-canary", "dev-web-canary"),
        ("fais-moi une copie de dev-web que tu nommeras dev-web-bis", "dev-web-bis"),
        ("clone dev-web as web-b", "web-b"),
    ],
)
def test_a_copy_has_the_one_name_that_exists_nowhere(text, name):
    assert acts_of(text) == [("clone_vm", {"template": "dev-web", "name": name})]
