"""Wishes about neighbours, from the words of a person to the nodes of a proposal."""

from dataclasses import replace

import pytest

from iac.errors import say
from iac.inventory import Device
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


# ---------------------------------------------------------------- devices


def with_devices(*devices):
    cluster = Seen()
    cluster.inventory = replace(cluster.inventory, devices=devices)
    return cluster


@pytest.mark.parametrize("words", ["with a GPU", "avec un GPU"])
async def test_a_gpu_is_the_device_that_the_cluster_has_mapped_as_one(words):
    talk = Talk(crew(with_devices(Device("card1", "pmox02", 1, "graphics card"), Device("dongle", "pmox01"))))
    proposal = await talk.proposal(f"{SIZE}, call it train01, {words}")
    assert (proposal.guests[0].devices, nodes(proposal)) == (("card1",), ["pmox02"])
    assert "crew.left_out.gpu" not in [note.key for note in proposal.notes]


async def test_a_gpu_where_none_is_mapped_or_it_is_not_clear_which_is_said_not_to_be_there():
    two = with_devices(Device("gpu-a", "pmox01"), Device("gpu-b", "pmox02"))
    for cluster in (Seen(), two):
        proposal = await Talk(crew(cluster)).proposal(f"{SIZE}, call it train01, with a GPU")
        assert proposal.guests[0].devices == ()
        assert "crew.left_out.gpu" in [note.key for note in proposal.notes]


async def test_a_gpu_that_another_guest_has_is_refused_with_the_reason():
    taken = with_devices(Device("gpu", "pmox01", 1, held_by=(200,)))
    reply = await Talk(crew(taken)).reply(f"{SIZE}, call it train01, with a GPU")
    assert "place.device_taken" in keys(reply)
