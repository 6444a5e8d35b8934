"""Plans by the real binary and the real provider."""

import asyncio
import json
import stat
import subprocess

import pytest

from iac.errors import Broken
from iac.manifest import render
from iac.plan import digest_of
from iac.terraform.environment import Credentials, for_terraform
from iac.terraform.holding import take_file
from iac.terraform.planner import TerraformPlanner
from iac.terraform.skeleton import warm
from iac.workspace import Workspace, unpack
from tests.fixtures.stacks import guest, stack

NOWHERE = Credentials("https://127.0.0.1:9/", "bot@pve!test=00000000-0000-0000-0000-0000000000aa")

pytestmark = pytest.mark.terraform


async def test_a_new_guest_is_one_create_and_says_what_it_will_be(offline):
    plan = await offline.plan(guest())
    assert plan.counts == {"create": 1}
    assert plan.state_serial == 0
    (change,) = plan.changes
    assert (change.name, change.kind) == ("api01", "proxmox_virtual_environment_vm")
    assert change.after["cpu"][0]["cores"] == 4
    assert change.after["disk"][0]["size"] == 60
    assert change.after["reboot_after_update"] is False
    assert "+   memory.dedicated" in plan.diff


async def test_the_digest_is_of_the_saved_file_and_the_file_is_private(offline):
    plan = await offline.plan(guest())
    workspace = Workspace(offline.directory)
    assert plan.digest == digest_of(workspace.plan_file.read_bytes())
    assert stat.S_IMODE(workspace.plan_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(offline.directory.stat().st_mode) == 0o700


async def test_planning_the_same_run_again_replaces_its_plan(offline):
    await offline.plan(guest())
    again = await offline.planner.plan(offline.run_id, stack(guest(cores=2)), None)
    assert again.changes[0].after["cpu"][0]["cores"] == 2
    assert again.digest == digest_of(Workspace(offline.directory).plan_file.read_bytes())


async def test_a_run_that_several_plan_at_once_gets_whole_plans_one_after_the_other(offline):
    """A worker that was too slow for its claim still plans while the next one begins."""

    async def one(after_s):
        await asyncio.sleep(after_s)
        planner = TerraformPlanner(offline.toolchain, offline.home, NOWHERE)
        return await planner.plan_and_pack("run1", stack(guest()), None)

    plans = await asyncio.gather(*(one(0.3 * n) for n in range(3)))
    for number, (plan, files) in enumerate(plans):
        assert plan.counts == {"create": 1}
        kept = unpack(offline.home / f"kept{number}", files, warm(offline.toolchain))
        assert digest_of(kept.plan_file.read_bytes()) == plan.digest


async def test_whoever_works_on_a_plan_for_too_long_is_waited_for_later(offline):
    held = take_file(offline.home / "run1.planning")
    impatient = TerraformPlanner(offline.toolchain, offline.home, NOWHERE, seconds=0.1)
    with pytest.raises(Broken, match="somebody else plans it") as broken:
        await impatient.plan("run1", stack(guest()), None)
    assert broken.value.is_worth_retrying
    assert not (offline.home / "run1").exists()
    held.let_go()


async def test_a_run_whose_apply_has_begun_is_never_planned_over(offline):
    await offline.plan(guest())
    Workspace(offline.directory).events_file.write_text("")
    with pytest.raises(Broken, match="has begun"):
        await offline.planner.plan(offline.run_id, stack(guest()), None)
    assert Workspace(offline.directory).plan_file.exists()


async def test_terraforms_own_words_reach_the_person(offline):
    with pytest.raises(Broken) as broken:
        await offline.plan(guest(cores=0))
    assert broken.value.act == f"{offline.toolchain.binary.product} plan in 'api01'"
    assert "cores" in broken.value.why


async def test_a_state_that_is_no_state_is_refused_before_terraform_sees_it(offline):
    offline.state = b"{}"
    with pytest.raises(Broken, match="no state"):
        await offline.plan(guest())


async def test_neither_the_endpoint_nor_the_token_is_written_anywhere(toolchain, tmp_path):
    secret = "11111111-2222-3333-4444-555555555555"
    credentials = Credentials("https://pve.example.test:8006/", f"bot@pve!x={secret}")
    planner = TerraformPlanner(toolchain, tmp_path, credentials)
    await planner.plan("r1", stack(guest()), None)
    for path in (p for p in (tmp_path / "r1").rglob("*") if p.is_file() and not p.is_symlink()):
        if path.stat().st_size < 1_000_000:
            body = path.read_bytes()
            assert secret.encode() not in body, path
            assert b"pve.example.test" not in body, path


async def test_the_manifest_is_formatted_valid_and_complete(offline):
    """What a person takes away passes terraform's own judges after a real init."""
    await offline.plan(guest(), guest(name="api02", vmid=1001, address=None, pool="staging"))
    formatted = await asyncio.to_thread(_run, offline, offline.directory, "fmt", "-check", "-recursive")
    validated = await asyncio.to_thread(_run, offline, offline.directory, "validate", "-json")
    assert formatted.returncode == 0, formatted.stdout
    assert json.loads(validated.stdout)["diagnostics"] == []
    assert json.loads(validated.stdout)["valid"] is True
    assert "README.md" in render(stack(guest()))


async def test_the_warm_directory_is_what_a_real_init_makes(offline):
    await offline.plan(guest())
    warm = {
        p.relative_to(offline.directory): _content(p) for p in sorted((offline.directory / ".terraform").rglob("*"))
    }
    lock = Workspace(offline.directory).lock_file.read_bytes()
    fresh = offline.home / "fresh"
    fresh.mkdir()
    for name, body in render(stack(guest())).items():
        (fresh / name).parent.mkdir(parents=True, exist_ok=True)
        (fresh / name).write_bytes(body)
    (fresh / ".terraform.lock.hcl").write_bytes(lock)
    done = await asyncio.to_thread(_run, offline, fresh, "init", "-input=false", "-lockfile=readonly")
    assert done.returncode == 0, done.stderr
    assert {p.relative_to(fresh): _content(p) for p in sorted((fresh / ".terraform").rglob("*"))} == warm
    assert (fresh / ".terraform.lock.hcl").read_bytes() == lock


def _run(bench, directory, *argv):
    binary = str(bench.toolchain.binary.path)
    environment = for_terraform(bench.toolchain.config)
    return subprocess.run([binary, *argv], cwd=directory, env=environment, capture_output=True, text=True, check=False)


def _content(path):
    if path.is_symlink():
        return path.readlink()
    return path.read_bytes() if path.is_file() else None
