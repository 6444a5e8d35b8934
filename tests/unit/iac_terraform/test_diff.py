"""The diff that people approve: short, one line an attribute, and complete."""

from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from iac.plan.diff import render_diff
from iac.plan.flat import UNKNOWN, flatten
from iac.plan.quiet import DEFAULTS, VM, is_quiet
from iac.plan.values import Action, Change

calmly = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # machines may be busy


def change(action: Action, before: Any = None, after: Any = None, **more: Any) -> Change:
    return Change(
        "module.vm", VM, "api01", action, before or {}, after or {}, more.get("unknown", {}), more.get("wait", ())
    )


def lines(*changes: Change) -> list[str]:
    return render_diff(changes).splitlines()


def test_a_create_shows_what_was_chosen_and_names_what_comes_later():
    shown = lines(change("create", after={"name": "api01", "cpu": [{"cores": 4}]}, unknown={"id": True, "mac": True}))
    assert shown == [
        "+ module.vm will be created",
        "+   cpu.cores           = 4",
        '+   name                = "api01"',
        "+   (known after apply) = id, mac",
    ]


def test_an_update_shows_only_what_changes_with_the_old_and_the_new():
    shown = lines(
        change(
            "update",
            {"name": "api01", "memory": [{"dedicated": 8192}], "pool_id": "old", "tags": []},
            {"name": "api01", "memory": [{"dedicated": 16384}], "tags": ["a"], "on_boot": True},
            wait=("memory.dedicated",),
        )
    )
    assert shown == [
        "~ module.vm will be changed",
        "~   memory.dedicated = 8192 -> 16384  # takes effect at the next restart",
        "+   on_boot          = true",
        '-   pool_id          = "old"',
        '~   tags             = [] -> ["a"]',
    ]


def test_a_destroy_and_a_replacement_cannot_be_overlooked():
    assert lines(change("delete", {"name": "a"}))[0] == "- module.vm will be destroyed"
    assert lines(change("replace", {"vm_id": 1}, {"vm_id": 2})) == [
        "- module.vm will be destroyed and created anew",
        "~   vm_id = 1 -> 2",
    ]


def test_what_becomes_unknown_is_said_so():
    assert "~   id = 5 -> (known after apply)" in lines(change("update", {"id": 5}, {}, unknown={"id": True}))


def test_an_empty_block_that_comes_is_a_change_that_is_seen():
    assert "+   dns = {}" in lines(change("update", {"name": "a"}, {"name": "a", "dns": [{}]}))


def test_one_and_true_are_not_the_same():
    assert "~   x = true -> 1" in lines(change("update", {"x": True}, {"x": 1}))


def test_no_change_is_no_text():
    assert render_diff([change("no-op", {"a": 1}, {"a": 1})]) == ""
    assert render_diff([]) == ""


def test_disks_beyond_the_first_are_numbered():
    disks = {"disk": [{"size": 10}, {"size": 20}]}
    assert flatten(disks) == {"disk.size": 10, "disk[1].size": 20}


def test_a_default_is_quiet_only_with_exactly_its_value():
    assert is_quiet(VM, "timeout_clone", 1800)
    assert not is_quiet(VM, "timeout_clone", 60)
    assert not is_quiet(VM, "protection", 0)
    assert not is_quiet("proxmox_haresource", "migrate", value=False)
    assert all(not is_quiet(VM, path, "something else") for path in DEFAULTS)


NAMES = st.sampled_from(["name", "cpu", "memory", "disk", "tags", "a", "b"])
SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=6)
VALUES = st.dictionaries(
    NAMES, SCALARS | st.lists(SCALARS, max_size=2) | st.lists(st.dictionaries(NAMES, SCALARS, max_size=2), max_size=2)
)


@calmly
@example({"cpu": [False, False]}, {"cpu": [False, 0]})
@given(VALUES, VALUES)
def test_an_update_hides_no_changed_attribute(before, after):
    shown = [line[4:].split(" ")[0] for line in lines(change("update", before, after))[1:]]
    now, then = flatten(before), flatten(after)
    differs = [p for p in now.keys() | then.keys() if repr(now.get(p)) != repr(then.get(p))]
    assert sorted(shown) == sorted(differs)


@calmly
@given(VALUES)
def test_a_create_hides_only_what_is_quiet(after):
    shown = [line[4:].split(" ")[0] for line in lines(change("create", after=after))[1:]]
    assert sorted(shown) == sorted(p for p, v in flatten(after).items() if not is_quiet(VM, p, v))


@calmly
@given(st.text(), st.sampled_from(["create", "update", "replace", "delete", "import"]))
def test_no_text_can_forge_a_line_or_hide_in_one(text, action):
    shown = lines(change(action, {"x": "old"}, {"x": text}))
    assert len(shown) <= 2
    assert all(line[0] in "+-~" and line.isprintable() for line in shown)


@calmly
@given(VALUES)
def test_unknown_wins_over_any_value(after):
    marks = dict.fromkeys(after, True)
    assert all(value is UNKNOWN for value in flatten(after, marks).values())
