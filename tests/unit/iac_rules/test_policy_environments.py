"""What an environment allows, what is protected, and what is not ours: judged on values as terraform shows them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iac.inventory import Guest
from iac.plan import Change, Plan
from iac.policy import HA_KIND, OUR_KIND, Allowed, protected_vmids, violations
from iac.spec import Limits

VM = {
    "name": "api01",
    "vm_id": 150,
    "node_name": "pmox01",
    "reboot_after_update": False,
    "started": True,
    "cpu": [{"cores": 4}],
    "memory": [{"dedicated": 8192}],
    "disk": [{"interface": "scsi0", "size": 60, "datastore_id": "ceph-vm"}],
    "initialization": [{"datastore_id": "ceph-vm", "user_account": [{"username": "ubuntu"}]}],
    "network_device": [{"bridge": "mainvnet"}],
    "tags": ["dev", "threadform"],
}
CREATE = Allowed("create", frozenset({"api01"}), frozenset({150}), Limits(), environment="dev", mark="threadform")
CHANGE, DESTROY = replace(CREATE, intent="change"), replace(CREATE, intent="destroy")


def keys(allowed, action, before=None, after=None, unknown=None):
    change = Change("module.vm.x", OUR_KIND, "api01", action, before or {}, after or {}, unknown or {})
    return [found.key for found in violations(Plan("d" * 64, 1, (change,), ""), allowed)]


def created(allowed, unknown=None, **values):
    return keys(replace(CREATE, **allowed), "create", after=VM | values, unknown=unknown)


def updated(allowed, before=VM, **values):
    return keys(replace(CHANGE, **allowed), "update", before, {**before, **values})


def test_without_rules_everything_may_go_anywhere():
    assert created({}) == []


@pytest.mark.parametrize(
    ("allowed", "key"),
    [
        ({"environment_nodes": ("pmox02",)}, "policy.node_not_allowed"),
        ({"storages": ("local-lvm",)}, "policy.storage_not_allowed"),
        ({"networks": ("vmbr1",)}, "policy.network_not_allowed"),
        ({"tags": ("billing-7",)}, "policy.tag_missing"),
    ],
)
def test_a_new_guest_outside_its_environment_is_refused_by_that_rule_alone(allowed, key):
    assert created(allowed) == [key]


def test_a_new_guest_inside_its_environment_is_fine():
    inside = {"environment_nodes": ("pmox01",), "storages": ("ceph-vm",), "networks": ("mainvnet",), "tags": ("dev",)}
    assert created(inside) == []


@pytest.mark.parametrize(
    ("allowed", "unknown"),
    [
        ({"storages": ("ceph-vm",)}, {"disk": True}),
        ({"storages": ("ceph-vm",)}, {"disk": [{"datastore_id": True}]}),
        ({"networks": ("mainvnet",)}, {"network_device": [{"bridge": True}]}),
        ({"tags": ("dev",)}, {"tags": True}),
    ],
)
def test_what_only_the_apply_will_know_is_refused(allowed, unknown):
    assert "policy.unknown" in created(allowed, unknown)


def test_the_disk_of_cloud_init_counts_too():
    elsewhere = [{"datastore_id": "local", "user_account": [{"username": "ubuntu"}]}]
    assert created({"storages": ("ceph-vm",)}, initialization=elsewhere) == ["policy.storage_not_allowed"]


def test_what_a_guest_has_already_is_nobody_s_fault_today():
    rules = {"environment_nodes": ("pmox02",), "storages": ("local-lvm",), "networks": ("vmbr1",)}
    assert updated(rules, memory=[{"dedicated": 4096}]) == []


def test_a_second_network_outside_the_environment_is_refused():
    more = [*VM["network_device"], {"bridge": "vmbr9"}]
    assert updated({"networks": ("mainvnet",)}, network_device=more) == ["policy.network_not_allowed"]


@pytest.mark.parametrize(("intent", "action"), [(CHANGE, "update"), (DESTROY, "delete")])
def test_a_guest_without_our_mark_is_not_ours_to_change(intent, action):
    theirs = VM | {"tags": ["dev"]}
    assert "policy.unmanaged" in keys(intent, action, theirs, theirs if action == "update" else None)


@pytest.mark.parametrize(("intent", "action"), [(CHANGE, "update"), (DESTROY, "delete")])
def test_a_guest_that_a_reading_shows_without_our_mark_is_not_ours_whatever_the_plan_remembers(intent, action):
    found = keys(replace(intent, foreign_vmids=frozenset({150})), action, VM, VM if action == "update" else None)
    assert "policy.unmanaged" in found


@pytest.mark.parametrize("started", [True, None])
def test_a_guest_that_runs_or_may_run_is_never_replaced(started):
    found = keys(CHANGE, "replace", VM | {"started": started}, VM)
    assert {"policy.not_asked.replace", "policy.replace_running"} <= set(found)


@pytest.mark.parametrize(
    "protected",
    [
        {"protected": ("api*",)},
        {"protected": ("API01",)},
        {"protected": ("150",)},
        {"protected_vmids": frozenset({150})},
    ],
)
@pytest.mark.parametrize(("intent", "action"), [(CREATE, "create"), (CHANGE, "update"), (DESTROY, "delete")])
def test_nothing_may_touch_a_protected_guest(protected, intent, action):
    before, after = (VM if action != "create" else None), (VM if action != "delete" else None)
    assert "policy.protected" in keys(replace(intent, **protected), action, before, after)


@pytest.mark.parametrize("flag", [{"protection": True}, {"tags": ["protected", "threadform"]}])
def test_what_proxmox_itself_calls_protected_is(flag):
    assert keys(DESTROY, "delete", VM | flag) == ["policy.protected"]


def test_taking_the_tag_away_in_the_same_plan_does_not_unlock_it():
    assert "policy.protected" in updated({}, before=VM | {"tags": ["protected", "threadform"]}, tags=["threadform"])


def test_a_protected_guest_is_not_taken_out_of_high_availability():
    allowed = replace(DESTROY, protected_vmids=frozenset({150}))
    out = Change("module.ha.x", HA_KIND, "x", "delete", {"resource_id": "vm:150"}, {}, {})
    vm = Change("module.vm.x", OUR_KIND, "api01", "no-op", VM, VM, {})
    assert [v.key for v in violations(Plan("d" * 64, 1, (vm, out), ""), allowed)] == ["policy.protected"]


def test_a_reading_names_who_is_protected():
    guests = [
        Guest(100, "dc-1", "n1", "qemu", "running", False, 1, 1, 1),
        Guest(101, "web", "n1", "qemu", "running", False, 1, 1, 1, tags=("protected",)),
        Guest(102, "db", "n1", "qemu", "running", False, 1, 1, 1),
        Guest(103, "free", "n1", "qemu", "running", False, 1, 1, 1),
    ]
    assert protected_vmids(guests, ("dc-*", "102")) == {100, 101, 102}


NAMES = st.sampled_from(["pmox01", "pmox02", "ceph-vm", "local-lvm", "mainvnet", "vmbr1", "dev", "threadform"])


@given(
    nodes=st.lists(NAMES, max_size=3),
    storages=st.lists(NAMES, max_size=3),
    networks=st.lists(NAMES, max_size=3),
    tags=st.lists(NAMES, max_size=3),
)
def test_a_creation_passes_exactly_where_every_rule_allows_it(nodes, storages, networks, tags):
    rules = {"environment_nodes": tuple(nodes), "storages": tuple(storages), "networks": tuple(networks)}
    is_allowed = (
        (not nodes or "pmox01" in nodes)
        and (not storages or "ceph-vm" in storages)
        and (not networks or "mainvnet" in networks)
        and set(tags) <= {"dev", "threadform"}
    )
    assert (created(rules | {"tags": tuple(tags)}) == []) is is_allowed


@given(st.lists(st.sampled_from(["storages", "networks", "environment_nodes"]), unique=True), st.data())
def test_a_narrower_environment_never_allows_more(fields, data):
    wide = dict.fromkeys(fields, ("pmox01", "ceph-vm", "mainvnet"))
    narrow = {field: (data.draw(st.sampled_from(names)),) for field, names in wide.items()}
    assert len(created(wide)) <= len(created(narrow))
