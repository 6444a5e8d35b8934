"""Asked once more before the apply: does every guest still fit where it was placed?"""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iac.inventory import GIB
from iac.placement import Bounds, Claim, NothingFits, misfits, place, place_all
from iac.spec import PlacedGuest
from tests.unit.iac_rules.samples import ask, cluster, guest, with_node


def placed(spec, placement, vmid=1000):
    place = (placement.node, placement.storage, placement.network)
    return PlacedGuest(spec, vmid, *place, placement.template.vmid, placement.template.node, None, "u", (), (), "")


def keys(*args):
    return [sentence.key for sentence in misfits(*args)]


@given(st.integers(1, 8), st.integers(512, 16384), st.integers(10, 200), st.integers(1, 4))
def test_what_was_just_placed_still_fits(cores, memory_mb, disk_gb, count):
    inventory = cluster()
    specs = [ask(f"g{n}", cores=cores, memory_mb=memory_mb, disk_gb=disk_gb) for n in range(count)]
    try:
        placements = place_all(specs, inventory)
    except NothingFits:
        return
    guests = [placed(s, p, 1000 + n) for n, (s, p) in enumerate(zip(specs, placements, strict=True))]
    assert misfits(guests, inventory, ()) == ()


def test_room_that_others_claimed_meanwhile_is_gone():
    spec = ask()
    found = place(spec, cluster())
    rival = Claim(found.node, 1, 10**7, found.storage, 1)
    assert keys([placed(spec, found)], cluster(), [rival]) == ["place.too_little_memory"]


def test_a_storage_that_filled_up_is_named():
    spec = ask()
    found = place(spec, cluster())
    rival = Claim(found.node, 0, 0, found.storage, 10**6)
    assert keys([placed(spec, found)], cluster(), [rival]) == ["place.storage_full"]


@pytest.mark.parametrize(
    ("change", "key"), [({"is_online": False}, "place.offline"), ({"is_in_maintenance": True}, "place.maintenance")]
)
def test_a_node_that_went_away_is_named(change, key):
    spec = ask()
    found = place(spec, cluster())
    assert keys([placed(spec, found)], with_node(found.node, **change), ()) == [key]


def test_two_guests_that_fit_alone_do_not_fit_together():
    spec = ask()
    found = place(spec, cluster())
    one, two = placed(spec, found, 1000), placed(replace(spec, name="api02"), found, 1001)
    free = next(n for n in cluster().nodes if n.name == found.node).memory_for_guests_bytes // GIB
    rival = Claim(found.node, 0, (free - 20) * 1024, found.storage, 0)
    assert keys([one], cluster(), [rival]) in ([], ["place.too_little_memory"])
    assert len(keys([one, two, replace(two, vmid=1002)], cluster(), [rival])) >= 1


def test_a_guest_that_stands_must_only_fit_what_it_grows_and_where_it_is_now():
    standing = guest(1000, "api01", "pmox02", cores=4, memory_bytes=8 * GIB, disk_bytes=60 * GIB)
    inventory = cluster(guests=(*cluster().guests, standing))
    small = placed(ask(memory_mb=8192), place(ask(), cluster()))
    assert misfits([small], inventory, ()) == ()
    huge = replace(small, spec=replace(small.spec, memory_mb=10**7))
    (sentence,) = misfits([huge], inventory, ())
    assert (sentence.key, sentence.values["node"]) == ("place.too_little_memory", "pmox02")


def test_bounds_say_for_each_node_why_not():
    with pytest.raises(NothingFits) as no:
        place(ask(), cluster(), bounds=Bounds("prod", nodes=("nowhere",)))
    assert {reason.key for reason in no.value.reasons} == {"place.not_in_environment"}
    with pytest.raises(NothingFits) as no:
        place(ask(), cluster(), bounds=Bounds("prod", storages=("nowhere",)))
    assert "place.no_storage_allowed" in {reason.key for reason in no.value.reasons}
    with pytest.raises(NothingFits) as no:
        place(ask(), cluster(), bounds=Bounds("prod", networks=("nowhere",)))
    assert "place.no_network_allowed" in {reason.key for reason in no.value.reasons}


@given(st.sampled_from(["pmox01", "pmox02", "pmox03"]))
def test_a_guest_never_lands_outside_its_bounds(node):
    try:
        found = place(ask(), cluster(), bounds=Bounds("dev", nodes=(node,)))
    except NothingFits:
        return
    assert found.node == node
