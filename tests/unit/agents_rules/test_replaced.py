"""Corrections inside a message: what is named only to be given up is not taken."""

import pytest

from agents.rules.pending import corrected_values
from agents.rules.reading import read_message
from agents.rules.seen import Seen

SEEN = Seen(nodes=("hyp-a", "hyp-b"))


@pytest.mark.parametrize(
    ("text", "slot", "value"),
    [
        ("ubuntu 24.04 instead of debian 12", "image", "ubuntu-24.04"),
        ("debian 12 au lieu de ubuntu 24.04", "image", "debian-12"),
        ("plutôt debian 12 que ubuntu, 2 coeurs", "image", "debian-12"),
        ("on hyp-a rather than hyp-b, 2 cores", "node", "hyp-a"),
        ("not hyp-b, hyp-a, 2 cores", "node", "hyp-a"),
        ("2 cores and not 4 cores", "cores", 2),
        ("8 GB of memory instead of 4 GB", "memory_mb", 8192),
        ("2 cores, 4 GB, uh no 6 GB, disk 45 GB", "memory_mb", 6144),
        ("2 coeurs, 4 Go, euh non 6 Go, et disque 45 Go", "memory_mb", 6144),
        ("2 coeurs, disque 40 Go, pardon, 60 Go", "disk_gb", 60),
        ("debian 12, 4 cores, or rather 2 cores", "cores", 2),
    ],
)
def test_the_value_that_is_given_up_is_left_out(text, slot, value):
    (guest,) = read_message(text, SEEN).wish.guests
    assert getattr(guest, slot) == value


@pytest.mark.parametrize(("text", "value"), [("60 plutôt", 60), ("actually 80", 80), ("make it 70 please", 70)])
def test_a_number_alone_corrects_the_size_that_was_just_answered(text, value):
    assert corrected_values(text, ["disk"], read_message(text, SEEN)) == {"disk_gb": value}


@pytest.mark.parametrize(("text", "answered"), [("60 plutôt", []), ("60 plutôt", ["disk", "cores"]), ("60", ["disk"])])
def test_a_number_alone_corrects_nothing_where_it_is_not_clear_what(text, answered):
    assert corrected_values(text, answered, read_message(text, SEEN)) == {}
