"""Nothing is proposed that was not seen: no invented template, node, storage, network, pool, neighbour or device."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agents.rules.review import Reality, issues_of
from agents.rules.shapes import Draft, DraftGuest
from iac.errors import Refused
from iac.grounding import ungrounded
from iac.grounding.nearest import MOST_NAMES, nearest, offered
from iac.inventory import Device
from iac.placement import place_all
from iac.spec import CPU_TYPES, Limits
from tests.unit.iac_rules.samples import CLUSTER, ask, cluster, node

SEEN = cluster(devices=(Device("gpu", "pmox02"), Device("tpu", "pmox03")))
LIMITS = Limits()
REAL = {
    "template": {g.name for g in SEEN.templates} | {str(g.vmid) for g in SEEN.templates},
    "node": {n.name for n in SEEN.nodes},
    "storage": {s.name for s in SEEN.storages},
    "network": {n.name for n in SEEN.networks},
    "pool": set(SEEN.pools),
    "neighbour": {g.name for g in SEEN.machines},
    "device": {"gpu", "tpu"},
    "cpu": set(CPU_TYPES),
}


def near_misses(names):
    """Names that are there, slips of the pen, names of other things, and anything at all."""
    real = st.sampled_from(sorted(names))
    slipped = st.builds(lambda name, at, c: name[:at] + c + name[at + 1 :], real, st.integers(0, 8), st.characters())
    others = st.sampled_from(sorted(set().union(*REAL.values())))
    return real | real | slipped | others | st.text(max_size=12)


def some(slot):
    return st.none() | near_misses(REAL[slot])


few = st.lists(near_misses(REAL["neighbour"]), max_size=2).map(tuple)
asks = st.builds(
    ask,
    template=near_misses(REAL["template"]),
    cores=st.integers(1, 4),
    memory_mb=st.integers(512, 4096),
    disk_gb=st.integers(4, 40),
    node=some("node"),
    storage=some("storage"),
    network=some("network"),
    pool=some("pool"),
    near=few,
    apart=few,
    devices=st.lists(near_misses(REAL["device"]), max_size=1).map(tuple),
    cpu=near_misses(REAL["cpu"]),
)


def named(spec):
    """Every name that a wish holds, by slot; a template may be written loosely and is resolved."""
    single = {slot: {getattr(spec, slot)} - {None} for slot in ("node", "storage", "network", "pool", "cpu")}
    return single | {"neighbour": {*spec.near, *spec.apart}, "device": {*spec.devices}}


@settings(max_examples=200)
@example(ask(node="pmox1"))
@example(ask(devices=("gpu",), near=("db01",)))
@given(asks)
def test_a_wish_with_a_name_that_nobody_saw_is_never_without_a_finding(spec):
    findings = ungrounded(spec, SEEN, LIMITS)
    invented = {slot for slot, names in named(spec).items() if names - REAL[slot]}
    assert invented <= {f.slot for f in findings}
    for finding in findings:
        if finding.slot in REAL:
            assert set(finding.suggestions) <= REAL[finding.slot]


@settings(max_examples=200)
@example([ask("a", near=("b",)), ask("b", devices=("tpu",))])
@given(st.lists(asks, min_size=1, max_size=3, unique_by=id))
def test_a_placement_names_only_what_was_seen(specs):
    try:
        placements = place_all(specs, SEEN)
    except Refused:
        return
    for placement in placements:
        assert placement.node in REAL["node"]
        assert placement.storage in REAL["storage"]
        assert placement.network in REAL["network"]
        assert placement.template in SEEN.templates


drafts = st.builds(
    DraftGuest,
    name=st.sampled_from(["api01", "api02"]),
    template=near_misses(REAL["template"]),
    cores=st.integers(-1, 40),
    memory_mb=st.integers(0, 65536),
    disk_gb=st.integers(0, 900),
    node=some("node"),
    storage=some("storage"),
    network=some("network"),
    pool=some("pool"),
)


@settings(max_examples=200)
@given(st.lists(drafts, min_size=1, max_size=2))
def test_a_draft_passes_the_review_only_if_everything_in_it_was_seen(guests):
    draft = Draft(environment="dev", guests=guests)
    if issues_of(draft, draft, Reality(SEEN, LIMITS, ("dev",))):
        return
    for guest in guests:
        told = {slot: getattr(guest, slot) for slot in ("template", "node", "storage", "network", "pool")}
        assert all(value is None or value in REAL[slot] for slot, value in told.items())


# ---------------------------------------------------------------- what is offered instead


def only(spec, inventory=SEEN, **more):
    (finding,) = ungrounded(spec, inventory, LIMITS, **more)
    return finding


@pytest.mark.parametrize(
    ("wish", "slot", "first"),
    [
        ({"node": "pmox2"}, "node", "pmox02"),
        ({"storage": "ceph_vm"}, "storage", "ceph-vm"),
        ({"network": "vmbr9"}, "network", "vmbr0"),
        ({"pool": "stagging"}, "pool", "staging"),
        ({"near": ("db1",)}, "neighbour", "db01"),
        ({"apart": ("web1",)}, "neighbour", "web01"),
        ({"devices": ("gpus",)}, "device", "gpu"),
        ({"cpu": "x86-64-v33"}, "cpu", "x86-64-v3"),
        ({"template": "rocky-8-cloud"}, "template", "rocky-9-cloud"),
    ],
)
def test_the_nearest_name_that_is_there_is_offered_first(wish, slot, first):
    finding = only(ask(**wish))
    assert (finding.slot, finding.suggestions[0]) == (slot, first)
    listed = [value for value in finding.problem.values.values() if isinstance(value, tuple)]
    assert listed[0][0] == first


def test_guests_of_one_request_may_be_each_others_neighbours():
    assert ungrounded(ask("b", near=("a",)), SEEN, LIMITS, request=("a", "b")) == ()
    assert only(ask("b", near=("a",))).problem.key == "ask.neighbour.unknown"


def test_beside_and_apart_at_once_is_told_before_any_node_is_asked():
    assert only(ask(near=("db01",), apart=("db01",))).problem.key == "ask.neighbour.both"


def test_a_cluster_without_devices_says_so():
    assert only(ask(devices=("gpu",)), CLUSTER).problem.key == "ask.device.none"


def test_a_long_list_is_cut_where_it_can_be_seen():
    many = cluster(nodes=tuple(node(f"n{i:02d}") for i in range(40)))
    listed = only(ask(node="n99"), many).problem.values["nodes"]
    assert (len(listed), listed[-1]) == (MOST_NAMES + 1, "+28")
    assert len(only(ask(node="n99"), many).suggestions) == 40


@given(st.text(max_size=10), st.lists(st.text(max_size=10)), st.randoms())
def test_the_order_of_what_is_offered_depends_on_the_names_alone(wish, names, random):
    assert nearest(wish, names) == nearest(wish, random.sample(names, len(names)))
    assert set(nearest(wish, names)) == set(names)
    assert len(offered(nearest(wish, names))) <= MOST_NAMES + 1
