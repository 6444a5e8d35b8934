"""Several guests with one verb: values that each has for itself stay with it, shared ones are shared."""

import pytest

from tests.unit.agents_rules.known import acts_of


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        (
            "give dev-kafka1 2 more cores and dev-web 4 GB more memory",
            {"targets": ["dev-kafka1"], "cores": 6},
            {"targets": ["dev-web"], "memory_mb": 8192},
        ),
        (
            "rajoute 2 coeurs à dev-kafka1 et 4 Go de mémoire à dev-web",
            {"targets": ["dev-kafka1"], "cores": 6},
            {"targets": ["dev-web"], "memory_mb": 8192},
        ),
        (
            "passe dev-kafka1 à 6 coeurs et dev-web à 8",
            {"targets": ["dev-kafka1"], "cores": 6},
            {"targets": ["dev-web"], "cores": 8},
        ),
        (
            "double the ram of dev-web and add 20 GB of disk to dev-kafka1",
            {"targets": ["dev-web"], "memory_mb": 8192},
            {"targets": ["dev-kafka1"], "disk_gb": 120},
        ),
    ],
)
def test_each_guest_gets_its_own_values(text, first, second):
    assert acts_of(text) == [("resize_vm", first), ("resize_vm", second)]


def test_each_guest_goes_to_its_own_node():
    assert acts_of("migre dev-web sur hyp-a et jenkins sur hyp-c") == [
        ("migrate_vm", {"targets": ["dev-web"], "to_node": "hyp-a"}),
        ("migrate_vm", {"targets": ["jenkins"], "to_node": "hyp-c"}),
    ]


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("bump dev-web and qa-mysql to 16 GB each", {"targets": ["dev-web", "qa-mysql"], "memory_mb": 16384}),
        (
            "resize dev-web and qa-mysql: 6 cores, 12 GB",
            {"targets": ["dev-web", "qa-mysql"], "cores": 6, "memory_mb": 12288},
        ),
    ],
)
def test_a_value_said_once_is_for_all(text, slots):
    assert acts_of(text) == [("resize_vm", slots)]


def test_a_second_act_reads_its_own_words():
    assert acts_of("restart jenkins then add 2 GB to dev-web") == [
        ("restart_vm", {"targets": ["jenkins"]}),
        ("resize_vm", {"targets": ["dev-web"], "memory_mb": 6144}),
    ]
