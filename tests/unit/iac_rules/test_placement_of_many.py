"""Several guests at once, neighbours and strangers, devices and processors, and what was measured of the nodes."""

from dataclasses import replace

import pytest

from iac.errors import Refused, say
from iac.inventory import GIB, Affinity, Device, NodeSignals, Signals
from iac.placement import NEUTRAL, WEIGHTS, Claim, NothingFits, grouped, place, place_all
from tests.unit.iac_rules.samples import CLUSTER, NODES, ask, cluster, guest, node, with_node

EMPTY = cluster(guests=CLUSTER.guests[:3])


def homes(specs, inventory=EMPTY, **more):
    return {s.name: p.node for s, p in zip(specs, place_all(specs, inventory, **more), strict=True)}


def reason_of(placement, name):
    return next(v.reason for v in placement.verdicts if v.node == name)


def measured(**nodes):
    """The cluster with what was measured of some nodes; the others have been idle and well."""
    quiet = {name: NodeSignals(name, 0.0, 0.0, 0.0, 0, 0) for name in NODES}
    told = quiet | {name: replace(quiet[name], **seen) for name, seen in nodes.items()}
    return replace(EMPTY, signals=Signals(tuple(told.values())))


def effects(placement):
    return {e.key: e.values for e in placement.effects}


# ---------------------------------------------------------------- what was measured


@pytest.mark.parametrize(
    ("seen", "line"),
    [
        ({"busy": 0.9}, "busy"),
        ({"expected": 0.9}, "trend"),
        ({"pressure": 0.2}, "waiting"),
        ({"failed": 3}, "failures"),
        ({"running": 2}, "work"),
    ],
)
def test_a_node_that_does_badly_in_one_thing_loses_that_lines_points_and_the_choice(seen, line):
    placement = place(ask(), measured(pmox01=seen))
    assert placement.node == "pmox02"
    points = {v.node: v.points for v in placement.verdicts}
    worse = {name for name in WEIGHTS if points["pmox01"][name] < points["pmox02"][name] - 0.01}
    assert worse == {line}


def test_three_failures_halve_the_points_and_two_works_under_way_do():
    points = place(ask(node="pmox01"), measured(pmox01={"failed": 3, "running": 2})).verdicts[0].points
    assert (points["failures"], points["work"]) == (10, 5)


def test_what_was_not_measured_counts_neither_for_a_node_nor_against_it():
    blind = place(ask(), EMPTY).verdicts[0].points
    assert {n: blind[n] for n in ("waiting", "trend", "failures")} == {
        n: NEUTRAL * WEIGHTS[n] for n in ("waiting", "trend", "failures")
    }


def test_what_was_not_measured_is_said():
    unread = say("place.signal_unread.load", why="Sys.Audit (/nodes/pmox01)")
    placement = place(ask(), replace(EMPTY, signals=Signals((), (unread,))))
    assert unread in placement.reasons


def test_guests_of_open_requests_count_as_work_under_way():
    claims = [Claim("pmox01", 0, 0, "ceph-vm", 0, f"g{i}") for i in range(2)]
    points = {v.node: v.points["work"] for v in place(ask(), EMPTY, claims=claims).verdicts}
    assert points == {"pmox01": 5, "pmox02": 10, "pmox03": 10}


def test_the_four_things_add_up_to_the_score():
    verdict = place(ask(), measured(pmox01={"failed": 1})).verdicts[0]
    assert sum(grouped(verdict.points).values()) == pytest.approx(verdict.score, abs=0.2)


# ---------------------------------------------------------------- neighbours


def test_same_node_as_another_guest():
    assert place(ask(near=("db01",)), CLUSTER).node == "pmox02"
    placement = place(ask(near=("db01",)), CLUSTER)
    assert reason_of(placement, "pmox01").key == "place.not_near"
    assert say("place.near", node="pmox02", guests=("db01",)) in placement.reasons


def test_not_on_the_same_node_as_another_guest():
    busy_elsewhere = with_node("pmox01", cpu_load=0)
    placement = place(ask(apart=("web01",)), busy_elsewhere)
    assert placement.node != "pmox01"
    assert reason_of(placement, "pmox01") == say("place.not_apart", node="pmox01", guest="web01")


def test_beside_two_guests_that_stand_apart_is_refused_with_both_reasons():
    with pytest.raises(NothingFits) as caught:
        place(ask(near=("web01", "db01")), CLUSTER)
    assert {r.key for r in caught.value.reasons} == {"place.not_near"}


def test_a_neighbour_that_nobody_knows_is_refused_and_not_forgotten():
    for wish in ({"near": ("ghost",)}, {"apart": ("ghost",)}):
        with pytest.raises(Refused) as caught:
            place(ask(**wish), CLUSTER)
        assert caught.value.sentence == say("place.unknown_neighbour", name="api01", guest="ghost")


def test_a_guest_that_is_only_coming_is_a_neighbour_too():
    claims = [Claim("pmox03", 1, 1024, "ceph-vm", 10, "soon")]
    assert place(ask(near=("soon",)), EMPTY, claims=claims).node == "pmox03"
    assert place(ask(apart=("soon",)), EMPTY, claims=claims).node != "pmox03"


def test_two_of_one_request_stand_beside_each_other_whichever_is_named():
    big, small = ask("big", memory_mb=8192), ask("small", memory_mb=1024, near=("big",))
    for specs in ([big, small], [small, big]):
        found = homes(specs)
        assert found["big"] == found["small"]
    named_by_big = [replace(big, near=("small",)), replace(small, near=())]
    assert len(set(homes(named_by_big).values())) == 1


def test_those_that_belong_together_go_where_all_of_them_fit():
    tight = replace(EMPTY, nodes=(node("pmox01", memory_bytes=12 * GIB, cpu_load=0), node("pmox02", cpu_load=0.5)))
    pair = [ask("a", memory_mb=6144), ask("b", memory_mb=6144, near=("a",))]
    assert homes(pair, tight) == {"a": "pmox02", "b": "pmox02"}
    placement = place_all(pair, tight)[0]
    assert placement.reasons[0] == say("place.joined", node="pmox02")


def test_those_that_belong_together_and_fit_nowhere_together_are_refused():
    pair = [ask("a", memory_mb=20 * 1024), ask("b", memory_mb=20 * 1024, near=("a",))]
    with pytest.raises(NothingFits) as caught:
        place_all(pair, EMPTY)
    assert caught.value.sentence.values["guest"] in ("a", "b")


def test_two_of_one_request_keep_apart_whichever_says_so():
    for pair in ([ask("a", apart=("b",)), ask("b")], [ask("a"), ask("b", apart=("a",))]):
        assert len(set(homes(pair, with_node("pmox01", cpu_load=0.0)).values())) == 2


def test_spread_fills_every_node_before_any_twice_whatever_the_load():
    uneven = replace(EMPTY, nodes=(node("pmox01", cpu_load=0), node("pmox02", cpu_load=0.9), node("pmox03")))
    five = [ask(f"w{i}", memory_mb=1024, is_spread=True) for i in range(5)]
    found = list(homes(five, uneven).values())
    assert sorted(found.count(name) for name in NODES) == [1, 2, 2]
    first, second = place_all(five[:2], uneven)
    crowded = [v for p in (first, second) for v in p.verdicts if v.reason.key == "place.spread"]
    assert [v.node for v in crowded] == ["pmox01"]
    assert second.reasons[0] == say("place.for_spread", node=second.node)


def test_a_guest_that_ha_may_move_is_told_so():
    reasons = place(ask(near=("db01",), is_ha=True), CLUSTER).reasons
    assert say("place.ha_may_move", name="api01") in reasons


# ---------------------------------------------------------------- devices and processors

GPU = replace(EMPTY, devices=(Device("gpu", "pmox03", 2, held_by=(114,)),))


def test_a_device_is_only_where_it_is():
    placement = place(ask(devices=("gpu",)), GPU)
    assert placement.node == "pmox03"
    assert reason_of(placement, "pmox01") == say("place.no_device", node="pmox01", device="gpu")


def test_a_device_is_given_away_once():
    with pytest.raises(NothingFits) as caught:
        place_all([ask("a", devices=("gpu",)), ask("b", devices=("gpu",))], GPU)
    assert {r.key for r in caught.value.reasons} == {"place.no_device", "place.device_taken"}
    held = [Claim("pmox03", 1, 1024, "ceph-vm", 10, "other", ("gpu",))]
    with pytest.raises(NothingFits):
        place(ask(devices=("gpu",)), GPU, claims=held)


def test_a_device_that_nobody_could_look_at_is_not_given_away():
    unseen = replace(EMPTY, devices=(Device("gpu", "pmox03", 4, held_by=None),))
    with pytest.raises(NothingFits):
        place(ask(devices=("gpu",)), unseen)


def test_two_of_one_device_need_two():
    two = replace(EMPTY, devices=(Device("gpu", "pmox02", 2),))
    assert place(ask(devices=("gpu", "gpu")), two).node == "pmox02"
    with pytest.raises(NothingFits):
        place(ask(devices=("gpu", "gpu")), GPU)


def test_a_processor_that_is_too_old_rules_a_node_out_and_one_that_tells_nothing_does_not():
    old = with_node("pmox01", cpu_load=0, cpu_types=frozenset({"x86-64-v2"}), cpu_model="Old")
    placement = place(ask(), replace(old, guests=EMPTY.guests))
    assert placement.node == "pmox02"
    assert reason_of(placement, "pmox01") == say("place.no_cpu_type", node="pmox01", cpu="x86-64-v2-AES", model="Old")


# ---------------------------------------------------------------- together


def test_the_order_in_which_guests_are_named_changes_nothing():
    specs = [ask(f"g{i}", memory_mb=1024 * (i + 1), disk_gb=10) for i in range(6)]
    assert homes(specs) == homes(specs[::-1])


def test_the_largest_guest_finds_its_place_before_the_small_ones_fill_it():
    tight = replace(EMPTY, nodes=tuple(node(n, memory_bytes=16 * GIB, memory_used_bytes=0) for n in NODES))
    small = [ask(f"s{i}", memory_mb=2048) for i in range(6)]
    assert len(homes([*small, ask("large", memory_mb=14 * 1024)], tight)) == 7


def test_guests_are_packed_tightly_where_comfort_would_leave_one_without_a_node():
    two = replace(
        EMPTY,
        nodes=(
            node("pmox01", memory_bytes=17 * GIB, memory_used_bytes=0),
            node("pmox02", memory_bytes=11 * GIB, memory_used_bytes=0),
        ),
    )
    sizes = {"a": 8, "b": 8, "c": 10}
    found = homes([ask(name, memory_mb=gb * 1024) for name, gb in sizes.items()], two)
    assert found == {"c": "pmox02", "a": "pmox01", "b": "pmox01"}


def test_all_of_a_request_count_when_a_loss_is_imagined():
    one, three = [ask("a", memory_mb=12 * 1024)], [ask(n, memory_mb=24 * 1024) for n in "abc"]
    assert "place.n_plus_one" in effects(place_all(one, EMPTY)[0])
    told = [effects(p)["place.not_n_plus_one"] for p in place_all(three, EMPTY)]
    assert told[0] == told[1] == told[2]
    assert (told[0]["nodes"], told[0]["short_gb"]) == (NODES, 24.0)


def test_every_card_of_a_request_tells_the_same_memory_afterwards():
    placements = place_all([ask("a", node="pmox01"), ask("b", node="pmox01")], EMPTY)
    assert {effects(p)["place.memory_after"]["taken_gb"] for p in placements} == {20.0}


def test_a_node_is_chosen_for_spare_where_the_most_comfortable_one_would_cost_it():
    heavy = (guest(300, "m1", "pmox01", memory_bytes=14 * GIB), guest(301, "m2", "pmox02", memory_bytes=10 * GIB))
    tight = replace(
        cluster(guests=(*EMPTY.guests, *heavy)),
        nodes=(node("pmox01", cpu_load=0), node("pmox02", cpu_load=0.9), node("pmox03", memory_bytes=16 * GIB)),
    )
    placement = place(ask(memory_mb=10 * 1024), tight)
    assert placement.verdicts[0].node == placement.node


def test_a_guest_tied_to_a_lost_node_finds_no_refuge_elsewhere():
    tied = replace(CLUSTER, affinities=(Affinity("licence", "nodes", frozenset({200}), ("pmox01",)),))
    lost = effects(place(ask(), tied))["place.not_n_plus_one"]
    assert (lost["nodes"], lost["short_gb"]) == (("pmox01",), 2.0)
    loose = replace(tied, affinities=(replace(tied.affinities[0], is_strict=False),))
    assert "place.n_plus_one" in effects(place(ask(), loose))


def test_guests_that_keep_apart_do_not_rescue_each_other():
    three = (guest(200, "a"), guest(201, "b", "pmox02"), guest(202, "c", "pmox03"))
    apart = replace(
        cluster(guests=(*EMPTY.guests, *three)), affinities=(Affinity("x", "apart", frozenset({200, 201, 202})),)
    )
    assert effects(place(ask(), apart))["place.not_n_plus_one"]["nodes"] == NODES


def test_nothing_asked_is_nothing_placed():
    assert place_all([], EMPTY) == ()


@pytest.mark.parametrize(
    ("seen", "key"),
    [
        ({"busy": 0.9}, "place.behind.load"),
        ({"pressure": 0.2}, "place.behind.storage"),
        ({"failed": 3}, "place.behind.errors"),
        ({"running": 4}, "place.behind.requests"),
    ],
)
def test_a_node_that_lost_is_told_by_what_it_lost_most_on(seen, key):
    placement = place(ask(), measured(pmox02=seen))
    assert reason_of(placement, "pmox02").key == key
    assert placement.verdicts[0].reason.key == "place.scored"
