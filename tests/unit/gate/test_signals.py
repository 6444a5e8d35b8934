"""The tests may be started in the background of a script, where SIGINT is ignored."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
HEARS = """
import subprocess

def test_a_program_of_a_test_hears_that_it_is_to_stop():
    assert subprocess.run(["sh", "-c", "trap 'exit 7' INT; kill -INT $$; exit 1"]).returncode == 7
"""


def test_what_a_test_starts_hears_an_interrupt_although_whoever_started_the_tests_ignores_it(tmp_path):
    (tmp_path / "test_hears.py").write_text(HEARS)
    alone = ["-c", os.devnull, "-p", "no:cacheprovider", "-p", "no:asyncio", "--rootdir", str(tmp_path), str(tmp_path)]
    words = [sys.executable, "-m", "pytest", "-p", "tests.fixtures.signals", *alone]
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    ran = subprocess.run(
        ["sh", "-c", "trap '' INT; exec \"$@\"", "sh", *words],
        cwd=ROOT,
        env=ours,
        check=False,
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert "1 passed" in ran.stdout, ran.stdout + ran.stderr
