"""The one door to the binary: few verbs, one clock, one signal, an environment of its own."""

import signal
import stat
import threading
import time

import pytest

from iac.errors import Broken, TimedOut
from iac.terraform.binary import Binary
from iac.terraform.door import FLAG, VERBS, Door
from iac.terraform.mirror import Mirror, _in_short
from iac.terraform.toolchain import Toolchain


@pytest.fixture
def door(tmp_path):
    """A door to a program that does what the test writes into it."""

    def make(body):
        path = tmp_path / "terraform"
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        binary = Binary(path, "terraform", "1.9.0", "linux_amd64")
        return Door(Toolchain(tmp_path, binary, Mirror(tmp_path, "host", "linux_amd64")), tmp_path)

    return make


@pytest.mark.parametrize("verb", ["apply", "destroy", "state rm", "force-unlock", "login", "console", ""])
def test_only_harmless_verbs_pass(door, verb, tmp_path):
    with pytest.raises(Broken, match="not a command"):
        door(f"touch '{tmp_path}/ran'").cmd(verb)
    assert not (tmp_path / "ran").exists()
    assert verb not in VERBS


def test_a_typing_error_is_never_a_command(door):
    with pytest.raises(AttributeError):
        door("exit 0").destory()


def test_options_become_arguments_and_no_variable_file_sneaks_in(door):
    done = door('for a in "$@"; do echo "$a"; done').cmd("plan", input=False, out="p", json=FLAG)
    assert done.printed.decode().split() == ["plan", "-input=false", "-out=p", "-json"]


def test_it_cannot_be_asked_anything(door):
    done = door("read answer && echo got; echo done").cmd("plan")
    assert done.printed == b"done\n"


def test_exit_code_stream_and_complaints_are_kept_apart(door):
    done = door("""echo '{"type": "version"}'; echo oh >&2; exit 2""").cmd("plan")
    assert (done.code, done.complained) == (2, "oh\n")
    assert [event["type"] for event in done.events] == ["version"]


def test_much_noise_on_both_sides_does_not_block_it(door):
    line = "0123456789" * 4 + "0"
    body = f"i=0; while [ $i -lt 3000 ]; do echo {line}; echo noise-noise-noise-noise >&2; i=$((i+1)); done"
    done = door(body).cmd("show", seconds=300)
    assert len(done.printed) == 3000 * 42
    assert done.complained.count("\n") == 3000


SIGNALLED = """trap 'echo signal >> "$PWD/signals"' INT; touch "$PWD/up"
i=0; while [ ! -s "$PWD/signals" ] && [ $i -lt 2000 ]; do sleep 0.05; i=$((i+1)); done; sleep 0.3; exit 1"""


def test_the_clock_asks_once_and_waits_for_the_end(door, tmp_path):
    for seconds in (1, 10, 60):  # a busy machine may need longer than the first until the program can hear
        with pytest.raises(TimedOut):
            door(SIGNALLED).cmd("plan", seconds=seconds)
        if (tmp_path / "up").exists():
            break
    assert (tmp_path / "signals").read_text() == "signal\n"


@pytest.fixture
def own_signals():
    """What reaches this very process, whoever else listens in it."""
    heard = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: heard.append(number))
    yield heard
    signal.signal(signal.SIGINT, before)


def test_however_often_it_is_interrupted_one_signal_goes_out(door, tmp_path, own_signals):
    way = door(SIGNALLED)
    interrupting = threading.Thread(target=_interrupt_thrice, args=(way, tmp_path / "up"))
    interrupting.start()
    with pytest.raises(Broken, match="interrupted"):
        way.cmd("plan", seconds=300)
    interrupting.join()
    assert (tmp_path / "signals").read_text() == "signal\n"
    assert own_signals == [], "we were not hit ourselves"


def test_a_door_that_was_interrupted_starts_nothing_more(door, tmp_path):
    way = door(f"touch '{tmp_path}/ran'")
    way.interrupt()
    with pytest.raises(Broken, match="interrupted"):
        way.cmd("show")
    assert not (tmp_path / "ran").exists()


def test_attaching_and_letting_go_leave_no_trace(door):
    way = door("env")
    way.attach({"TF_REATTACH_PROVIDERS": "{}"})
    assert b"TF_REATTACH_PROVIDERS={}" in way.cmd("plan").printed
    way.attach({})
    assert b"TF_REATTACH_PROVIDERS" not in way.cmd("plan").printed


def test_terraforms_framed_errors_are_told_in_one_line():
    framed = "\x1b[31m╷\x1b[0m\n\x1b[31m│\x1b[0m \x1b[1mError: \x1b[0mFailed to query\n│ could not connect\n╵"
    assert _in_short(framed) == "Error: Failed to query"
    assert _in_short("") == "no words"


def _interrupt_thrice(way, up):
    end = time.monotonic() + 60
    while not up.exists() and time.monotonic() < end:
        time.sleep(0.01)
    for _ in range(3):
        way.interrupt()
