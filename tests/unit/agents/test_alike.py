"""A guest that stands is the measure of a new one; what was said outright wins."""

import pytest

from agents.rules.reading import read_message
from agents.rules.seen import Model, Seen

SEEN = Seen(
    templates=("debian-12-cloud",),
    nodes=("pmox01", "pmox02"),
    guests=("web01", "web01-old"),
    models=(Model("web01", "pmox02", 4, 8192, 40), Model("web01-old", "pmox01", 1, 1024, 10)),
)


def wish_of(text):
    return read_message(text, SEEN).wish.guests[0]


def sizes_of(text):
    guest = wish_of(text)
    return guest.cores, guest.memory_mb, guest.disk_gb


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("debian like web01", (4, 8192, 40)),
        ("debian, the same as web01-old", (1, 1024, 10)),
        ("une debian comme web01", (4, 8192, 40)),
        ("une debian aussi grosse que web01", (4, 8192, 40)),
        ("DEBIAN IDENTICAL TO WEB01", (4, 8192, 40)),
        ("debian like web01 but with 8 cores", (8, 8192, 40)),
        ("debian like web01 with double the memory", (4, 16384, 40)),
        ("debian comme web01 avec 2 coeurs de plus", (6, 8192, 40)),
        ("debian with the same memory as web01", (None, 8192, None)),
        ("debian avec le même disque que web01", (None, None, 40)),
        ("debian like web07", (None, None, None)),
        ("debian, and web01 stays as it is", (None, None, None)),
    ],
)
def test_sizes_come_from_the_other_guest_where_nothing_else_was_said(text, sizes):
    assert sizes_of(text) == sizes


@pytest.mark.parametrize("text", ["debian on the same node as web01", "une debian sur le même nœud que web01"])
def test_the_same_node_is_a_place_and_not_a_size(text):
    assert (wish_of(text).node, wish_of(text).cores) == ("pmox02", None)


def test_a_node_that_was_said_wins_over_the_other_guests_node():
    assert wish_of("debian on pmox01, otherwise the same node and cores as web01").node == "pmox01"


def test_the_name_of_the_other_guest_is_not_taken_for_the_new_one():
    assert wish_of("debian like web01 named web09").names == ["web09"]


def test_each_group_is_filled():
    guests = read_message("debian with 2 cores and ubuntu with 6 cores, same memory as web01", SEEN).wish.guests
    assert [(g.cores, g.memory_mb) for g in guests] == [(2, 8192), (6, 8192)]
