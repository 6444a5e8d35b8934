"""Which guests are meant: rows, exceptions, and those that are told to be left alone."""

import pytest

from tests.unit.agents_rules.known import acts_of

STUDENTS = ["lab-omar", "lab-jade", "lab-theo"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("restart build-agent1 to build-agent2", ["build-agent1", "build-agent2"]),
        ("restart build-agent{1,2}", ["build-agent1", "build-agent2"]),
        ("restart build-agent[1-2]", ["build-agent1", "build-agent2"]),
        ("redémarre build-agent1 et 2", ["build-agent1", "build-agent2"]),
        ("restart dev-kafka1/2", ["dev-kafka1", "dev-kafka2"]),
        ("reboot 130-132", ["dev-kafka1", "dev-kafka2", "dev-web"]),
        ("redémarre les vm 110 à 112", ["shop-front", "shop-api", "shop-db"]),
        ("restart build-agent1 and 9", ["build-agent1"]),
        ("restart build-agent1 and -2", ["build-agent1", "build-agent2"]),
    ],
)
def test_a_row_of_guests_is_all_of_them(text, names):
    assert acts_of(text) == [("restart_vm", {"targets": names})]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("stop all students vms except lab-omar", ["lab-jade", "lab-theo"]),
        ("stop all students vms but not lab-omar and lab-jade", ["lab-theo"]),
        ("arrête toutes les vm students sauf lab-omar et lab-theo", ["lab-jade"]),
        ("arrête les machines des étudiants, à part lab-jade", ["lab-omar", "lab-theo"]),
        ("turn off everything in pool students", STUDENTS),
        ("éteins tout ce qui est dans le pool students", STUDENTS),
        ("stop dev-kafka1, not dev-kafka2", ["dev-kafka1"]),
        ("stop dev-kafka1 but leave dev-kafka2 running", ["dev-kafka1"]),
        ("stoppe dev-kafka1 mais pas dev-kafka2", ["dev-kafka1"]),
        ("don't stop dev-kafka2, stop dev-kafka1", ["dev-kafka1"]),
        ("arrête dev-kafka1 et laisse dev-kafka2 tourner", ["dev-kafka1"]),
    ],
)
def test_a_guest_that_is_to_be_spared_is_spared(text, names):
    assert acts_of(text) == [("stop_vm", {"targets": names})]


def test_a_guest_that_is_only_denied_one_thing_is_still_meant_for_the_other():
    assert acts_of("don't delete old-bench, just stop it") == [("stop_vm", {"targets": ["old-bench"]})]
