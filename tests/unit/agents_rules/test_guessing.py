"""What is made of a message that fits no row of the table, and of guests that are meant in a roundabout way."""

import pytest

from agents.rules.conversing import Said, acts_now
from agents.rules.guessing import guessed
from agents.rules.remembered import Remembered
from agents.rules.spoken import chosen
from tests.unit.agents_rules.known import WORLD, acts_of

LAB = [b.name for b in WORLD.beings if b.name.startswith("k3s-lab")]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("migrate the thing to hyp-b", "migrate_vm"),
        ("déplace la base de données vers hyp-b", "migrate_vm"),
        ("back up the billing server", "backup_vm"),
        ("undo the checkpoint", "snapshot_rollback"),
    ],
)
def test_a_lone_command_with_a_thing_of_ours_decides(text, intent):
    (act,) = acts_now(text, Remembered(), WORLD, None)
    assert act.intent == intent
    assert not act.slots.get("targets")


@pytest.mark.parametrize(
    "text", ["how do i migrate a vm to hyp-b?", "why did the backup run?", "stop talking like a pirate", "hello there"]
)
def test_a_question_or_a_tale_is_no_command(text):
    assert guessed(text, WORLD, None) == []


@pytest.mark.parametrize(
    ("text", "intent", "name"),
    [
        ("dev-web should be backed up", "backup_vm", "dev-web"),
        ("dev-web has to be shut down", "stop_vm", "dev-web"),
        ("dev-web doit être éteinte", "stop_vm", "dev-web"),
        ("dev-web may be removed", "delete_vm", "dev-web"),
        ("dev-web ought to be on hyp-b", "migrate_vm", "dev-web"),
        ("hard power-off on dev-web", "stop_vm", "dev-web"),
        ("il faudrait que dev-web soit sur hyp-b", "migrate_vm", "dev-web"),
        ("get dev-web off hyp-a", "migrate_vm", "dev-web"),
        ("keep dev-web two more weeks", "extend_ttl", "dev-web"),
        ("dev-web is crawling", "troubleshoot", "dev-web"),
        ("remets dev-web comme avant la mise à jour", "snapshot_rollback", "dev-web"),
    ],
)
def test_what_should_be_done_is_done(text, intent, name):
    (found,) = acts_of(text)
    assert (found[0], found[1]["targets"]) == (intent, [name])


@pytest.mark.parametrize("text", ["restart the k3s-lab workers", "redémarre les workers de k3s-lab"])
def test_the_workers_of_a_cluster_are_machines_where_something_is_done_to_them(text):
    assert acts_of(text) == [("restart_vm", {"targets": [n for n in LAB if "-w" in n]})]


def test_workers_that_are_added_are_a_number_and_no_machines():
    assert acts_of("add 2 workers to k3s-lab")[0][0] == "k3s_scale"


def test_how_a_cluster_is_doing_is_only_the_reason():
    assert acts_of("k3s-lab tourne à vide, enlève-lui un worker") == [
        ("k3s_scale", {"cluster": "k3s-lab", "remove_workers": 1})
    ]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("the second", ["lab-jade"]),
        ("la première", ["lab-omar"]),
        ("all of them", ["lab-omar", "lab-jade", "lab-theo"]),
        ("number 3", ["lab-theo"]),
        ("what do you think?", []),
    ],
)
def test_an_answer_to_which_one_picks(text, names):
    assert chosen(text, ["lab-omar", "lab-jade", "lab-theo"], WORLD) == names


def test_an_answer_picks_by_the_node_that_only_one_of_them_is_on():
    beings = [b for b in WORLD.beings if b.kind == "qemu"]
    one = beings[0]
    other = next(b for b in beings if b.node != one.node)
    assert chosen(f"the one on {other.node}", [one.name, other.name], WORLD) == [other.name]


def test_the_answer_fills_the_act_that_was_asked_about():
    (act,) = acts_of("restart the agent")
    known = Remembered.model_validate({"act": {"intent": act[0], "slots": {}}, "act_asks": ["targets"]})
    (done,) = acts_now("the second", known, WORLD, None, Said(("build-agent1", "build-agent2")))
    assert (done.intent, done.slots["targets"]) == ("restart_vm", ["build-agent2"])


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("the cpu of dev-web should be raised to 6", {"cores": 6}),
        ("passe la ram de dev-web à 12", {"memory_mb": 12288}),
        ("grow the disk of dev-web to 200", {"disk_gb": 200}),
    ],
)
def test_a_number_without_a_unit_is_of_the_one_size_that_is_spoken_of(text, slots):
    assert acts_of(text) == [("resize_vm", {"targets": ["dev-web"], **slots})]
