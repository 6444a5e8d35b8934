"""``make chaos`` in short, on both databases and with the death of a machine: the promises hold there too."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.terraform, pytest.mark.redis, pytest.mark.postgres, pytest.mark.timeout(900)]

ROOT = Path(__file__).resolve().parents[3]
RUNS = 12


@pytest.fixture(scope="module")
def told(toolchain):
    """What a short run printed, and how it ended; its logs stay where it broke a promise."""
    env = os.environ | {"CHAOS_RUNS": str(RUNS), "THREADFORM_TOOLS_HOME": str(toolchain.home), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tests.chaos"]
    ran = subprocess.run(command, check=False, cwd=ROOT, env=env, capture_output=True, text=True)
    yield ran
    logs = re.search(r"logs in (\S+)", ran.stdout)
    if ran.returncode == 0 and logs:
        shutil.rmtree(logs.group(1))


def test_no_promise_is_broken_by_a_kill(told):
    assert told.returncode == 0, told.stdout + told.stderr
    assert "BROKEN" not in told.stdout


def test_every_request_was_counted_and_somebody_died_on_both_databases(told):
    (total,) = [line.split() for line in told.stdout.splitlines() if line.startswith("all ")]
    runs, kills, *_ = map(float, total[1:])
    assert runs == RUNS
    assert kills >= RUNS / 2
    for database in ("sqlite", "postgresql"):
        assert re.search(rf"^worker: .*\b{database}\b", told.stdout, re.MULTILINE)


def test_a_machine_died_with_all_it_had(told):
    assert re.search(r"^machine: worker, runner, terraform, disk +postgresql ", told.stdout, re.MULTILINE)
