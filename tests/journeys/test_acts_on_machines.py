"""Acts on machines that stand, from a sentence to the report: the lab, the real runner and its hand, en et fr."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from bot.domain.outcome import parse_outcome
from bot.domain.run import RunState
from tests.fixtures.house import open_house, settings_for
from tests.fixtures.recorder import Recorder, form_of, text_of

pytestmark = [pytest.mark.terraform]


async def approved(house, thread="t1", who="carol"):
    card = await house.planned(thread)
    await house.press(who, card, "approve", thread)
    return card


async def test_a_machine_is_restarted_by_exactly_the_call_that_was_approved(house):
    await house.say("alice", "restart runner01")
    card = await house.planned()
    said = text_of(card)
    assert "interrupts runner01" in said
    assert "POST /nodes/pmox03/qemu/115/status/reboot timeout=180" in said
    assert "Carol" in said

    await house.press("bob", card, "approve")
    told = await house.chat.whisper_to("bob")
    assert "interrupts runner01" in text_of(told)

    await house.press("carol", card, "approve")
    report = await house.chat.card("t1", lambda c: c.tone == "good")
    assert "restart **runner01**" in text_of(report)
    assert "Carol" in text_of(report)
    assert [run.state for run in await house.runs()] == [RunState.APPLIED]


async def test_un_instantane_est_pris_puis_ramene_en_francais(house):
    await house.say("alice", "prends un instantané de runner01 nommé propre")
    card = await house.planned()
    assert "Aucune machine en marche" in text_of(card)
    await house.press("bob", card, "approve")
    await house.chat.card("t1", lambda c: c.tone == "good")

    await house.say("alice", "ramène runner01 à l'instantané propre", thread="t2")
    card = await house.planned("t2")
    assert "une perte" in card.title
    await house.press("carol", card, "approve", "t2")
    asked = await house.chat.whisper_to("carol")
    form = form_of(asked)
    await house.fill("carol", form.id, {"names": "runner01"}, "t2")
    report = await house.chat.card("t2", lambda c: c.tone == "good")
    assert "instantané propre" in text_of(report)


async def test_acts_of_one_message_are_done_in_their_order_each_where_ha_wants_it(house):
    await house.say("alice", "move web01 to pmox02, back up runner01 and then start bench01")
    card = await house.planned()
    said = text_of(card)
    assert "POST /cluster/ha/resources/vm:111/migrate node=pmox02" in said
    assert "POST /nodes/pmox03/vzdump vmid=115 storage=cephfs" in said
    assert "No running machine is interrupted" in said
    await house.press("bob", card, "approve")
    report = await house.chat.card("t1", lambda c: c.tone == "good")
    assert text_of(report).index("move **web01**") < text_of(report).index("start **bench01**")
    guests = house.lab.state()["guests"]
    assert (guests["111"]["node"], guests["117"]["status"]) == ("pmox02", "running")


async def test_une_machine_deplacee_entre_le_plan_et_le_oui_donne_une_nouvelle_carte(house):
    await house.say("alice", "sauvegarde runner01")
    first = await house.planned()
    house.lab.move_guest(115, "pmox01")
    await house.press("bob", first, "approve")
    second = await house.chat.card("t1", lambda c: "POST /nodes/pmox01/vzdump" in text_of(c))
    await house.press("bob", second, "approve")
    await house.chat.card("t1", lambda c: c.tone == "good")
    assert [run.state for run in await house.runs()] == [RunState.REFUSED, RunState.APPLIED]
    assert len(house.lab.state()["backups"]) == 1


def holder_of(directory: Path) -> int:
    """The process that works in a run's directory."""
    lock = str((directory / "apply.lock").resolve())
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if any(str(fd.readlink()) == lock for fd in (entry / "fd").iterdir()):
                return int(entry.name)
        except OSError:
            continue
    raise AssertionError("nobody works there")


def _read(journal: Path) -> str:
    return journal.read_text() if journal.exists() else ""


async def said_in(journal: Path, words: str) -> None:
    """As soon as these words are on disk."""
    for _ in range(6000):
        if words in _read(journal):
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"{words} was never written")


async def test_a_runner_that_is_killed_between_two_calls_repeats_nothing(tmp_path, toolchain):
    async with open_house(settings_for(tmp_path, toolchain, beat_seconds=5), Recorder()) as house:
        house.lab.fault("task_hang", "qmreboot")
        await house.say("alice", "snapshot runner01 and call it before1, then restart it")
        await house.press("carol", await house.planned(), "approve")
        run = (await house.runs())[-1]
        journal = house.settings.home / "runs" / run.id / "acts.jsonl"
        await said_in(journal, "status/reboot")
        os.kill(holder_of(journal.parent), signal.SIGKILL)
        said = await house.chat.card("t1", lambda c: "nothing shows whether" in text_of(c))
        assert "done. `POST /nodes/pmox03/qemu/115/snapshot" in text_of(said)
        ended = (await house.runs())[-1]
        assert (ended.id, ended.state) == (run.id, RunState.ERRORED)
        assert parse_outcome(ended.outcome).ending is None
        assert len(house.lab.state()["guests"]["115"]["snapshots"]) == 1
