"""Who is to stand beside whom, in the words of people, in two languages; what is no such wish is left alone."""

import pytest

from agents.rules.amending import amended, without
from agents.rules.asking import questions_from
from agents.rules.drafting import draft_of, specs_of
from agents.rules.reading import read_message
from agents.rules.seen import Seen, seen_in
from agents.rules.shapes import GuestWish, Wish
from iac.grounding import ungrounded
from iac.spec import Limits
from tests.unit.iac_rules.samples import CLUSTER, ask

SEEN = Seen(guests=("web01", "db-main", "gitlab"), nodes=("pmox01", "pmox02"))
SIZE = "debian 12, 2 cores, 4 GB, 40 GB disk"


def wish(text):
    return read_message(text, SEEN).wish


@pytest.mark.parametrize(
    ("text", "apart"),
    [
        ("not on the same node as web01", ["web01"]),
        ("it must not run on the same host as gitlab", ["gitlab"]),
        ("on a different node than web01 and gitlab", ["web01", "gitlab"]),
        ("on another node, separate node from db-main", ["db-main"]),
        ("keep it away from web01, gitlab and db-main please", ["web01", "gitlab", "db-main"]),
        ("pas sur le même nœud que db-main", ["db-main"]),
        ("je ne veux pas qu'elle soit sur le même hôte que web01", ["web01"]),
        ("sur un autre nœud que celui de gitlab", ["gitlab"]),
        ("sur un nœud différent de web01", ["web01"]),
        ("à l'écart de web01 et gitlab", ["web01", "gitlab"]),
        ("away from ghost77", ["ghost77"]),
        ("Not on the same node as WEB01", ["web01"]),
    ],
)
def test_guests_to_keep_away_from_are_read_and_make_no_wish_for_their_node(text, apart):
    found = wish(f"{SIZE}, {text}")
    assert found.apart == apart
    assert (found.is_spread, found.is_together) == (False, False)
    assert [(g.cores, g.memory_mb, g.disk_gb, g.node) for g in found.guests] == [(2, 4096, 40, None)]


@pytest.mark.parametrize(
    "text",
    [
        "spread them", "spread over the nodes", "spread them across different nodes", "on different nodes",
        "each on its own node", "one per node", "with anti-affinity", "réparties sur des nœuds différents",
        "répartis-les", "répartis sur plusieurs hôtes", "chacune sur un nœud différent", "une par nœud",
    ],
)  # fmt: skip
def test_guests_to_be_spread(text):
    found = wish(f"3 VMs {SIZE}, {text}")
    assert (found.is_spread, found.is_together, found.apart) == (True, False, [])
    assert [(g.count, g.cores, g.memory_mb, g.disk_gb) for g in found.guests] == [(3, 2, 4096, 40)]


@pytest.mark.parametrize(
    "text",
    [
        "both on the same node", "together on the same host", "on a single node", "sur le même nœud",
        "toutes sur un seul hôte",
    ],
)  # fmt: skip
def test_guests_to_stand_together(text):
    found = wish(f"2 VMs {SIZE}, {text}")
    assert (found.is_together, found.is_spread) == (True, False)
    assert [(g.count, g.cores) for g in found.guests] == [(2, 2)]


@pytest.mark.parametrize(
    "text",
    [
        "keep it away from prod", "on pmox01", "same node as web01", "a spread sheet server", "not in staging",
        "sur pmox02", "le même système que web01", "sur le même nœud que web01", "one on pmox01 and one on pmox02",
    ],
)  # fmt: skip
def test_what_is_no_such_wish_is_left_alone(text):
    found = wish(f"{SIZE}, {text}")
    assert (found.apart, found.is_spread, found.is_together) == ([], False, False)


def test_the_wish_stays_while_other_things_are_said_and_the_later_one_counts():
    known = amended(Wish(guests=[GuestWish(names=["a"])]), read_message("not on the same node as web01", SEEN))
    assert known.apart == ["web01"]
    known = amended(known, read_message("plutôt 8 Go de mémoire", SEEN))
    assert known.apart == ["web01"]
    assert amended(known, read_message("away from gitlab", SEEN)).apart == ["gitlab"]
    spread = amended(known, read_message("spread them", SEEN))
    assert (spread.is_spread, spread.is_together) == (True, False)
    together = amended(spread, read_message("no, both on the same node", SEEN))
    assert (together.is_spread, together.is_together) == (False, True)


def test_the_wish_of_a_request_becomes_the_wish_of_each_of_its_guests():
    def drafted(**more):
        group = GuestWish(names=["a", "b"], image="debian-12-cloud", cores=1, memory_mb=1024, disk_gb=10)
        return specs_of(draft_of(Wish(guests=[group], **more), CLUSTER, "dev"))

    assert [(s.near, s.apart, s.is_spread) for s in drafted(is_together=True)] == [
        (("b",), (), False),
        (("a",), (), False),
    ]
    assert [s.apart for s in drafted(apart=["web01", "a"])] == [("web01",), ("web01", "a")]
    assert [s.is_spread for s in drafted(is_spread=True)] == [True, True]


def test_a_neighbour_that_nobody_knows_is_told_and_then_left_out():
    findings = [("api01", f) for f in ungrounded(ask(apart=("ghost77",)), CLUSTER, Limits())]
    assert questions_from(f for _, f in findings) == ()
    left = without(Wish(guests=[GuestWish(names=["api01"], cores=2)], apart=["ghost77"]), findings)
    assert (left.apart, left.guests[0].cores) == ([], 2)


def test_the_names_of_the_cluster_are_known_as_they_are_written():
    assert read_message("away from DB01", seen_in(CLUSTER)).wish.apart == ["db01"]
