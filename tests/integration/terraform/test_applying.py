"""Applies of saved plans against the lab: what was approved happens, once, and what terraform knows is kept."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from iac.errors import Broken, Refused
from iac.terraform.events import parse_progress
from iac.terraform.holding import is_held
from iac.terraform.state import read_state
from iac.workspace import Workspace
from tests.fixtures.stacks import guest

pytestmark = pytest.mark.terraform
ROOT = Path(__file__).resolve().parents[3]


async def apply(bench, plan, **more):
    return await asyncio.to_thread(bench.apply, plan.digest, **more)


async def built(bench, *guests):
    plan = await bench.plan(*guests)
    applied = await apply(bench, plan)
    assert applied.errors == ()
    return plan


def machine(lab, vmid=1000):
    return lab.lab.world.guests.get(str(vmid))


async def test_an_approved_plan_builds_the_guest_and_reports_each_step(bench, lab):
    plan = await bench.plan(guest())
    heard = []
    applied = await apply(bench, plan, on_event=heard.append)
    assert applied.exit_code == 0
    assert applied.errors == ()
    assert machine(lab).node == "pmox01"
    steps = [found[:2] for found in map(parse_progress, heard) if found]
    address = 'module.vm["api01"].proxmox_virtual_environment_vm.guest'
    assert steps[0] == (address, "started")
    assert steps[-1] == (address, "done")
    serial, body = read_state(bench.directory)
    assert serial > 0
    assert json.loads(body)["serial"] == serial
    assert Workspace(bench.directory).state_file.stat().st_mode & 0o077 == 0


async def test_what_stands_as_planned_is_not_planned_again(bench):
    await built(bench, guest(is_ha=True, pool="staging"))
    assert not (await bench.plan(guest(is_ha=True, pool="staging"))).has_changes


async def test_a_plan_is_never_applied_twice(bench):
    plan = await built(bench, guest())
    with pytest.raises(Broken, match="before"):
        await apply(bench, plan)


async def test_a_plan_file_that_changed_after_the_approval_is_refused(bench, lab):
    plan = await bench.plan(guest())
    path = Workspace(bench.directory).plan_file
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(Refused) as refused:
        await apply(bench, plan)
    assert refused.value.sentence.key == "terraform.plan_changed"
    assert machine(lab) is None
    assert not Workspace(bench.directory).events_file.exists()


async def test_a_plan_file_that_is_gone_is_refused(bench):
    plan = await bench.plan(guest())
    Workspace(bench.directory).plan_file.unlink()
    with pytest.raises(Refused) as refused:
        await apply(bench, plan)
    assert refused.value.sentence.key == "terraform.plan_gone"


async def test_an_empty_digest_approves_nothing(bench, lab):
    await bench.plan(guest())
    with pytest.raises(Refused):
        await asyncio.to_thread(bench.apply, "")
    assert machine(lab) is None


async def test_files_edited_after_the_plan_change_nothing(bench, lab):
    plan = await bench.plan(guest())
    values = bench.directory / "terraform.tfvars.json"
    values.write_text(values.read_text().replace('"cores": 4', '"cores": 32'))
    await apply(bench, plan)
    assert str(machine(lab).config["cores"]) == "4"


async def test_a_change_of_size_says_that_it_waits_for_a_restart_and_restarts_nothing(bench, lab):
    await built(bench, guest())
    started = machine(lab).status
    plan = await bench.plan(guest(cores=8, memory_mb=16384))
    (change,) = plan.changes
    assert change.action == "update"
    assert change.needs_restart == ("cpu.cores", "memory.dedicated")
    assert "~   cpu.cores        = 4 -> 8  # takes effect at the next restart" in plan.diff.splitlines()
    await apply(bench, plan)
    assert machine(lab).status == started


async def test_a_guest_taken_out_of_the_stack_is_planned_as_a_destroy_and_only_that(bench, lab):
    await built(bench, guest(is_ha=True), guest(name="api02", vmid=1001))
    plan = await bench.plan(guest(name="api02", vmid=1001))
    assert plan.counts == {"delete": 2}
    assert plan.changes[-1].name == "api02"
    await apply(bench, plan)
    assert machine(lab) is None
    assert machine(lab, 1001) is not None


async def test_a_guest_that_ha_moved_and_a_person_stopped_is_left_where_it_is(bench, control):
    await built(bench, guest())
    await asyncio.to_thread(control.stop_guest, 1000)
    await asyncio.to_thread(control.move_guest, 1000, "pmox03")
    assert not (await bench.plan(guest())).has_changes


async def test_a_failed_clone_is_told_in_the_clusters_own_words(bench, control):
    plan = await bench.plan(guest())
    await asyncio.to_thread(control.fault, "task_error", "qmclone", text="storage ceph-vm is out of space")
    applied = await apply(bench, plan)
    assert applied.exit_code == 1
    assert any("out of space" in words for words in applied.errors)
    assert not any(bench.credentials.api_token in words for words in applied.errors)


async def test_a_guest_whose_start_failed_is_finished_in_place_not_destroyed(bench, control, lab):
    plan = await bench.plan(guest())
    await asyncio.to_thread(control.fault, "task_error", "qmstart", text="start failed: no room", times=1)
    assert (await apply(bench, plan)).exit_code == 1
    again = await bench.plan(guest())
    assert not {"delete", "replace", "create"} & set(again.counts)
    assert again.state_serial == json.loads(bench.state)["serial"]


async def test_an_apply_asked_to_stop_ends_after_its_step_and_knows_what_it_built(bench, control, lab):
    await asyncio.to_thread(control.pace, 0.5)
    plan = await bench.plan(guest())
    applier = bench.applier()
    running = asyncio.ensure_future(asyncio.to_thread(applier.apply, plan.digest))
    await until(lambda: "1000" in lab.lab.world.guests)
    applier.interrupt()
    applier.interrupt()  # a second wish is not a second signal
    applied = await running
    assert applied.exit_code == 1
    assert "The apply was asked to stop." in applied.errors
    _, body = read_state(bench.directory)
    assert b'"vm_id": 1000' in body


async def test_terraform_stops_gently_when_the_process_that_owns_it_is_killed(bench, control, lab):
    await asyncio.to_thread(control.pace, 0.5)
    plan = await bench.plan(guest())
    code = (
        "import sys; from pathlib import Path; from iac.terraform.toolchain import load;"
        "from iac.terraform.applier import Applier; from iac.terraform.environment import Credentials;"
        "home, binary, where, digest, *key = sys.argv[1:];"
        "key = Credentials(key[0], key[1], Path(key[2]));"
        "Applier(load(Path(home), binary=binary), key, Path(where), 60).apply(digest)"
    )
    c, chain = bench.credentials, bench.toolchain
    argv = [chain.home, chain.binary.path, bench.directory, plan.digest, c.endpoint, c.api_token, c.ca_path]
    owner = await asyncio.to_thread(subprocess.Popen, [sys.executable, "-c", code, *map(str, argv)], cwd=ROOT)
    await until(lambda: "1000" in lab.lab.world.guests)
    os.kill(owner.pid, signal.SIGKILL)
    await asyncio.to_thread(owner.wait)
    assert await asyncio.to_thread(is_held, bench.directory), "terraform has inherited the lock"
    events = Workspace(bench.directory).events_file
    await until(lambda: "apply_complete" in events.read_text() or "apply_errored" in events.read_text())
    await until(lambda: b'"vm_id": 1000' in (read_state(bench.directory) or (0, b""))[1])
    await until(lambda: not is_held(bench.directory))


async def test_a_terraform_that_is_killed_leaves_no_provider_at_work(bench, control, lab):
    await asyncio.to_thread(control.pace, 0.5)
    plan = await bench.plan(guest())
    applier = bench.applier()
    running = asyncio.ensure_future(asyncio.to_thread(applier.apply, plan.digest))
    await until(lambda: "1000" in lab.lab.world.guests)
    assert applier._process is not None
    os.kill(applier._process.pid, signal.SIGKILL)
    applied = await running
    applier.let_go()
    assert applied.exit_code == -signal.SIGKILL
    assert not await asyncio.to_thread(is_held, bench.directory)


async def until(is_true, seconds=120):
    """Poll until it holds."""
    end = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < end, "it never came true"
        await asyncio.sleep(0.02)
