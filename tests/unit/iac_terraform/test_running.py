"""Subprocesses under one wall clock."""

import sys
import time
from pathlib import Path

import pytest

from iac.errors import Broken, TimedOut
from iac.terraform import running
from iac.terraform.environment import inherited
from iac.terraform.running import Command, run


def python(code, tmp_path, seconds=20.0):
    return Command("counting", [sys.executable, "-c", code], tmp_path, inherited(), seconds)


def test_what_it_printed_comes_back(tmp_path):
    assert run(python("print('hello')", tmp_path)) == "hello\n"


def test_a_failure_names_the_act_and_the_programs_own_words(tmp_path):
    with pytest.raises(Broken) as broken:
        run(python("import sys; sys.exit('no such thing')", tmp_path))
    assert (broken.value.act, broken.value.why) == ("counting", "no such thing")


def test_a_silent_failure_tells_its_exit_code(tmp_path):
    with pytest.raises(Broken, match="exit code 7"):
        run(python("raise SystemExit(7)", tmp_path))


def test_a_program_that_is_not_there_is_a_failure_of_that_act(tmp_path):
    with pytest.raises(Broken, match="counting"):
        run(Command("counting", [str(tmp_path / "nothing")], tmp_path, {}, 1))


def test_the_wall_clock_ends_it_and_everything_it_started(tmp_path):
    code = (
        "import subprocess, sys, time, pathlib;"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
        "pathlib.Path('c').write_text(str(child.pid)); pathlib.Path('c').rename('child'); time.sleep(600)"
    )
    for seconds in (1.5, 10, 60):  # a busy machine may need longer than the first until there is a child
        with pytest.raises(TimedOut):
            run(python(code, tmp_path, seconds=seconds))
        if (tmp_path / "child").exists():
            break
    child = int((tmp_path / "child").read_text())
    end = time.monotonic() + 60
    while _is_alive(child):
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_long_step_never_falls_silent(tmp_path):
    assert running.SAY_EVERY_S < 10, "a progress line at least every ten seconds"
    heard = []
    command = python("import os, time\nwhile not os.path.exists('heard'): time.sleep(0.02)", tmp_path, seconds=120)

    def say(line):
        heard.append(line)
        if len(heard) == 2:
            (tmp_path / "heard").touch()

    with (tmp_path / "said").open("wb") as sink:
        process = running._start(command, sink, sink)
        running._wait(process, command, say, say_every_s=0.2)
    assert len(heard) >= 2
    assert all(line.startswith("counting: ") and "at most 120 s" in line for line in heard)


def test_what_is_not_text_does_not_break_it(tmp_path):
    assert "\N{REPLACEMENT CHARACTER}" in run(python("import os; os.write(1, b'\\xff')", tmp_path))


def _is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
