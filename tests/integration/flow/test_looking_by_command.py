"""Status, list, vm and cluster: read on a phone, bounded, and for the one who asks alone unless they share."""

from dataclasses import replace

import pytest

from bot.domain.run import RunState
from iac.inventory import Guest
from tests.fixtures.commanding import Line
from tests.fixtures.flow import GB, WORLD
from tests.fixtures.leasing import Leased


@pytest.fixture
def line(flow):
    return Line(flow)


def guest(name: str, vmid: int, status: str = "running") -> Guest:
    return Guest(vmid, name, "n1", "qemu", status, False, 4, 8 * GB, 60 * GB)


async def built(flow, person: str = "alice", *, status: str = "running") -> None:
    """api01 stands, and is that person's."""
    await Leased(flow).apply(await flow.planned(person), "dave")
    flow.world.inventory = replace(WORLD, guests=(*WORLD.guests, guest("api01", 1000, status), guest("old", 900)))


async def test_status_tells_what_goes_on_here_what_waits_and_what_was_asked(flow, line):
    run = await flow.planned()
    mine = await line.say("alice", "status")
    assert f"In this thread:\n- api01: run {run.id} for Alice is planned" in mine
    assert "What you asked for last:" in mine
    assert "Waiting for your decision" not in mine
    assert "Waiting for your decision:\n- api01" in await line.say("dave", "status")
    assert "has asked" not in await line.say("dave", "status")


async def test_status_of_a_run_says_what_is_to_be_done(flow, line):
    run = await flow.planned()
    told = await line.say("bob", f"status {run.id[:5]}")
    assert f"Plan: {run.digest[:12]}" in told
    assert "Who may decide: Bob, Carol and Dave." in told
    assert f"`/threadform approve {run.id}`" in told
    assert "1 Jan 1970" in told
    await line.say("bob", f"discard {run.id} too big")
    told = await line.say("alice", f"status {run.id[:5]}")
    assert "Decided by Bob" in told
    assert "Reason: too big" in told
    assert "To decide" not in told


async def test_status_in_french_is_french(flow, line):
    run = await flow.planned()
    assert "En attente de votre décision" in await line.say("bob", "état")
    assert "Demandée pour dev le" in await line.say("bob", f"état {run.id}")


async def test_status_where_nothing_is_says_how_to_begin(line):
    assert "`/threadform request` begins" in await line.say("alice", "status")


async def test_a_long_list_is_cut_and_says_how_much_more_and_how(flow, line):
    await flow.planned()
    first = await flow.newest()
    for number in range(20):
        await flow.runs.create(replace(first, id=f"r{number:011}", state=RunState.PENDING), actor="test")
    told = await line.say("alice", "status")
    assert "… and 17 more. `/threadform status RUN` shows one." in told
    assert len(told.splitlines()) < 15


async def test_list_mine_has_the_person_s_own_and_nobody_else_s(flow, line):
    await built(flow)
    assert "Your machine:\n- api01" in await line.say("alice", "list mine")
    assert "Your machine:" in await line.say("alice", "list")
    assert "You have no machine" in await line.say("bob", "list mine")
    assert "aucune machine faite par moi" in await line.say("bob", "lister miennes")


async def test_list_all_names_whose_each_is(flow, line):
    await built(flow)
    told = await line.say("bob", "list all")
    assert "(of Alice)" in told
    assert "old" not in told
    assert "à Alice" in await line.say("bob", "lister toutes")


async def test_list_stale_has_what_is_off_or_gone(flow, line):
    await built(flow, status="stopped")
    assert "switched off, or is gone" in await line.say("bob", "list stale")
    flow.world.inventory = WORLD
    assert "not in the cluster" in await line.say("bob", "list stale")
    flow.world.inventory = replace(WORLD, guests=(*WORLD.guests, guest("api01", 1000)))
    assert "Toutes les machines" in await line.say("bob", "lister oubliées")


async def test_a_machine_is_told_with_whose_it_is_and_how_it_is_reached(flow, line):
    await built(flow)
    told = await line.say("bob", "vm API01")
    assert "api01 (1000) is running on n1: 4 cores, 8 GB" in told
    assert "Alice's, in dev, by run" in told
    assert "api01: 10.0.0.5" in told
    assert "I did not make it" in await line.say("bob", "vm 900")
    assert "Did you mean api01?" in await line.say("bob", "vm api1")
    assert "Which machine?" in await line.say("bob", "vm")


async def test_the_cluster_is_told_node_by_node(line):
    told = await line.say("alice", "cluster")
    assert "3 of 3 nodes are online" in told
    assert "n1: online" in told


async def test_an_answer_is_private_unless_it_is_shared(line):
    await line.say("alice", "cluster")
    assert (await line.last())[0] == "whisper"
    await line.say("alice", "cluster share")
    assert (await line.last())[0] == "post"
    await line.say("alice", "cluster partager")
    assert (await line.last())[0] == "post"


async def test_what_is_not_there_yet_is_said_honestly(line):
    assert "cannot forecast yet" in await line.say("alice", "forecast")
    assert "pas encore prévoir" in await line.say("alice", "prévision")
    assert "lease extend api01" in await line.say("alice", "lease")


async def test_a_lease_is_extended_by_its_guest_s_name_with_the_checks_of_the_button(flow, line):
    leased = Leased(flow)
    lease = await leased.made(ttl_hours=72)
    assert "api01 has no end date" not in await line.say("alice", "lease extend api01")
    longer = (await leased.kept.all())[0]
    assert longer.ends_at > lease.ends_at
    assert "pas de date de fin" in await line.say("alice", "bail prolonger db01")
    await line.say("dave", "lease extend api01")


async def test_help_is_written_as_one_writes_it_there_and_leaves_out_what_only_admins_may(flow, line):
    told = await line.say("alice", "")
    assert "`/threadform approve RUN`" in told
    assert "freeze" not in told
    line.name = "!tf"
    assert "`!tf abandonner ID raison`" in await line.say("alice", "aide")


async def test_wrong_use_explains_itself(line):
    assert "Did you mean `/threadform status`?" in await line.say("alice", "stauts")
    assert "I cannot list “bobs”" in await line.say("alice", "list bobs")
    assert (await line.last())[0] == "whisper"
