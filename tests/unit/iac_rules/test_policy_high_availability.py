"""High availability is set exactly as the guest's spec asks for it, judged on values as terraform shows them."""

from dataclasses import replace

import pytest

from iac.plan import Change, Plan
from iac.policy import HA_KIND, OUR_KIND, Allowed, violations
from iac.spec import Limits

GUEST = Change("module.vm.guest", OUR_KIND, "api01", "no-op", {"name": "api01"}, {"name": "api01"}, {})
HA = {
    "comment": "Kept running by Threadform",
    "failback": None,
    "group": None,
    "max_relocate": None,
    "max_restart": None,
    "resource_id": "vm:150",
    "state": "started",
}
NEW = {"id": True, "type": True}
CREATE = Allowed("create", frozenset({"api01"}), frozenset({150}), Limits(), ha_vmids=frozenset({150}))
CHANGE, DESTROY = replace(CREATE, intent="change"), replace(CREATE, intent="destroy")
NONE = frozenset()


def keys(allowed, action, before=None, after=None, unknown=None):
    changed = Change("module.vm.ha", HA_KIND, "guest", action, before or {}, after or {}, unknown or {})
    return [found.key for found in violations(Plan("d" * 64, 1, (changed, GUEST), ""), allowed)]


@pytest.mark.parametrize("allowed", [CREATE, CHANGE])
def test_a_guest_whose_spec_asks_for_it_is_kept_running(allowed):
    assert keys(allowed, "create", after=HA, unknown=NEW) == []


@pytest.mark.parametrize("allowed", [CREATE, CHANGE, DESTROY])
def test_one_whose_spec_does_not_ask_is_not(allowed):
    assert keys(replace(allowed, ha_vmids=NONE), "create", after=HA, unknown=NEW) == ["policy.ha_not_asked"]


def test_it_ends_with_its_guest():
    assert keys(DESTROY, "delete", before=HA) == []
    assert keys(replace(DESTROY, ha_vmids=NONE), "delete", before=HA) == []


def test_it_ends_where_the_spec_asks_for_it_no_longer():
    assert keys(replace(CHANGE, ha_vmids=NONE), "delete", before=HA) == []


def test_a_guest_that_should_be_kept_running_is_never_let_go():
    assert keys(CHANGE, "delete", before=HA) == ["policy.ha_not_asked"]


@pytest.mark.parametrize("wanted", [NONE, frozenset({150})])
def test_a_request_for_a_new_guest_takes_nothing_from_one_that_stands(wanted):
    assert keys(replace(CREATE, ha_vmids=wanted), "delete", before=HA) == ["policy.ha_not_asked"]


@pytest.mark.parametrize("sid", ["vm:151", "ct:150", "150", "vm:0150", "vm:150 ", "", 150])
@pytest.mark.parametrize("action", ["create", "delete"])
def test_only_the_guests_of_this_run_are_touched(sid, action):
    values = HA | {"resource_id": sid}
    allowed = CREATE if action == "create" else DESTROY
    assert keys(allowed, action, before=values, after=values) == ["policy.ha_not_asked"]


@pytest.mark.parametrize("action", ["replace", "import"])
@pytest.mark.parametrize("allowed", [CREATE, CHANGE, DESTROY])
def test_it_is_never_replaced_nor_taken_over(allowed, action):
    assert keys(allowed, action, before=HA, after=HA) == ["policy.ha_not_asked"]


def test_a_guest_that_only_the_apply_will_know_cannot_be_judged():
    assert keys(CREATE, "create", after=HA, unknown={"resource_id": True}) == ["policy.unknown"]
    assert keys(CREATE, "create", after={"state": "started"}) == ["policy.unknown"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("state", "disabled"), ("state", None), ("group", "all"), ("max_restart", 0), ("failback", False)],
)
def test_no_other_setting_comes_with_it(field, value):
    assert keys(CREATE, "create", after=HA | {field: value}) == ["policy.ha_setting"]
    assert keys(CHANGE, "update", before=HA, after=HA | {field: value}) == ["policy.ha_setting"]


def test_a_setting_that_nobody_knows_yet_is_one_too_many():
    assert keys(CREATE, "create", after=HA, unknown={"group": True}) == ["policy.ha_setting"]


def test_a_comment_may_change_and_the_guest_may_not():
    assert keys(CHANGE, "update", before=HA | {"comment": "by hand"}, after=HA) == []
    assert keys(CHANGE, "update", before=HA | {"resource_id": "vm:9"}, after=HA) == ["policy.ha_setting"]


def test_it_counts_as_no_machine():
    one = replace(CREATE, limits=Limits(max_guests=0))
    assert keys(one, "create", after=HA) == []
