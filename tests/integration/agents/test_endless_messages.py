"""A message that is made to be read for ever is read like another: nobody waits for whoever sent it."""

import time

import pytest

from tests.integration.agents.world import Talk, crew

MOST_CPU_S = 20.0
"""Of this process alone: some fifty times what it takes; without the bound it took hours."""
SAID = "create a vm called api01 in staging,{gap}ubuntu 24.04, 2 cores, 4 GB ram, 20 GB disk"


@pytest.mark.parametrize("gap", [" ", "\n", "\t", "\u00a0", " \n", "\r\n"])
async def test_a_gap_without_end_says_nothing_and_costs_nothing(gap):
    began = time.process_time()
    proposal = await Talk(crew()).proposal(SAID.format(gap=(gap * 3_800)[:3_800]))
    assert time.process_time() - began < MOST_CPU_S
    [guest] = proposal.guests
    assert (guest.name, guest.cores, guest.memory_mb) == ("api01", 2, 4096)


async def test_a_gap_in_an_earlier_message_costs_nothing_either():
    talk = Talk(crew())
    began = time.process_time()
    await talk.say(f"hello{' ' * 3_900}there")
    proposal = await talk.proposal(SAID.format(gap=" "))
    assert time.process_time() - began < MOST_CPU_S
    assert proposal.guests


@pytest.mark.parametrize("piece", ["a-", "'a", "-' "])
async def test_a_word_without_end_costs_nothing(piece):
    began = time.process_time()
    await Talk(crew()).say(f"create a vm {piece * 300}")
    assert time.process_time() - began < MOST_CPU_S
