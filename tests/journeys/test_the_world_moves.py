"""Between the plan and the yes, and in the middle of an apply, the world moves: nothing unsafe, nothing silent."""

import asyncio
import shutil

import pytest

from bot.domain.run import RunState
from tests.fixtures.house import open_house, settings_for
from tests.fixtures.recorder import Recorder, button, can_be_approved, text_of

pytestmark = [pytest.mark.terraform]

ASK = "4c/8g ubuntu 24.04, 60 GB, call it api01"


async def test_a_number_that_was_taken_after_the_plan_means_a_new_plan_with_another(house):
    await house.say("alice", ASK)
    first = await house.planned()
    taken = (await house.runs())[-1].outcome["guests"][0]["vmid"]
    house.lab.take_vmid(taken)
    await house.press("bob", first, "approve")
    second = await house.chat.card("t1", lambda c: button(c, "approve") not in (None, button(first, "approve")))
    assert (await house.runs())[-1].outcome["guests"][0]["vmid"] != taken
    await house.press("bob", second, "approve")
    await house.chat.card("t1", lambda c: c.tone == "good")
    assert [run.state for run in await house.runs()] == [RunState.REFUSED, RunState.APPLIED]


async def test_a_node_that_went_away_after_the_plan_is_named_and_nothing_is_applied(house):
    await house.say("alice", ASK)
    first = await house.planned()
    lost = (await house.runs())[-1].outcome["guests"][0]["node"]
    house.lab.node_offline(lost)
    await house.press("bob", first, "approve")
    await house.chat.card("t1", lambda c: lost in text_of(c) and "Nothing was touched" in text_of(c))
    house.lab.node_online(lost)
    assert "api01" not in await house.machines()


async def test_without_quorum_nothing_is_applied(house):
    await house.say("alice", ASK)
    card = await house.planned()
    house.lab.quorum(is_there=False)
    await house.press("bob", card, "approve")
    said = await house.chat.card("t1", lambda c: "quorum" in text_of(c).lower() and not can_be_approved(c))
    assert "Nothing was touched" in text_of(said)
    house.lab.quorum(is_there=True)
    assert "api01" not in await house.machines()


async def test_a_plan_file_that_was_changed_is_not_applied(house):
    await house.say("alice", ASK)
    card = await house.planned()
    run = (await house.runs())[-1]
    plan = house.settings.home / "runs" / run.id / "plan.tfplan"
    body = bytearray(plan.read_bytes())
    body[len(body) // 2] ^= 1
    plan.write_bytes(bytes(body))
    await house.press("bob", card, "approve")
    await house.chat.card("t1", lambda c: c.tone == "bad" and not can_be_approved(c))
    await house.chat.card("t1", lambda c: button(c, "approve") not in (None, button(card, "approve")))
    assert "api01" not in await house.machines()
    assert [each.state for each in await house.runs()] == [RunState.REFUSED, RunState.PLANNED]


async def test_a_plan_whose_directory_is_gone_is_applied_from_what_was_kept(house):
    await house.say("alice", ASK)
    card = await house.planned()
    shutil.rmtree(house.settings.home / "runs" / (await house.runs())[-1].id)
    await house.press("bob", card, "approve")
    await house.chat.card("t1", lambda c: c.tone == "good")
    assert list(await house.machines()).count("api01") == 1
    assert [run.state for run in await house.runs()] == [RunState.APPLIED]


async def test_a_clone_that_fails_is_told_in_proxmoxs_own_words(house):
    await house.say("alice", ASK)
    card = await house.planned()
    house.lab.fault("task_error", "qmclone", text="clone failed: storage is locked")
    await house.press("bob", card, "approve")
    said = await house.chat.card("t1", lambda c: c.tone == "bad" and not can_be_approved(c))
    assert "storage is locked" in text_of(said)
    assert (await house.runs())[-1].state is RunState.ERRORED


async def test_a_bot_that_restarts_in_the_middle_of_an_apply_reports_it_and_applies_nothing_twice(tmp_path, toolchain):
    chat, settings = Recorder(), settings_for(tmp_path, toolchain)
    # Somebody else's lab process, so that the cluster outlives the bot as a real one does.
    from bot.wiring.standing import lab_home
    from iac.lab.child import start

    lab = start(lab_home(settings), pace=0)
    try:
        async with open_house(settings, chat) as house:
            await house.say("alice", ASK)
            card = await house.planned()
            house.lab.fault("task_hang", "^qmclone$", times=1)
            await house.press("bob", card, "approve")
            while (await house.runs())[-1].state is not RunState.APPLYING:  # noqa: ASYNC110 - a worker moves it
                await asyncio.sleep(0.02)
        async with open_house(settings, chat) as house:
            house.lab.release()
            report = await chat.card("t1", lambda c: c.tone == "good")
            assert "ssh " in text_of(report)
            assert list(await house.machines()).count("api01") == 1
            assert [run.state for run in await house.runs()] == [RunState.APPLIED]
    finally:
        lab.stop()


async def test_a_machine_that_never_becomes_usable_is_reported_as_such(tmp_path, toolchain):
    settings = settings_for(tmp_path, toolchain, usable_seconds=2)
    async with open_house(settings, Recorder()) as house:
        house.lab.fault("agent_silent", times=-1)
        await house.say("alice", ASK)
        await house.press("bob", await house.planned(), "approve")
        await house.chat.card("t1", lambda c: "192.168.10.20" in text_of(c) and c.tone == "bad")
        run = (await house.runs())[-1]
        assert run.state is RunState.APPLIED
        assert "agent" in run.outcome["usable"][0]["missing"]


async def test_a_cloud_init_that_failed_is_on_the_card_in_the_machines_own_words(tmp_path, toolchain):
    async with open_house(settings_for(tmp_path, toolchain), Recorder()) as house:
        house.lab.fault("cloud_init_error", times=-1, text="E: Unable to locate package ngnix")
        await house.say("alice", ASK)
        await house.press("bob", await house.planned(), "approve")
        report = await house.chat.card("t1", lambda c: "ngnix" in text_of(c))
        assert report.tone == "bad"
        assert "text from the machine, not from me" in text_of(report)
        assert "cloud_init_failed" in (await house.runs())[-1].outcome["usable"][0]["missing"]
