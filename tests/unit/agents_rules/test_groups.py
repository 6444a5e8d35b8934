"""Several kinds of guests in one message, with names and a number for all of them."""

import pytest

from agents.rules.reading import read_message
from agents.rules.seen import Model, Seen

SEEN = Seen(guests=("web01",), models=(Model("web01", "hyp-a", 4, 8192, 40),))


def guests_of(text):
    return [(g.count, g.names, g.image) for g in read_message(text, SEEN).wish.guests]


@pytest.mark.parametrize(
    "text",
    [
        "Three VMs: front (ubuntu 24.04, 2c/4g/20g), back (debian 12, 4c/8g/40g) and data (rocky 9, 4c/16g/100g)",
        "3 vm : front = ubuntu 24.04 2c/4g/20g, back = debian 12 4c/8g/40g et data = rocky 9 4c/16g/100g",
    ],
)
def test_the_number_of_all_is_not_the_number_of_the_first(text):
    assert guests_of(text) == [
        (1, ["front"], "ubuntu-24.04"),
        (1, ["back"], "debian-12"),
        (1, ["data"], "rocky-9"),
    ]


def test_two_of_one_kind_and_one_of_another_stay_so():
    assert guests_of("deux debian 12 et une rocky 9") == [(2, [], "debian-12"), (1, [], "rocky-9")]


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("debian 12 with twice the memory of web01, same cores and disk", (4, 16384, 40)),
        ("une debian avec le double de ram de web01, mêmes coeurs et même disque", (4, 16384, 40)),
        ("la même chose que web01 mais en debian 12", (4, 8192, 40)),
    ],
)
def test_several_measures_are_taken_from_one_guest(text, sizes):
    (guest,) = read_message(text, SEEN).wish.guests
    assert (guest.cores, guest.memory_mb, guest.disk_gb) == sizes
