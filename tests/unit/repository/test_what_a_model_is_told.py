"""What a model is told of a repository is bounded, however much a stranger wrote into it."""

import json
import time

from agents.nodes.repository_tool import MOST_INSIDE, MOST_LETTERS, bounded
from agents.repository.facts import Note, Repository, Service
from agents.repository.telling import summary

NAMES = tuple(f"VARIABLE_{number:06}_{'X' * 100}" for number in range(3_000))
MOST_CPU_S = 5.0
"""Of this process alone: twenty times what it takes."""


def service(name, **more):
    return Service(name=name, kind="compose", source_file="compose.yaml", line=1, **more)


def repository(*services, **more):
    return Repository(url="https://github.com/a/b.git", commit="0" * 40, branch="main", services=services, **more)


def test_a_small_repository_is_told_whole():
    found = repository(service("web", environment_names=("A", "B")), notes=(Note("lfs", "a"),))
    told = bounded(found)
    assert told["left_off"] == {}
    assert [row["name"] for row in told["facts"]["services"]] == ["web"]
    assert list(told["facts"]["services"][0]["environment_names"]) == ["A", "B"]
    assert "left_off" not in told["facts"]["services"][0]


def test_a_service_with_thousands_of_variables_names_some_and_counts_the_rest():
    [row] = bounded(repository(service("web", environment_names=NAMES)))["facts"]["services"]
    assert list(row["environment_names"]) == list(NAMES[:MOST_INSIDE])
    assert row["left_off"] == {"environment_names": len(NAMES) - MOST_INSIDE}


def test_no_repository_chooses_what_a_model_costs():
    told = bounded(repository(*(service(f"s{n}", environment_names=NAMES, needs=NAMES) for n in range(60))))
    assert len(json.dumps(told)) < MOST_LETTERS + 2_000
    assert told["facts"]["services"]
    assert told["left_off"]["services"] == 60 - len(told["facts"]["services"])


def test_a_repository_with_half_a_million_names_is_told_as_quickly_as_another():
    many = repository(
        *(service(f"s{n}", environment_names=tuple(f"V{n}_{i}" for i in range(50_000))) for n in range(8))
    )
    began = time.process_time()
    told = summary(many)
    assert time.process_time() - began < MOST_CPU_S
    [names] = [s.values["names"] for s in told if s.key == "repository.environment"]
    assert names[-1] == "+399993"
