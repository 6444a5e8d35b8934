"""Carol leaves: a stack comes out as plain files, and terraform alone finds nothing to change."""

import asyncio
import os
import subprocess
import sys

import pytest

from bot.wiring.standing import credentials
from iac.terraform.environment import for_terraform

pytestmark = [pytest.mark.terraform]


async def threadform(house, *argv):
    env = {name: value for name, value in os.environ.items() if not name.startswith("THREADFORM_")}
    env |= {"THREADFORM_HOME": str(house.settings.home)}
    line = [sys.executable, "-m", "bot", *map(str, argv)]
    return await asyncio.to_thread(subprocess.run, line, env=env, capture_output=True, text=True, check=False)


async def terraform(house, toolchain, directory, *argv):
    env = for_terraform(toolchain.config, credentials(house.settings))
    line = [str(toolchain.binary.path), *argv]
    return await asyncio.to_thread(subprocess.run, line, cwd=directory, env=env, capture_output=True, text=True)


@pytest.fixture
async def built(house):
    await house.say("alice", "4c/8g ubuntu 24.04, 60 GB, call it api01")
    await house.press("bob", await house.planned(), "approve")
    await house.chat.card("t1", lambda c: c.tone == "good")
    return house


async def test_an_exported_stack_runs_with_terraform_alone_and_shows_no_changes(built, toolchain, tmp_path):
    out = tmp_path / "out"
    exported = await threadform(built, "stack", "export", "api01", out)
    assert exported.returncode == 0, exported.stderr
    assert (out / "terraform.tfstate").stat().st_mode & 0o077 == 0
    begun = await terraform(built, toolchain, out, "init", "-input=false", "-no-color")
    assert begun.returncode == 0, begun.stderr
    planned = await terraform(built, toolchain, out, "plan", "-input=false", "-no-color", "-detailed-exitcode")
    assert planned.returncode == 0, planned.stdout + planned.stderr


async def test_a_directory_that_holds_something_is_not_written_into(built, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine.txt").write_text("mine")
    refused = await threadform(built, "stack", "export", "api01", out)
    assert refused.returncode == 1
    assert "not an empty directory" in refused.stderr
    assert [path.name for path in out.iterdir()] == ["mine.txt"]


async def test_versions_are_listed_shown_compared_and_restored(built):
    assert "api01" in (await threadform(built, "stack", "list")).stdout
    listed = (await threadform(built, "state", "list", "api01")).stdout.splitlines()[1:]
    first, last = listed[0].split()[0], listed[-1].split()[0]
    shown = await threadform(built, "state", "show", "t1")
    assert "api01 (VMID 1000 on" in shown.stdout
    assert (await threadform(built, "state", "diff", "api01", first, last)).returncode == 0
    restored = await threadform(built, "state", "restore", "api01", last)
    assert restored.returncode == 0, restored.stderr
    assert len((await threadform(built, "state", "list", "api01")).stdout.splitlines()) == len(listed) + 2
    unknown = await threadform(built, "state", "show", "nobody")
    assert unknown.returncode == 1
    assert "I know no stack" in unknown.stderr
