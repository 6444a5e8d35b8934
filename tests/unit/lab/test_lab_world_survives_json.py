"""A world is the same after it was written down; parameters are checked as PVE checks them."""

import json
from dataclasses import asdict

import pytest

import iac.lab.answers  # noqa: F401 - registers every effect
from iac.lab.access import LabAccess, read_access, write_access
from iac.lab.params import check_params, parsed
from iac.lab.running import EFFECTS, Lab, Work
from iac.lab.saving import MOST_TASKS, load, save, world_of
from iac.lab.seed import first_world
from iac.lab.world import ApiError, Fault, Snapshot


def busy_world():
    world = first_world(1_700_000_000.0)
    lab = Lab(world)
    world.faults.append(Fault("answer", path="x", times=3))
    world.guests["110"].snapshots.append(Snapshot("before", "", 1, {"cores": 2}))
    lab.start(Work("pmox01", "qmstop", 110, 100, "stopped", {"vmid": 110}), "root@pam")
    lab.later(100, "ha_powered", vmid=110)
    return world


def test_a_world_survives_its_file(tmp_path):
    world = busy_world()
    save(tmp_path, world)
    assert load(tmp_path) == world


def test_a_world_survives_json_value_by_value():
    world = busy_world()
    assert world_of(json.loads(json.dumps(asdict(world)))) == world


def test_there_is_no_world_where_none_was_saved(tmp_path):
    assert load(tmp_path) is None


def test_old_tasks_are_forgotten_and_running_ones_are_not(tmp_path):
    world = busy_world()
    lab = Lab(world)
    world.pace = 0
    for _ in range(MOST_TASKS + 20):
        lab.start(Work("pmox01", "x", 1), "root@pam")
    lab.tick()
    save(tmp_path, world)
    assert len(world.tasks) == MOST_TASKS + 1
    assert [task.kind for task in world.tasks.values() if not task.is_done] == ["qmstop"]


def test_every_effect_that_is_named_exists():
    assert {"started", "stopped", "rebooted", "cloned", "migrated", "destroyed", "fenced"} <= EFFECTS.keys()


def test_two_first_worlds_have_different_keys():
    one, two = first_world(), first_world()
    assert not set(one.secrets.values()) & set(two.secrets.values())


def test_access_survives_its_file(tmp_path):
    access = LabAccess("https://127.0.0.1:1", tmp_path / "ca.pem", "b", "a", "c", 42)
    write_access(tmp_path, access)
    assert read_access(tmp_path) == access


@pytest.mark.parametrize("text", ["", "{", "[]", '{"endpoint": "x"}'])
def test_access_that_cannot_be_read_is_none(tmp_path, text):
    (tmp_path / "lab.json").write_text(text)
    assert read_access(tmp_path) is None


def test_parameters_are_read_with_their_kinds():
    assert parsed("newid!:i name full:b net[n]") == (
        {"newid": "i", "name": "", "full": "b", "net[n]": ""},
        frozenset({"newid"}),
    )


@pytest.mark.parametrize(
    ("params", "faults"),
    [
        ({}, {"newid"}),
        ({"newid": "five"}, {"newid"}),
        ({"newid": "5", "full": "2"}, {"full"}),
        ({"newid": "5", "netx": "x", "colour": "red"}, {"netx", "colour"}),
    ],
)
def test_wrong_parameters_are_named_one_by_one(params, faults):
    with pytest.raises(ApiError) as no:
        check_params("newid!:i name full:b net[n]", params)
    assert (no.value.code, set(no.value.errors)) == (400, faults)


@pytest.mark.parametrize("params", [{"newid": "5"}, {"newid": "5", "net12": "x", "full": "1"}])
def test_right_parameters_pass(params):
    assert check_params("newid!:i name full:b net[n]", params) is None
