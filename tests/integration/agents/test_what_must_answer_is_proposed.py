"""A page that must answer goes from the words of a person to the spec that closing checks, in both languages."""

import pytest

from iac.spec import HttpCheck
from tests.integration.agents.world import Seen, Talk, crew, guest

FRENCH = "je veux une VM ubuntu 24.04 avec 4 coeurs, 8 Go et 60 Go de disque, appelle-la api01"
ASK = "4c/8g ubuntu 24.04, 60 GB, call it api01"


@pytest.mark.parametrize(
    ("said", "check"),
    [
        (f"{ASK}, and it should answer on port 8080", HttpCheck(8080)),
        (f"{FRENCH}, elle doit répondre en HTTP sur le port 8080 /health", HttpCheck(8080, "/health")),
    ],
)
async def test_a_page_that_must_answer_is_part_of_the_proposal(said, check):
    (guest,) = (await Talk(crew()).proposal(said)).guests
    assert (guest.name, guest.http) == ("api01", check)
    assert (guest.cores, guest.memory_mb, guest.disk_gb) == (4, 8192, 60)


async def test_it_can_be_said_afterwards_and_stays_through_a_correction():
    talk = Talk(crew())
    await talk.proposal(ASK)
    (guest,) = (await talk.proposal("it should also answer on port 8080 at /health")).guests
    assert (guest.http, guest.name, guest.cores) == (HttpCheck(8080, "/health"), "api01", 4)
    (guest,) = (await talk.proposal("make it 16 GB")).guests
    assert (guest.http, guest.memory_mb) == (HttpCheck(8080, "/health"), 16384)


@pytest.mark.parametrize("said", ["it should answer on port 8080", "elle doit répondre en HTTP sur le port 8080"])
async def test_it_can_be_said_before_the_sizes_are_known(said):
    talk = Talk(crew())
    await talk.reply(f"ubuntu 24.04, api01, {said}")
    (guest,) = (await talk.proposal("4 cores, 8 GB, 60 GB disk")).guests
    assert guest.http == HttpCheck(8080)


async def test_a_machine_that_stands_is_not_checked_and_that_is_said_once():
    talk = Talk(crew())
    await talk.proposal(ASK)
    talk.crew = crew(Seen(guest(300, "api01", "pmox01")))
    proposal = await talk.proposal("it should also answer on port 8080")
    assert (proposal.intent, [note.key for note in proposal.notes]) == ("change", ["crew.left_out.http"])
    assert (await talk.proposal("make it 16 GB")).notes == ()


async def test_a_check_over_https_is_told_as_left_out():
    proposal = await Talk(crew()).proposal(f"{ASK}, it should answer over https on port 8443")
    assert [note.key for note in proposal.notes] == ["crew.left_out.https"]
    assert proposal.guests[0].http is None
