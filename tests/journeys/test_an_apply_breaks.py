"""An apply is stopped, or its processes are killed: what exists is known, said, and can be finished or undone."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import time
from pathlib import Path

import pytest

from bot.domain.outcome import parse_outcome
from bot.domain.run import RunState
from bot.store.stacks import SqlStacks, Vault
from bot.wiring.keys import state_key
from tests.fixtures.house import open_house, settings_for
from tests.fixtures.recorder import Recorder, button, text_of

pytestmark = [pytest.mark.terraform, pytest.mark.timeout(240)]

ASK = "4c/8g ubuntu 24.04, 60 GB, call it api01"


@pytest.fixture
async def slow(tmp_path, toolchain):
    """A product whose cluster takes its time, and which misses a sign of life after five seconds."""
    async with open_house(settings_for(tmp_path, toolchain, lab_pace=0.4, beat_seconds=5), Recorder()) as house:
        yield house


async def until(is_true, seconds=120.0):
    end = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < end, "it never came true"
        await asyncio.sleep(0.02)


async def begun(house):
    """An apply in the middle of its clone; the run, and its directory."""
    await house.say("alice", ASK)
    await house.press("bob", await house.planned(), "approve")
    run = (await house.runs())[-1]
    directory = house.settings.home / "runs" / run.id
    await until(lambda: "apply_start" in _read(directory / "apply.jsonl"))
    for _ in range(2400):
        if "api01" in await house.machines():
            return run, directory
        await asyncio.sleep(0.05)
    raise AssertionError("the clone never began")


def _read(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def holders(directory):
    """The processes that hold the lock of a run's directory, by program."""
    lock, found = str((directory / "apply.lock").resolve()), {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            held = any(str(fd.readlink()) == lock for fd in (entry / "fd").iterdir())
            name = (entry / "exe").readlink().name
        except OSError:
            continue
        if held:
            found[int(entry.name)] = name
    return found


def kill(directory, chosen=lambda _name: True):
    for pid, name in holders(directory).items():
        if chosen(name):
            with contextlib.suppress(ProcessLookupError):  # terraform ends by itself as soon as its runner is gone
                os.kill(pid, signal.SIGKILL)


async def known(house, run):
    kept = await SqlStacks(house.app.database, Vault(state_key(house.settings))).state(run.stack_id)
    resources = json.loads(kept[1])["resources"] if kept else []
    return {i["attributes"].get("name") for r in resources for i in r["instances"]}


async def test_a_whole_machine_dies_and_its_guest_is_found_finished_and_undone(slow):
    run, directory = await begun(slow)
    kill(directory)
    await until(lambda: not holders(directory))
    shutil.rmtree(directory)
    card = await slow.chat.card("t1", lambda c: button(c, "finish") is not None)
    assert "Exists now: api01" in text_of(card)
    assert "api01" in await known(slow, run)
    await slow.press("alice", card, "finish")
    rest = await slow.planned()
    assert "terraform will destroy" not in text_of(rest).lower()
    await slow.press("bob", rest, "approve")
    done = await slow.chat.card("t1", lambda c: c.tone == "good" and "ssh " in text_of(c))
    assert list(await slow.machines()).count("api01") == 1
    assert [r.state for r in await slow.runs()] == [RunState.ERRORED, RunState.APPLIED]
    assert button(done, "undo") is not None


async def killed_as_it_begins(house, card):
    """Finish, approved, and killed with all it has as soon as terraform begins to work; the card of what is left."""
    seen = {run.id for run in await house.runs()}
    await house.press("alice", card, "finish")
    await house.press("bob", await house.planned(), "approve")
    run = next(run for run in await house.runs() if run.id not in seen)
    directory = house.settings.home / "runs" / run.id
    await until(lambda: "apply_start" in _read(directory / "apply.jsonl"))
    kill(directory)
    await until(lambda: not holders(directory))
    return await house.chat.card("t1", lambda c: run.id in (button(c, "finish") or ""))


async def test_a_half_made_guest_whose_finish_is_killed_too_is_finished_all_the_same(slow):
    _, directory = await begun(slow)
    kill(directory)
    card = await slow.chat.card("t1", lambda c: button(c, "finish") is not None)
    card = await killed_as_it_begins(slow, card)
    (api01,) = [guest for guest in slow.lab.state()["guests"].values() if guest["config"].get("name") == "api01"]
    assert api01["status"] == "stopped"
    await slow.press("alice", card, "finish")
    rest = await slow.planned()
    assert "terraform will destroy" not in text_of(rest).lower()
    await slow.press("bob", rest, "approve")
    await slow.chat.card("t1", lambda c: c.tone == "good" and "ssh " in text_of(c))
    assert [r.state for r in await slow.runs()] == [RunState.ERRORED, RunState.ERRORED, RunState.APPLIED]


async def test_a_runner_that_is_killed_leaves_terraform_to_end_its_step_and_nothing_is_lost(slow):
    run, directory = await begun(slow)
    kill(directory, lambda name: name.startswith("python"))
    card = await slow.chat.card("t1", lambda c: button(c, "finish") is not None)
    assert "Exists now: api01" in text_of(card)
    assert "api01" in await known(slow, run)
    await until(lambda: not holders(directory))
    assert len(await slow.runs()) == 1


async def test_a_terraform_that_is_killed_alone_leaves_no_guest_that_nobody_knows(slow):
    run, directory = await begun(slow)
    kill(directory, lambda name: name in ("terraform", "tofu"))
    card = await slow.chat.card("t1", lambda c: button(c, "finish") is not None)
    assert "Exists now: api01" in text_of(card)
    assert "api01" in await known(slow, run)
    await until(lambda: not holders(directory))


async def test_a_stop_ends_after_the_present_step_and_says_who_and_what_exists(slow):
    run, directory = await begun(slow)
    running = await slow.chat.card("t1", lambda c: button(c, "stop") is not None)
    for _ in range(50):
        await slow.press("alice", running, "stop")
    card = await slow.chat.card("t1", lambda c: button(c, "finish") is not None)
    assert "Alice stopped the apply" in text_of(card)
    assert "Exists now: api01" in text_of(card)
    ended = (await slow.runs())[-1]
    assert "The apply was asked to stop." in parse_outcome(ended.outcome).ending.errors
    assert "api01" in await known(slow, run)
    assert _read(directory / "apply.jsonl").count("Two interrupts received") == 0
