"""Wishes about neighbours, from the words of a person to the nodes of a proposal."""

import pytest

from iac.errors import say
from tests.integration.agents.world import Seen, Talk, crew, guest, keys

SIZE = "ubuntu 24.04, 2 cores, 4 GB, 40 GB disk"


def nodes(proposal):
    return [plan.node for plan in proposal.strategy]


@pytest.mark.parametrize("words", ["spread them over the nodes", "réparties sur des nœuds différents"])
async def test_three_guests_that_are_to_be_spread_stand_on_three_nodes(words):
    proposal = await Talk(crew()).proposal(f"3 VMs {SIZE}, {words}")
    assert sorted(nodes(proposal)) == ["pmox01", "pmox02", "pmox03"]
    assert all(spec.is_spread for spec in proposal.guests)


@pytest.mark.parametrize("words", ["both on the same node", "toutes sur le même nœud"])
async def test_two_guests_that_belong_together_stand_on_one_node(words):
    proposal = await Talk(crew()).proposal(f"2 VMs {SIZE}, {words}")
    assert len(set(nodes(proposal))) == 1
    assert proposal.strategy[0].reasons[0].key == "place.joined"


async def test_a_guest_is_kept_off_the_node_of_another():
    talk = Talk(crew(Seen(guest(210, "noisy", "pmox01"))))
    proposal = await talk.proposal(f"{SIZE}, call it calm01, not on the same node as noisy")
    assert nodes(proposal) != ["pmox01"]
    verdicts = {v.node: v.reason for v in proposal.strategy[0].verdicts}
    assert verdicts["pmox01"] == say("place.not_apart", node="pmox01", guest="noisy")


async def test_the_wish_survives_a_correction_in_the_next_message():
    talk = Talk(crew(Seen(guest(210, "noisy", "pmox01"))))
    await talk.proposal(f"{SIZE}, call it calm01, not on the same node as noisy")
    proposal = await talk.proposal("make it 8 GB")
    assert proposal.guests[0].apart == ("noisy",)
    assert proposal.guests[0].memory_mb == 8192


async def test_a_neighbour_that_nobody_knows_is_told_and_nothing_is_proposed():
    talk = Talk(crew())
    reply = await talk.reply(f"{SIZE}, call it calm01, not on the same node as noisy77")
    assert "ask.neighbour.unknown" in keys(reply)


async def test_keeping_apart_from_every_node_is_refused_with_every_nodes_reason():
    everywhere = [guest(210 + i, f"m{i}", f"pmox0{i}") for i in (1, 2, 3)]
    reply = await Talk(crew(Seen(*everywhere))).reply(f"{SIZE}, call it calm01, away from m1, m2 and m3")
    assert "place.nothing_fits" in keys(reply)
    assert keys(reply).count("place.not_apart") == 3
