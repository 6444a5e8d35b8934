"""A command that nobody wants any more ends: by itself when it can, and always soon."""

import os
import stat
import threading
import time
from pathlib import Path

import pytest

from iac.errors import Broken, TimedOut
from iac.terraform.binary import Binary
from iac.terraform.door import GRACE_SECONDS, Door
from iac.terraform.mirror import Mirror
from iac.terraform.toolchain import Toolchain

DEAF = """trap '' INT; echo $$ > main; sh -c 'echo $$ > c; mv c child; exec sleep 600' & wait"""
CLOCKS = (0.5, 5, 50)
"""Seconds until the clock rings; the longer ones for a machine so busy that the program is not yet deaf by then."""
SOON = 60
"""How long anything here is waited for, in seconds: a busy machine may stall for a while, and never for so long."""
LONG = 300


@pytest.fixture
def door(tmp_path):
    def make(body, grace=0.2):
        path = tmp_path / "terraform"
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        binary = Binary(path, "terraform", "1.9.0", "linux_amd64")
        return Door(Toolchain(tmp_path, binary, Mirror(tmp_path, "host", "linux_amd64")), tmp_path, grace=grace)

    return make


def test_the_clock_ends_a_program_that_hears_no_signal_and_what_it_started(door, tmp_path):
    for seconds in CLOCKS:
        with pytest.raises(TimedOut):
            door(DEAF).cmd("plan", seconds=seconds)
        if (tmp_path / "child").exists():
            break
    assert_gone(tmp_path / "main", tmp_path / "child")


def test_an_interrupted_program_that_hears_no_signal_is_ended_after_its_grace(door, tmp_path):
    way = door(DEAF)
    threading.Thread(target=when_there, args=(tmp_path / "child", way.interrupt)).start()
    began = time.monotonic()
    with pytest.raises(Broken, match="interrupted"):
        way.cmd("plan", seconds=LONG)
    assert time.monotonic() - began >= 0.2
    assert_gone(tmp_path / "main", tmp_path / "child")


def test_the_clock_rings_also_for_one_that_was_interrupted_before_it_rang(door, tmp_path):
    for seconds in CLOCKS:
        way = door(DEAF, grace=seconds + 0.2)
        threading.Thread(target=when_there, args=(tmp_path / "child", way.interrupt)).start()
        with pytest.raises(TimedOut):
            way.cmd("plan", seconds=seconds)
        if (tmp_path / "child").exists():
            break
    assert_gone(tmp_path / "main", tmp_path / "child")


def test_one_that_stops_when_asked_has_its_whole_grace_to_do_so(door, tmp_path):
    tidy = "trap 'touch heard; sleep 0.3; touch tidied; exit 1' INT; touch child; while :; do sleep 0.02; done"
    way = door(tidy, grace=SOON)
    threading.Thread(target=when_there, args=(tmp_path / "child", way.interrupt)).start()
    with pytest.raises(Broken, match="interrupted"):
        way.cmd("plan", seconds=LONG)
    assert {path.name for path in tmp_path.iterdir()} == {"terraform", "child", "heard", "tidied"}


def test_a_wish_to_stop_at_any_instant_of_a_start_is_never_lost(door):
    for step in range(30):
        way, ended = door("exec sleep 600"), list[BaseException]()
        working = threading.Thread(target=run_into, args=(way, ended))
        working.start()
        spin(step * 0.0002)
        way.interrupt()
        working.join(SOON)
        assert not working.is_alive(), f"the wish was lost {step * 0.2:.1f} ms after the start"
        assert isinstance(ended[0], Broken)


def test_an_interrupt_after_the_end_hits_nobody(door):
    way = door("echo done")
    assert way.cmd("plan").printed == b"done\n"
    way.interrupt()
    assert way._process is None


def test_the_usual_grace_is_long_enough_to_be_polite_and_short_enough_to_wait_for():
    assert 2 <= GRACE_SECONDS <= 10


def run_into(way, ended):
    try:
        way.cmd("plan", seconds=LONG)
    except Broken as broken:
        ended.append(broken)


def when_there(path, act):
    end = time.monotonic() + SOON
    while not (path.exists()) and time.monotonic() < end:
        time.sleep(0.01)
    act()


def spin(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


def assert_gone(*files: Path):
    end = time.monotonic() + SOON
    for pid in [int(file.read_text()) for file in files]:
        while is_alive(pid):
            assert time.monotonic() < end, f"{pid} still runs"
            time.sleep(0.02)


def is_alive(pid):
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
