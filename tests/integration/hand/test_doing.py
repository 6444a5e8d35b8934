"""The hand on the lab: every verb to its end, once; and what it says when that does not come."""

import asyncio
from dataclasses import replace

import pytest

from iac.acts import Deed, digest_of_acts, written
from iac.errors import Broken, ClusterSilent, Refused
from iac.hand.sending import Wire

WEB, RUNNER, BENCH, GITLAB, DB = 111, 115, 117, 110, 112
"""web01, gitlab01 and db01 are under HA; runner01 is not; bench01 is stopped."""


async def test_a_stopped_guest_is_started(hands):
    acted = await hands.done(Deed("start", "bench01"))
    assert acted.is_good
    assert [done.word for done in acted.done] == ["done"]
    assert acted.done[0].task.startswith("UPID:pmox02:")
    assert (await hands.seen(BENCH))[BENCH].is_running


@pytest.mark.parametrize("verb", ["shutdown", "stop"])
async def test_a_running_guest_is_stopped(hands, verb):
    assert (await hands.done(Deed(verb, "runner01"))).is_good
    assert not (await hands.seen(RUNNER))[RUNNER].is_running


@pytest.mark.parametrize("verb", ["reboot", "reset"])
async def test_a_guest_that_is_restarted_runs_again(hands, verb):
    acted = await hands.done(Deed(verb, "runner01"))
    assert acted.is_good, acted
    assert (await hands.seen(RUNNER))[RUNNER].is_running


@pytest.mark.parametrize(("verb", "is_running"), [("shutdown", False), ("reboot", True)])
async def test_a_guest_under_ha_gets_its_power_from_ha(hands, verb, is_running):
    acted = await hands.done(Deed(verb, "web01"))
    assert acted.is_good, acted
    assert (await hands.seen(WEB))[WEB].is_running is is_running
    if verb == "shutdown":
        assert await hands.changes() == [("PUT", "/cluster/ha/resources/vm:111")]


async def test_snapshots_are_taken_gone_back_to_and_forgotten(hands):
    assert (await hands.done(Deed("snapshot_create", "runner01", snapshot="before", has_memory=True))).is_good
    kept = (await hands.seen(RUNNER))[RUNNER].kept("before")
    assert kept is not None
    assert kept.has_memory
    assert "run r1" in kept.description
    assert (await hands.done(Deed("snapshot_rollback", "runner01"))).is_good
    assert (await hands.seen(RUNNER))[RUNNER].is_running
    assert (await hands.done(Deed("snapshot_delete", "runner01", snapshot="before"))).is_good
    assert (await hands.seen(RUNNER))[RUNNER].snapshots == ()


async def test_a_running_guest_moves_without_stopping(hands):
    assert (await hands.done(Deed("migrate", "runner01", "pmox01"))).is_good
    seen = (await hands.seen(RUNNER))[RUNNER]
    assert (seen.guest.node, seen.is_running) == ("pmox01", True)


async def test_a_guest_under_ha_is_moved_by_ha_and_followed_to_its_node(hands):
    acted = await hands.done(Deed("migrate", "web01", "pmox02"))
    assert acted.is_good, acted
    assert (await hands.seen(WEB))[WEB].guest.node == "pmox02"


async def test_a_drained_node_has_no_running_guest_left(hands):
    plan = await hands.planned(Deed("drain", node="pmox03"))
    acted = await asyncio.to_thread(hands.doer(plan).apply, plan.digest)
    assert acted.is_good, acted
    there = (await hands.seen(114, 115, 116)).values()
    assert not [seen for seen in there if seen.guest.node == "pmox03" and seen.is_running]


async def test_a_backup_lies_on_shared_storage_and_names_its_run(hands):
    assert (await hands.done(Deed("backup", "runner01"))).is_good
    backups = (await hands.lab.do("state"))["backups"]
    assert [(b["vmid"], b["volid"].partition(":")[0]) for b in backups] == [(RUNNER, "cephfs")]
    assert "run r1" in backups[0]["notes"]


async def test_protection_and_high_availability_come_and_go(hands):
    assert (await hands.done(Deed("protect", "runner01"), Deed("ha_on", "runner01"))).is_good
    seen = (await hands.seen(RUNNER))[RUNNER]
    assert (seen.is_protected, seen.is_in_ha) == (True, True)
    assert (await hands.done(Deed("unprotect", "runner01"), Deed("ha_off", "runner01"))).is_good
    seen = (await hands.seen(RUNNER))[RUNNER]
    assert (seen.is_protected, seen.is_in_ha) == (False, False)


async def test_what_came_about_meanwhile_is_not_done_again(hands):
    plan = await hands.planned(Deed("start", "bench01"))
    await hands.lab.do("start_guest", BENCH)
    acted = await asyncio.to_thread(hands.doer(plan).apply, plan.digest)
    assert (acted.is_good, acted.done[0].text, acted.done[0].task) == (True, "so already", "")


async def test_a_guest_that_was_moved_since_is_left_alone(hands):
    plan = await hands.planned(Deed("reboot", "runner01"))
    await hands.lab.do("move_guest", RUNNER, "pmox01")
    acted = await asyncio.to_thread(hands.doer(plan).apply, plan.digest)
    assert not acted.is_good
    assert "pmox01" in acted.errors[0]


@pytest.mark.parametrize("verb", ["snapshot_rollback", "snapshot_delete"])
async def test_a_snapshot_that_was_taken_again_since_is_left_alone(hands, verb):
    await hands.done(Deed("snapshot_create", "runner01", snapshot="before"))
    plan = await hands.planned(Deed(verb, "runner01"))
    older = replace(plan.steps[0].deed, taken_at=plan.steps[0].deed.taken_at - 1)
    plan = replace(plan, steps=(replace(plan.steps[0], deed=older),))
    await hands.changes()
    acted = await asyncio.to_thread(hands.doer(plan).apply, digest_of_acts(written(plan.steps)))
    assert "before of runner01 is not the one" in acted.errors[0]
    assert await hands.changes() == []


async def test_a_guest_that_is_gone_is_said_to_be_gone(hands):
    plan = await hands.planned(Deed("snapshot_create", "runner01"))
    await hands.lab.do("remove_guest", RUNNER)
    acted = await asyncio.to_thread(hands.doer(plan).apply, plan.digest)
    assert "not there any more" in acted.errors[0]


async def test_what_comes_after_a_failure_is_not_begun(hands):
    plan = await hands.planned(Deed("reboot", "runner01"), Deed("start", "bench01"))
    await hands.lab.do("stop_guest", RUNNER)
    acted = await asyncio.to_thread(hands.doer(plan).apply, plan.digest)
    assert [done.word for done in acted.done] == ["failed"]
    assert "not running" in acted.errors[0]
    assert not (await hands.seen(BENCH))[BENCH].is_running


async def test_acts_that_were_begun_are_never_begun_again(hands):
    plan = await hands.planned(Deed("reboot", "runner01"))
    doer = hands.doer(plan)
    assert (await asyncio.to_thread(doer.apply, plan.digest)).is_good
    with pytest.raises(Broken):
        await asyncio.to_thread(doer.apply, plan.digest)
    assert await hands.changes() == [("POST", f"/nodes/pmox03/qemu/{RUNNER}/status/reboot")]


async def test_only_what_was_approved_is_done(hands):
    plan, other = await hands.planned(Deed("reboot", "runner01")), await hands.planned(Deed("stop", "runner01"))
    doer = hands.doer(plan)
    (doer.directory / "acts.json").write_bytes(written(other.steps))
    with pytest.raises(Refused) as no:
        await asyncio.to_thread(doer.apply, plan.digest)
    assert no.value.sentence.key == "acts.plan_changed"
    (doer.directory / "acts.json").unlink()
    with pytest.raises(Refused) as no:
        await asyncio.to_thread(doer.apply, plan.digest)
    assert no.value.sentence.key == "acts.plan_gone"


async def test_a_stop_lets_the_step_under_way_end_and_begins_no_other(hands):
    plan = await hands.planned(Deed("start", "bench01"), Deed("reboot", "runner01"))
    doer = hands.doer(plan)
    doer.interrupt()
    acted = await asyncio.to_thread(doer.apply, plan.digest)
    assert (acted.is_good, acted.done) == (False, ())


async def test_every_word_is_on_disk_as_it_is_said(hands):
    plan = await hands.planned(Deed("start", "bench01"))
    doer = hands.doer(plan)
    await asyncio.to_thread(doer.apply, plan.digest)
    words = list(doer.journal.read())
    assert [done.word for done in words if done.word != "going"] == ["started", "done"]
    assert words[0].text == plan.steps[0].call.line


async def test_a_task_that_ends_with_an_error_is_told_in_its_own_words(hands):
    await hands.lab.do("fault", "task_error", "qmsnapshot", text="snapshot feature is not available")
    acted = await hands.done(Deed("snapshot_create", "runner01"))
    assert not acted.is_good
    assert "snapshot feature is not available" in acted.errors[0]


async def test_warnings_are_no_failure_and_are_told(hands):
    await hands.lab.do("fault", "task_error", "qmreboot", text="WARNINGS: 1")
    acted = await hands.done(Deed("reboot", "runner01"))
    assert acted.is_good
    assert acted.done[0].text.startswith("WARNINGS: 1")


async def test_a_task_that_never_ends_is_named_when_the_time_is_over(hands):
    await hands.lab.do("fault", "task_hang", "qmreboot")
    plan = await hands.planned(Deed("reboot", "runner01"))
    acted = await asyncio.to_thread(hands.doer(plan, seconds=4.0).apply, plan.digest)
    assert not acted.is_good
    assert acted.done[0].task.startswith("UPID:pmox03:")
    assert acted.done[0].task in acted.errors[0]


async def test_a_call_that_never_arrived_is_not_sent_again_and_is_said(hands):
    await hands.lab.do("fault", "close", "/status/reboot", method="POST")
    plan = await hands.planned(Deed("reboot", "runner01"))
    acted = await asyncio.to_thread(hands.doer(plan, silent_s=0.0).apply, plan.digest)
    assert "no task was found" in acted.errors[0]
    assert len(await hands.changes()) <= 1


class Deaf(Wire):
    """Its calls arrive, and no answer to them comes back."""

    async def send(self, act):
        await super().send(act)
        raise ClusterSilent(act.line, "the connection was lost")


@pytest.mark.parametrize("deed", [Deed("reboot", "runner01"), Deed("start", "bench01"), Deed("shutdown", "web01")])
async def test_a_call_whose_answer_was_lost_is_found_again_and_followed(hands, deed):
    plan = await hands.planned(deed)
    acted = await asyncio.to_thread(hands.doer(plan, wire_of=Deaf).apply, plan.digest)
    assert acted.is_good, acted
    assert len(await hands.changes()) == 1
