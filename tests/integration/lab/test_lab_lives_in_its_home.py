"""A lab's home: its state survives, its certificates stay, one process serves it, and a child dies with its parent."""

import asyncio
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from iac.errors import Broken
from iac.lab import child
from iac.lab.access import read_access
from iac.lab.server import serve
from tests.integration.lab.pve_client import Pve, until

ROOT = Path(__file__).resolve().parents[3]


async def test_what_was_changed_is_there_after_a_restart(tmp_path):
    async with await serve(tmp_path, pace=0) as lab:
        first, pve = lab.access, Pve.of(lab.access, lab.access.admin_token)
        await pve.put("/nodes/pmox01/qemu/110/config", description="kept", cores=6)
        await pve.done("POST", "/nodes/pmox02/qemu/117/status/start")
        await pve.done("POST", "/nodes/pmox01/qemu/110/snapshot", snapname="before")
        reach = lab.ports.reach()
        await pve.client.aclose()
    async with await serve(tmp_path, pace=0) as lab:
        pve = Pve.of(lab.access, first.admin_token)
        assert (await pve.get("/nodes/pmox01/qemu/110/config"))["description"] == "kept"
        assert {"key": "cores", "value": 4, "pending": 6} in await pve.get("/nodes/pmox01/qemu/110/pending")
        assert (await pve.get("/nodes/pmox02/qemu/117/status/current"))["status"] == "running"
        assert [row["name"] for row in await pve.get("/nodes/pmox01/qemu/110/snapshot")] == ["before", "current"]
        assert lab.ports.reach() == reach
        assert lab.access.ca_path.read_bytes() == first.ca_path.read_bytes()
        await pve.client.aclose()


async def test_a_task_goes_on_after_a_restart(tmp_path):
    async with await serve(tmp_path, pace=0.3) as lab:
        pve = Pve.of(lab.access, lab.access.admin_token)
        upid = await pve.post("/nodes/pmox02/qemu/117/status/start")
        await pve.client.aclose()
    async with await serve(tmp_path, pace=0.3) as lab:
        pve = Pve.of(lab.access, lab.access.admin_token)
        assert await pve.ended(upid) == "OK"
        assert (await pve.get("/nodes/pmox02/qemu/117/status/current"))["status"] == "running"
        await pve.client.aclose()


async def test_only_the_owner_may_read_the_keys(tmp_path):
    async with await serve(tmp_path, pace=0):
        modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert {modes[name] for name in ("lab.json", "world.json", "server.key")} == {0o600}


async def test_two_labs_never_share_a_home(tmp_path):
    async with await serve(tmp_path, pace=0):
        with pytest.raises(Broken, match="already serves"):
            await serve(tmp_path, pace=0)
    async with await serve(tmp_path, pace=0) as lab:
        assert lab.access.endpoint


async def test_damaged_state_is_said_and_never_overwritten(tmp_path):
    (tmp_path / "world.json").write_text('{"cluster": "lab"')
    with pytest.raises(Broken, match="cannot be read"):
        await serve(tmp_path)
    assert (tmp_path / "world.json").read_text() == '{"cluster": "lab"'


async def test_an_address_is_asked_for_before_it_is_known(tmp_path):
    lab = await serve(tmp_path, pace=0)
    lab._access = None
    with pytest.raises(Broken, match="not listen yet"):
        _ = lab.access
    await lab.close()


def test_a_child_is_ready_when_it_is_handed_over_and_leaves_nothing_when_stopped(tmp_path, control):
    child.start(tmp_path, pace=0).stop()
    lab = child.start(tmp_path, pace=0)
    assert control(lab.access).health()
    assert read_access(tmp_path) == lab.access
    lab.stop()
    assert lab.process.returncode == 0
    assert not psutil.pid_exists(lab.access.pid)


def test_a_lab_that_is_already_there_is_adopted_and_left_alone(tmp_path, control):
    first = child.start(tmp_path, pace=0)
    second = child.start(tmp_path, pace=0)
    assert second.access == first.access
    second.stop()
    assert control(first.access).health()
    first.stop()


def test_two_that_start_at_once_share_one_lab(tmp_path):
    with ThreadPoolExecutor() as pool:
        labs = list(pool.map(lambda _: child.start(tmp_path, pace=0), range(3)))
    assert len({lab.access.pid for lab in labs}) == 1
    assert sum(lab.process is not None for lab in labs) == 1
    for lab in labs:
        lab.stop()


def test_a_child_outlives_the_thread_that_started_it(tmp_path, control):
    with ThreadPoolExecutor() as pool:
        lab = pool.submit(child.start, tmp_path, pace=0).result()
    assert control(lab.access).health()
    lab.stop()


def test_a_child_that_cannot_start_says_why(tmp_path):
    (tmp_path / "world.json").write_text("{")
    with pytest.raises(Broken, match="cannot be read"):
        child.start(tmp_path, pace=0)


async def test_a_child_dies_with_its_parent(tmp_path):
    script = (
        "import sys, time; from pathlib import Path; from iac.lab import child;"
        "lab = child.start(Path(sys.argv[1]), pace=0); print(lab.access.pid, flush=True); time.sleep(600)"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    parent = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=subprocess.PIPE)
    pid = int(await asyncio.wait_for(parent.stdout.readline(), 120))
    assert psutil.pid_exists(pid)
    parent.kill()
    await parent.wait()

    async def is_gone():
        return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE

    await until(is_gone)


@pytest.mark.parametrize("wanted", [signal.SIGTERM, signal.SIGINT])
async def test_the_command_prints_its_address_and_ends_cleanly(tmp_path, wanted):
    command = [sys.executable, "-m", "iac.lab", "--home", str(tmp_path), "--pace", "0"]
    lab = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=subprocess.PIPE)
    line = await asyncio.wait_for(lab.stdout.readline(), 120)
    assert line.decode().strip() == read_access(tmp_path).endpoint
    os.kill(lab.pid, wanted)
    assert await asyncio.wait_for(lab.wait(), 120) == 0


def test_the_command_says_why_it_cannot_serve(tmp_path):
    (tmp_path / "world.json").write_text("{")
    command = [sys.executable, "-m", "iac.lab", "--home", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 1
    assert "cannot be read" in done.stderr
    assert "Traceback" not in done.stderr
