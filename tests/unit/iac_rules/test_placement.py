"""Where a guest goes: hard limits first, then the published score."""

from dataclasses import replace

import pytest

from iac.errors import Refused
from iac.inventory import GIB, Network
from iac.placement import WEIGHTS, Claim, NothingFits, place, place_all
from tests.unit.iac_rules.samples import CLUSTER, NODES, ask, cluster, guest, node, storage, template, with_node


def reason_of(placement_or_refusal, name):
    return next(v.reason for v in placement_or_refusal.verdicts if v.node == name)


def refusal(spec, inventory, claims=()):
    with pytest.raises(NothingFits) as caught:
        place(spec, inventory, claims=claims)
    return caught.value


def test_the_least_loaded_node_is_chosen():
    assert place(ask(), with_node("pmox03", cpu_load=0.0)).node == "pmox03"


def test_equal_nodes_are_chosen_by_name():
    assert place(ask(), cluster(guests=CLUSTER.guests[:3])).node == "pmox01"


def test_the_node_with_more_free_memory_wins_at_equal_load():
    assert place(ask(), with_node("pmox03", memory_used_bytes=1 * GIB)).node == "pmox03"
    roomy = with_node("pmox02", memory_bytes=64 * GIB)
    assert place(ask(), roomy).node == "pmox02"


def test_every_node_gets_a_verdict_and_the_best_one_comes_first():
    placement = place(ask(), with_node("pmox02", is_online=False))
    assert placement.verdicts[0].node == placement.node
    assert {v.node for v in placement.verdicts} == set(NODES)
    assert [v.score is None for v in placement.verdicts] == [False, False, True]


def test_scores_lie_between_0_and_100_and_fall():
    placement = place(ask(), with_node("pmox01", cpu_load=0.9))
    scores = [v.score for v in placement.verdicts]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= s <= 100 for s in scores)


def test_the_weights_add_up_to_100():
    assert sum(WEIGHTS.values()) == 100


def test_an_idle_cluster_scores_what_the_weights_say():
    idle = cluster(
        nodes=(node("pmox01", cpu_load=0.0, memory_used_bytes=0),),
        guests=CLUSTER.guests[:3],
        storages=(storage(nodes=("pmox01",), used_gb=0),),
    )
    (verdict,) = place(ask(cores=8, memory_mb=16384, disk_gb=90), idle).verdicts
    memory_left = 1 - 16 / (32 * 0.95)
    measured = 16 + 16 * memory_left + 8 * (1 - 8 / 80) + 6 * (1 - 90 / 900) + 10
    not_measured = 0.5 * (12 + 12 + 20)
    assert verdict.score == round(measured + not_measured, 1)
    assert sum(verdict.points.values()) == pytest.approx(verdict.score, abs=0.05)


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"is_online": False}, "place.offline"),
        ({"is_in_maintenance": True}, "place.maintenance"),
        ({"cores": 3}, "place.too_few_cores"),
        ({"memory_used_bytes": 23 * GIB}, "place.too_little_memory"),
    ],
)
def test_a_node_that_breaks_a_limit_is_ruled_out_with_its_reason(changes, key):
    inventory = with_node("pmox02", **{"cpu_load": 0.0} | changes)
    assert place(ask(), with_node("pmox02", cpu_load=0.0)).node == "pmox02"
    assert place(ask(), inventory).node != "pmox02"
    assert reason_of(place(ask(), inventory), "pmox02").key == key


def test_memory_is_never_overcommitted_even_when_running_guests_use_little():
    greedy = guest(300, "greedy", memory_bytes=24 * GIB)
    placement = place(ask(), cluster(guests=(*CLUSTER.guests, greedy)))
    assert reason_of(placement, "pmox01").key == "place.too_little_memory"


def test_a_stopped_guest_takes_no_memory():
    idle = guest(300, "idle", memory_bytes=24 * GIB, status="stopped")
    assert place(ask(node="pmox01"), cluster(guests=(*CLUSTER.guests, idle))).node == "pmox01"


def test_the_node_keeps_memory_for_itself():
    empty = cluster(nodes=(node("pmox01", memory_used_bytes=0),), guests=CLUSTER.guests[:3])
    assert place(ask(memory_mb=30 * 1024), empty).node == "pmox01"
    assert refusal(ask(memory_mb=31 * 1024), empty).reasons[0].key == "place.too_little_memory"


def test_a_wish_for_a_node_is_kept_or_refused_never_changed():
    assert place(ask(node="pmox02"), with_node("pmox03", cpu_load=0)).node == "pmox02"
    refused = refusal(ask(node="pmox02"), with_node("pmox02", is_online=False))
    assert reason_of(refused, "pmox02").key == "place.offline"
    assert reason_of(refused, "pmox01").key == "place.not_wished"


def test_a_refusal_names_the_size_and_every_node():
    refused = refusal(ask(cores=4000), CLUSTER)
    assert refused.sentence.key == "place.nothing_fits"
    assert refused.sentence.values["cores"] == 4000
    assert [r.values["node"] for r in refused.reasons] == list(NODES)


def test_nothing_is_placed_without_a_quorum():
    with pytest.raises(Refused) as caught:
        place(ask(), cluster(is_quorate=False))
    assert caught.value.sentence.key == "place.no_quorum"


def test_an_unknown_template_is_refused_with_those_there_are():
    with pytest.raises(Refused) as caught:
        place(ask(template="windows"), CLUSTER)
    assert caught.value.sentence.values["templates"] == ("debian-12-cloud", "rocky-9-cloud", "ubuntu-2404-cloud")


# ---------------------------------------------------------------- storage


def test_a_storage_without_room_is_not_used():
    nearly = cluster(storages=(storage(total_gb=100, used_gb=40),))
    assert refusal(ask(disk_gb=60), nearly).reasons[0].key == "place.storage_full"
    assert place(ask(disk_gb=50), nearly).storage == "ceph-vm"


def test_a_storage_for_backups_never_holds_a_disk():
    only_backups = cluster(storages=(storage("backups", content=("backup",)),))
    assert refusal(ask(), only_backups).reasons[0].key == "place.no_storage"
    wished = refusal(ask(storage="backups"), CLUSTER)
    assert wished.reasons[0].key == "place.storage_not_here"


def test_a_shared_storage_is_preferred_to_a_roomier_local_one():
    local = storage("local-lvm", ("pmox01",), is_shared=False, total_gb=9000)
    assert place(ask(node="pmox01"), cluster(storages=(*CLUSTER.storages, local))).storage == "ceph-vm"


def test_a_full_shared_storage_gives_way_to_a_local_one_and_says_what_that_means():
    local = storage("local-lvm", ("pmox02",), is_shared=False)
    placement = place(ask(), cluster(storages=(storage(used_gb=890), local)))
    assert (placement.node, placement.storage) == ("pmox02", "local-lvm")
    assert "place.local_disk" in [e.key for e in placement.effects]


def test_high_availability_needs_a_shared_storage():
    locals_only = cluster(storages=tuple(storage("local-lvm", (n,), is_shared=False) for n in NODES))
    spec = ask(is_ha=True)
    with_local_template = replace(
        locals_only, guests=(template(100, "ubuntu-2404-cloud", storages=("local-lvm",)), *CLUSTER.guests[3:])
    )
    assert reason_of(refusal(spec, with_local_template), "pmox01").key == "place.ha_needs_shared"


def test_a_storage_that_a_node_does_not_reach_rules_the_node_out():
    at_home = (template(100, "ubuntu-2404-cloud", "pmox02"),)
    placement = place(ask(), cluster(storages=(storage(nodes=("pmox02", "pmox03")),), guests=at_home))
    assert placement.node == "pmox02"
    assert reason_of(placement, "pmox01").key == "place.no_storage"


# ---------------------------------------------------------------- network and template


def test_a_network_with_known_addresses_is_preferred():
    assert place(ask(), CLUSTER).network == "mainvnet"
    assert place(ask(network="vmbr0"), CLUSTER).network == "vmbr0"


def test_a_node_without_the_network_is_ruled_out():
    networks = (Network("mainvnet", "vnet", ("pmox02",)),)
    placement = place(ask(network="mainvnet"), cluster(networks=networks))
    assert placement.node == "pmox02"
    assert reason_of(placement, "pmox01").key == "place.network_not_here"


def test_a_template_on_local_storage_keeps_the_guest_on_its_node():
    local = cluster(
        guests=(template(100, "ubuntu-2404-cloud", "pmox02", storages=("local-lvm",)),),
        storages=(*CLUSTER.storages, *(storage("local-lvm", (n,), is_shared=False) for n in NODES)),
    )
    placement = place(ask(), local)
    assert placement.node == "pmox02"
    assert reason_of(placement, "pmox01").key == "place.no_template"


def test_a_template_whose_disks_nobody_could_see_is_treated_as_local():
    unseen = cluster(guests=(template(100, "ubuntu-2404-cloud", "pmox03", storages=()),))
    assert place(ask(), unseen).node == "pmox03"


def test_each_node_clones_the_template_of_the_same_name_that_lies_on_it():
    each = tuple(template(900 + i, "ubuntu-2404-cloud", n, storages=("local",)) for i, n in enumerate(NODES))
    placement = place(ask(node="pmox02"), cluster(guests=each))
    assert placement.template.vmid == 901


def test_a_shared_template_on_an_offline_node_cannot_be_cloned():
    refused = refusal(ask(), with_node("pmox01", is_online=False))
    assert reason_of(refused, "pmox02").key == "place.template_offline"


# ---------------------------------------------------------------- claims and several guests


def test_room_held_by_another_run_is_not_given_away():
    claims = [Claim(n, 1, 20 * 1024, "ceph-vm", 10) for n in ("pmox01", "pmox02")]
    assert place(ask(memory_mb=16384), CLUSTER, claims=claims).node == "pmox03"
    full = [Claim("pmox01", 1, 1024, "ceph-vm", 780)]
    assert refusal(ask(), CLUSTER, full).reasons[0].key == "place.storage_full"


def test_several_guests_spread_because_earlier_ones_hold_their_room():
    placements = place_all([ask(f"api0{i}", memory_mb=12288) for i in range(1, 4)], CLUSTER)
    assert sorted(p.node for p in placements) == list(NODES)


def test_guests_that_fit_alone_but_not_together_are_refused():
    with pytest.raises(NothingFits) as caught:
        place_all([ask(f"big{i}", memory_mb=24 * 1024) for i in range(4)], CLUSTER)
    assert caught.value.sentence.values["guest"] == "big3"


# ---------------------------------------------------------------- effects


def effects(placement):
    return {e.key: e.values for e in placement.effects}


def test_effects_say_memory_and_storage_afterwards():
    found = effects(place(ask(node="pmox01"), CLUSTER))
    assert found["place.memory_after"] == {"node": "pmox01", "taken_gb": 12.0, "total_gb": 32.0, "percent": 38}
    assert found["place.storage_after"] == {"storage": "ceph-vm", "free_gb": 840, "percent": 16}


def test_a_roomy_cluster_survives_the_loss_of_any_node():
    assert "place.n_plus_one" in effects(place(ask(), CLUSTER))


def test_a_tight_cluster_says_which_node_may_not_fail():
    sizes = {"pmox01": 24, "pmox02": 8, "pmox03": 8}
    heavy = tuple(guest(400 + i, f"m{i}", n, memory_bytes=gb * GIB) for i, (n, gb) in enumerate(sizes.items()))
    found = effects(place(ask(memory_mb=4096), cluster(guests=(*CLUSTER.guests[:3], *heavy))))
    lost = found["place.not_n_plus_one"]
    assert (lost["nodes"], lost["worst"], lost["short_gb"]) == (("pmox01",), "pmox01", 24.0)


def test_the_new_guest_counts_when_a_loss_is_imagined():
    tight = tuple(guest(400 + i, f"m{i}", n, memory_bytes=12 * GIB) for i, n in enumerate(NODES[:2]))
    inventory = replace(with_node("pmox03", is_in_maintenance=True), guests=(*CLUSTER.guests[:3], *tight))
    assert "place.n_plus_one" in effects(place(ask(memory_mb=256), inventory))
    assert "place.not_n_plus_one" in effects(place(ask(memory_mb=8192), inventory))


def test_one_node_alone_is_called_what_it_is():
    alone = cluster(nodes=(node("pmox01"),))
    assert "place.one_node" in effects(place(ask(), alone))
