"""What a short message means after the bot asked or offered something."""

import pytest

from agents.contracts import Act
from agents.rules.conversing import Said, acts_now
from agents.rules.pending import more_alike, named_size
from agents.rules.reading import read_message
from agents.rules.remembered import Remembered
from agents.rules.seen import NOTHING
from tests.unit.agents_rules.known import WORLD


def after(intent, slots, asks, text, **said):
    known = Remembered(act=Act(intent=intent, slots=slots), act_asks=list(asks))
    return [(a.intent, dict(a.slots)) for a in acts_now(text, known, WORLD, None, Said(**said))]


WIKI = {"targets": ["wiki"]}


@pytest.mark.parametrize(
    ("intent", "slots", "asks", "text", "filled"),
    [
        ("extend_ttl", WIKI, ["ttl_hours"], "fin mars", {"expires_on": "2026-03-31"}),
        ("k3s_scale", {}, ["cluster", "workers"], "lab, 5", {"cluster": "k3s-lab", "workers": 5}),
        ("k3s_create", {}, ["workers"], "1 and 3", {"control_planes": 1, "workers": 3}),
        ("create_ct", {"image": "debian-12", "cores": 1, "memory_mb": 512}, ["disk_gb"], "4 GB", {"disk_gb": 4}),
        ("resize_vm", WIKI, ["cores", "memory_mb", "disk_gb"], "ram 8", {"memory_mb": 8192}),
    ],
)
def test_a_bare_answer_fills_what_was_asked(intent, slots, asks, text, filled):
    assert after(intent, slots, asks, text) == [(intent, {**slots, **filled})]


@pytest.mark.parametrize(
    ("intent", "slots", "text", "filled"),
    [
        ("migrate_vm", {**WIKI, "to_node": "hyp-b"}, "hyp-c would be better", {"to_node": "hyp-c"}),
        ("resize_vm", {**WIKI, "memory_mb": 8192}, "6 is enough", {"memory_mb": 6144}),
        ("stop_vm", WIKI, "also jenkins", {"targets": ["wiki", "jenkins"]}),
        ("stop_vm", WIKI, "no, jenkins", {"targets": ["jenkins"]}),
        ("snapshot_create", WIKI, "name it before-18", {"snapshot_name": "before-18"}),
    ],
)
def test_a_plan_that_is_offered_is_changed_by_what_fits_it(intent, slots, text, filled):
    assert after(intent, slots, [], text, is_offered=True) == [(intent, {**slots, **filled})]


@pytest.mark.parametrize("text", ["thanks, 10 minutes well spent", "what does that cost?"])
def test_other_words_change_nothing(text):
    assert after("resize_vm", {**WIKI, "memory_mb": 8192}, [], text) == []


@pytest.mark.parametrize(
    ("text", "name"), [("delete the older one", "lts-ok"), ("supprime la plus récente", "lts-new"), ("delete it", None)]
)
def test_after_a_list_of_snapshots_a_removal_is_never_of_the_guest(text, name):
    known = Remembered()
    said = Said(("jenkins",), is_of_snapshots=True)
    (act,) = acts_now(text, known, WORLD, None, said)
    assert (act.intent, act.slots.get("snapshot_name")) == ("snapshot_delete", name)


@pytest.mark.parametrize(
    ("text", "count"),
    [("fais-en trois", 3), ("make it 2", 2), ("add a second one, same specs", 0), ("encore 8 Go", None)],
)
def test_how_many_alike_are_wanted(text, count):
    assert more_alike(text) == count


def test_a_lone_number_beside_the_name_of_a_size_is_that_size():
    text = "bigger disk please, 100"
    assert named_size(text, read_message(text, NOTHING)) == {"disk_gb": 100}
