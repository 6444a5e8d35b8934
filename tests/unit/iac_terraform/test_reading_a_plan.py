"""Terraform's plan JSON as values."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from iac.errors import Broken
from iac.plan import read_plan
from iac.plan.marks import CHANGED, SENSITIVE, mask, prune

calmly = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # machines may be busy
VM = "proxmox_virtual_environment_vm"


def row(actions: list[str], before: Any = None, after: Any = None, **more: Any) -> dict[str, Any]:
    name = (after or before or {}).get("name", "api01")
    change = {"actions": actions, "before": before, "after": after, "after_unknown": {}, **more}
    address = f'module.vm["{name}"].{VM}.guest'
    return {"address": address, "mode": "managed", "type": VM, "name": "guest", "change": change}


def read(*rows: dict[str, Any], **more: Any):
    return read_plan({"resource_changes": list(rows), **more}, digest="d", state_serial=3)


GUEST = {"name": "api01", "vm_id": 1000, "cpu": [{"cores": 4}], "memory": [{"dedicated": 8192}], "started": True}


def test_destroys_come_first_and_creates_last():
    plan = read(
        row(["create"], after={"name": "new"}),
        row(["no-op"], {"name": "same"}, {"name": "same"}),
        row(["update"], {"name": "changed"}, {"name": "changed", "on_boot": True}),
        row(["delete", "create"], {"name": "replaced"}, {"name": "replaced"}),
        row(["delete"], {"name": "gone"}),
    )
    assert [c.name for c in plan.changes] == ["gone", "replaced", "changed", "new", "same"]
    assert [c.action for c in plan.changes] == ["delete", "replace", "update", "create", "no-op"]
    assert plan.counts == {"delete": 1, "replace": 1, "update": 1, "create": 1}
    assert (plan.digest, plan.state_serial) == ("d", 3)


def test_a_replacement_is_one_whichever_half_comes_first():
    for order in (["delete", "create"], ["create", "delete"]):
        assert read(row(order, GUEST, GUEST)).changes[0].action == "replace"


def test_a_guest_taken_over_is_an_import_even_when_it_changes():
    assert read(row(["update"], GUEST, GUEST, importing={"id": "pmox01/1000"})).changes[0].action == "import"


def test_a_data_source_is_no_change():
    reading = row(["read"], None, GUEST) | {"mode": "data"}
    assert read(reading).changes == ()


def test_an_action_nobody_knows_is_refused_not_skipped():
    with pytest.raises(Broken, match="forget"):
        read(row(["forget"], GUEST))


def test_a_plan_that_is_not_whole_is_refused():
    with pytest.raises(Broken, match="not whole"):
        read(row(["create"], after=GUEST), errored=True)


def test_a_secret_is_masked_before_and_after_and_never_in_the_diff():
    marks = {"initialization": [{"user_account": [{"password": True}]}]}
    old = {"name": "a", "initialization": [{"user_account": [{"password": "old-secret"}]}]}
    new = {"name": "a", "initialization": [{"user_account": [{"password": "new-secret"}]}]}
    plan = read(row(["update"], old, new, before_sensitive=marks, after_sensitive=marks))
    assert "secret" not in repr(plan).replace(SENSITIVE, "").replace(CHANGED, "")
    assert plan.changes[0].after["initialization"][0]["user_account"][0]["password"] == CHANGED


def test_two_different_secrets_never_look_like_no_change():
    marks = {"password": True}
    plan = read(row(["update"], {"password": "a"}, {"password": "b"}, before_sensitive=marks, after_sensitive=marks))
    assert f'~   password = "{SENSITIVE}" -> "{CHANGED}"' in plan.diff
    same = read(row(["update"], {"password": "a"}, {"password": "a"}, before_sensitive=marks, after_sensitive=marks))
    assert "password" not in same.diff


def test_an_empty_password_is_shown_as_empty_because_policy_must_see_it():
    plan = read(row(["update"], {"password": ""}, {"password": ""}, after_sensitive={"password": True}))
    assert plan.changes[0].after["password"] == ""


def test_what_only_the_apply_will_know_is_marked_where_it_stands():
    unknown = {"id": True, "cpu": [{"units": True, "cores": False}], "tags": [False, False], "vga": []}
    change = read(row(["create"], after=GUEST, after_unknown=unknown)).changes[0]
    assert change.unknown == {"id": True, "cpu": [{"units": True}]}


def test_a_running_guest_waits_for_a_restart_and_a_stopped_one_does_not():
    bigger = GUEST | {"cpu": [{"cores": 8}], "description": "x"}
    assert read(row(["update"], GUEST, bigger)).changes[0].needs_restart == ("cpu.cores",)
    stopped = GUEST | {"started": False}
    assert read(row(["update"], stopped, bigger)).changes[0].needs_restart == ()


def test_a_plan_survives_json_as_the_database_keeps_it():
    from pydantic import TypeAdapter

    from iac.plan import Plan

    plan = read(row(["update"], GUEST, GUEST | {"cpu": [{"cores": 8}]}))
    kept = TypeAdapter(Plan)
    assert kept.validate_json(kept.dump_json(plan)) == plan


LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
TREES = st.recursive(LEAVES, lambda t: st.lists(t, max_size=3) | st.dictionaries(st.text(max_size=3), t, max_size=3))


def everywhere(value: Any) -> Any:
    """Marks of the same shape that mark every leaf."""
    if isinstance(value, dict):
        return {key: everywhere(item) for key, item in value.items()}
    return [everywhere(item) for item in value] if isinstance(value, list) else True


def leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in leaves(item)]
    return [leaf for item in value for leaf in leaves(item)] if isinstance(value, list) else [value]


@calmly
@given(TREES)
def test_marked_everywhere_nothing_is_left_to_see(value):
    assert all(leaf in (None, "", SENSITIVE) for leaf in leaves(mask(value, everywhere(value))))


@calmly
@given(TREES)
def test_marked_nowhere_everything_stays(value):
    assert mask(value, {}) == value
    assert mask(value, None) == value


@calmly
@given(TREES, TREES)
def test_masks_of_any_shape_never_fail_and_never_add(value, marks):
    # A mark stands for everything below it: what was empty there may become the one word that says "hidden".
    shown = leaves(mask(value, marks))
    assert len(shown) <= len(leaves(value)) or shown.count(SENSITIVE) >= 1
    assert [leaf for leaf in shown if leaf != SENSITIVE and leaf not in leaves(value)] == []


@calmly
@given(TREES)
def test_pruned_marks_mark_the_same(marks):
    def marked(tree, path=()):
        if tree is True:
            return {path}
        items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
        return {found for key, item in items for found in marked(item, (*path, key))}

    assert marked(prune(marks)) == marked(marks)
