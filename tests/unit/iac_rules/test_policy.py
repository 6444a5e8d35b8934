"""What no plan may do, judged on values as terraform shows them."""

import copy
from dataclasses import replace

import pytest

from iac.plan import Change, Plan
from iac.policy import ACTIONS, BY_ACTION, OUR_KIND, Allowed, violations
from iac.spec import Limits

VM = {
    "name": "api01",
    "vm_id": 150,
    "node_name": "pmox01",
    "reboot_after_update": False,
    "started": True,
    "cpu": [{"cores": 4, "sockets": 1, "type": "host"}],
    "memory": [{"dedicated": 8192, "floating": 0}],
    "disk": [{"interface": "scsi0", "size": 60, "datastore_id": "ceph-vm"}],
    "initialization": [{"user_account": [{"username": "ubuntu", "password": None, "keys": ["ssh-ed25519 AAAA"]}]}],
    "hostpci": [],
    "hook_script_file_id": None,
}
NEW = {"id": True, "ipv4_addresses": True, "mac_addresses": True, "cpu": [{"units": True}], "disk": [{}]}
CREATE = Allowed("create", frozenset({"api01"}), frozenset({150}), Limits(), nodes={"api01": "pmox01"})
CHANGE = replace(CREATE, intent="change")
DESTROY = replace(CREATE, intent="destroy")


def vm(*path_and_value):
    """The plain guest, with one value replaced: ``vm("cpu", 0, "cores", 8)``."""
    values = copy.deepcopy(VM)
    if path_and_value:
        *path, last, value = path_and_value
        place = values
        for step in path:
            place = place[step]
        place[last] = value
    return values


def change(action="create", before=None, after=None, unknown=None, kind=OUR_KIND):
    if unknown is None:
        unknown = NEW if action == "create" else {}
    return Change("module.api01.x.vm", kind, "vm", action, before or {}, after or {}, unknown)


def plan(*changes):
    return Plan("d" * 64, 1, tuple(changes), "")


def keys(allowed, *changes):
    return [v.key for v in violations(plan(*changes), allowed)]


def updated(after, before=VM, **more):
    return keys(CHANGE, change("update", before, after, **more))


# ---------------------------------------------------------------- what is fine


def test_the_guest_that_was_asked_for_may_be_created():
    assert keys(CREATE, change(after=VM)) == []


def test_cores_and_memory_may_change_when_that_was_asked():
    assert updated(vm("memory", 0, "dedicated", 16384)) == []


def test_a_disk_may_grow_alone():
    assert updated(vm("disk", 0, "size", 80)) == []


def test_the_guest_that_was_named_may_be_destroyed():
    assert keys(DESTROY, change("delete", before=VM)) == []


def test_what_does_not_change_is_not_judged():
    other = change("no-op", before=VM, after=VM)
    assert keys(CHANGE, other) == []


# ---------------------------------------------------------------- a plan that cannot be judged is refused


def test_an_empty_plan_is_not_a_good_plan():
    assert keys(CREATE) == ["policy.guest_missing"]


def test_nothing_asked_and_nothing_shown_is_refused_too():
    assert keys(replace(CREATE, guests=frozenset())) == ["policy.nothing_to_judge"]


def test_a_guest_that_was_asked_for_and_is_not_in_the_plan_is_missed():
    two = replace(CREATE, guests=frozenset({"api01", "api02"}))
    assert keys(two, change(after=VM)) == ["policy.guest_missing"]


@pytest.mark.parametrize(
    ("field", "renamed"),
    [("cpu", "processor"), ("memory", "ram"), ("disk", "disks"), ("vm_id", "vmid"), ("node_name", "node")],
)
def test_a_renamed_attribute_is_a_refusal_not_a_pass(field, renamed):
    values = vm()
    values[renamed] = values.pop(field)
    assert keys(CREATE, change(after=values)) == ["policy.unknown"]


@pytest.mark.parametrize(
    ("unknown", "field"),
    [
        ({"vm_id": True}, "vm_id"),
        ({"node_name": True}, "node_name"),
        ({"cpu": [{"cores": True}]}, "cpu.cores"),
        ({"cpu": [{"sockets": True}]}, "cpu.cores"),
        ({"cpu": True}, "cpu.cores"),
        ({"memory": [{"dedicated": True}]}, "memory.dedicated"),
        ({"disk": [{"size": True}]}, "disk.scsi0.size"),
        ({"disk": True}, "disk"),
        ({"name": True}, "name"),
    ],
)
def test_a_value_known_only_after_the_apply_cannot_be_judged(unknown, field):
    allowed = replace(CREATE, guests=frozenset({"api01", "module.api01.x.vm"}))
    found = violations(plan(change(after=VM, unknown=unknown)), allowed)
    assert ("policy.unknown", field) in [(v.key, v.values.get("field")) for v in found]


def test_a_guest_without_a_disk_cannot_be_judged():
    assert keys(CREATE, change(after=vm("disk", []))) == ["policy.unknown"]


@pytest.mark.parametrize("strange", [0, -1, 2.5, "4", True, None])
def test_a_number_that_is_none_cannot_be_judged(strange):
    assert keys(CREATE, change(after=vm("cpu", 0, "cores", strange))) == ["policy.unknown"]


def test_a_whole_number_written_as_a_float_is_a_number():
    assert keys(CREATE, change(after=vm("cpu", 0, "cores", 4.0))) == []


# ---------------------------------------------------------------- only what was asked


@pytest.mark.parametrize("allowed", [CREATE, CHANGE])
@pytest.mark.parametrize("action", ["delete", "replace"])
def test_nothing_is_destroyed_that_nobody_asked_to_destroy(allowed, action):
    assert f"policy.not_asked.{action}" in keys(allowed, change(action, before=VM, after=VM))


@pytest.mark.parametrize("action", ["create", "update", "replace", "import"])
def test_a_request_to_destroy_does_nothing_else(action):
    assert f"policy.not_asked.{action}" in keys(DESTROY, change(action, before=VM, after=VM))


def test_no_intent_ever_allows_a_replace_or_an_import():
    assert not {"replace", "import"} & frozenset().union(*ACTIONS.values())


def test_every_action_of_a_plan_has_its_rules():
    assert set(BY_ACTION) == {"create", "update", "replace", "delete", "import"}
    assert all(BY_ACTION.values())


@pytest.mark.parametrize("kind", ["proxmox_virtual_environment_role", "proxmox_user_token", "null_resource"])
def test_another_kind_of_resource_is_refused(kind):
    assert keys(CREATE, change(after=VM), change(after={}, kind=kind)) == ["policy.kind"]


def test_a_guest_of_somebody_else_is_refused():
    assert keys(CREATE, change(after=VM), change(after=vm("name", "db01"))) == ["policy.not_ours"]
    assert keys(DESTROY, change("delete", before=VM), change("delete", before=vm("name", "db01"))) == [
        "policy.not_ours"
    ]


def test_a_foreign_guest_renamed_into_ours_is_still_foreign():
    assert updated(VM, before=vm("name", "db01")) == ["policy.not_ours"]


def test_a_number_that_was_not_reserved_is_refused():
    assert keys(CREATE, change(after=vm("vm_id", 151))) == ["policy.vmid"]
    assert keys(DESTROY, change("delete", before=vm("vm_id", 151))) == ["policy.vmid"]


def test_a_number_that_exists_is_never_created_again():
    assert keys(replace(CREATE, taken=frozenset({150})), change(after=VM)) == ["policy.vmid_taken"]


def test_more_guests_than_one_request_may_have_are_refused():
    two = replace(CREATE, guests=frozenset({"api01", "api02"}), limits=Limits(max_guests=1), nodes={})
    second = change(after=vm("name", "api02"))
    assert keys(two, change(after=VM), second) == ["policy.guests"]


# ---------------------------------------------------------------- places and sizes


def test_a_guest_is_created_on_the_node_that_was_approved():
    assert keys(CREATE, change(after=vm("node_name", "pmox02"))) == ["policy.other_node"]


def test_a_guest_is_never_moved_by_a_plan():
    assert updated(vm("node_name", "pmox02")) == ["policy.moves"]


@pytest.mark.parametrize(
    ("path_and_value", "key"),
    [
        (("cpu", 0, "cores", 33), "policy.cores"),
        (("cpu", 0, "sockets", 9), "policy.cores"),
        (("memory", 0, "dedicated", 131073), "policy.memory"),
        (("disk", 0, "size", 2049), "policy.disk"),
    ],
)
def test_a_size_beyond_the_limits_is_refused(path_and_value, key):
    assert keys(CREATE, change(after=vm(*path_and_value))) == [key]


def test_the_second_disk_is_judged_as_well():
    disks = [*VM["disk"], {"interface": "scsi1", "size": 9999, "datastore_id": "ceph-vm"}]
    assert keys(CREATE, change(after=vm("disk", disks))) == ["policy.disk"]


# ---------------------------------------------------------------- disks and data


def test_a_disk_never_shrinks():
    assert updated(vm("disk", 0, "size", 59)) == ["policy.disk_shrinks"]


def test_a_disk_is_never_removed():
    two = vm("disk", [*VM["disk"], {"interface": "scsi1", "size": 10, "datastore_id": "ceph-vm"}])
    assert updated(VM, before=two) == ["policy.disk_removed"]
    assert updated(vm("disk", []))[0] == "policy.disk_removed"


def test_a_disk_under_another_interface_is_another_disk():
    assert updated(vm("disk", 0, "interface", "virtio0")) == ["policy.disk_removed"]


def test_a_disk_is_never_moved_to_another_storage():
    assert updated(vm("disk", 0, "datastore_id", "local-lvm")) == ["policy.disk_moves"]


def test_two_disks_under_one_interface_cannot_be_judged():
    assert updated(vm("disk", VM["disk"] * 2)) == ["policy.unknown"]


@pytest.mark.parametrize("path", [("cpu", 0, "cores"), ("memory", 0, "dedicated")])
def test_a_disk_does_not_grow_together_with_cores_or_memory(path):
    grown = vm("disk", 0, "size", 80)
    grown[path[0]][0][path[2]] *= 2
    assert updated(grown) == ["policy.grow_alone"]


# ---------------------------------------------------------------- secrets and the node itself


@pytest.mark.parametrize("password", ["secret", "(sensitive value)", True])
def test_a_password_is_refused_even_where_it_is_masked(password):
    assert keys(CREATE, change(after=vm("initialization", 0, "user_account", 0, "password", password))) == [
        "policy.password"
    ]


def test_a_password_that_nobody_knows_yet_is_refused():
    unknown = {"initialization": [{"user_account": [{"password": True}]}]}
    assert keys(CREATE, change(after=VM, unknown=unknown)) == ["policy.password"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("hook_script_file_id", "local:snippets/x.sh"),
        ("hostpci", [{"device": "hostpci0"}]),
        ("kvm_arguments", "-device x"),
    ],
)
def test_nothing_reaches_into_the_node(field, value):
    assert keys(CREATE, change(after=vm(field, value))) == ["policy.dangerous"]
    assert updated(vm(field, value)) == ["policy.dangerous"]
    assert updated(vm(field, value), before=vm(field, value)) == []


@pytest.mark.parametrize("value", [True, None, "false"])
def test_a_change_may_not_reboot_behind_peoples_backs(value):
    assert updated(vm("reboot_after_update", value)) == ["policy.hidden_reboot"]


def test_every_violation_of_a_bad_plan_is_told_once():
    bad = vm("memory", 0, "dedicated", 999_999) | {"node_name": "pmox02"}
    found = keys(CREATE, change(after=bad), change(after=bad))
    assert sorted(found) == ["policy.memory", "policy.other_node"]
