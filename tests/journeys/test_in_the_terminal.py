"""The main job without a browser: talked through in a real terminal, and played by the demo."""

import os
import re
import subprocess
import sys

import pytest

from tests.fixtures.terminals import ROOT, terminal

pytestmark = [pytest.mark.terraform]

ASK = "4c/8g ubuntu 24.04, 60 GB, call it api01"


@pytest.fixture
def environment(tmp_path, toolchain):
    return {
        "THREADFORM_HOME": str(tmp_path),
        "THREADFORM_TOOLS_HOME": str(toolchain.home),
        "THREADFORM_LAB_PACE": "0",
        "LANG": "en_GB.UTF-8",
        "TERM": "xterm",
    }


def demo(environment, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "bot", "demo", "--once", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )


def test_two_people_at_one_keyboard_take_a_request_to_its_machine(environment):
    with terminal(["chat"], environment) as desk:
        desk.wait_for("Alice")
        desk.type(ASK)
        card = desk.wait_for("[A]pprove")
        assert "api01: Ubuntu 24.04, 4 cores, 8 GB, 60 GB disk" in card
        assert "cpu.cores" in card
        assert "\x1b" not in desk.text
        desk.type("a")
        assert "only you see this" in desk.wait_for("do not have the right to approve")
        desk.type("/as bob")
        desk.wait_for("Bob")
        desk.type("a")
        report = desk.wait_for("ssh -p ")
        assert "api01 is ready" in report
        assert "192.168.10.20" in report
        desk.type("/quit")
        assert desk.end() == 0
    assert "Traceback" not in desk.text


def test_what_was_built_is_undone_by_typing_its_name(environment):
    with terminal(["chat"], environment) as desk:
        desk.wait_for("Alice")
        desk.type(ASK)
        desk.wait_for("[A]pprove")
        desk.type("/as bob")
        desk.wait_for("Bob")
        desk.type("a")
        desk.wait_for("[U]ndo")
        desk.type("u")
        desk.wait_for("[A]pprove")
        desk.type("/as carol")
        desk.wait_for("Carol")
        desk.type("a")
        asked = desk.wait_for("- Name")
        assert "destroys api01 with all disks" in asked
        assert "only you see this" in asked
        desk.type("api02")
        desk.wait_for("not the name of what would be destroyed")
        desk.wait_for("- Name")
        desk.type("api01")
        desk.wait_for("api01: destroyed")
        desk.type("/quit")
        assert desk.end() == 0
    assert "Traceback" not in desk.text


def test_questions_are_answered_one_by_one_by_number_or_by_what_is_suggested(environment):
    with terminal(["chat"], environment) as desk:
        desk.wait_for("Alice")
        desk.type("I need a debian 12 server called db07")
        desk.wait_for("cores")
        for answer in ("3", "", "1"):
            desk.type(answer)
        card = desk.wait_for("[D]iscard")
        assert "db07: Debian 12, 4 cores, 4 GB, 20 GB disk" in card
        desk.type("d")
        desk.wait_for("db07: discarded")
        desk.type("/quit")
        assert desk.end() == 0


def test_a_demo_that_stops_after_the_job_plays_all_of_it_and_ends_well(environment):
    played = demo(environment, ASK)
    assert played.returncode == 0, played.stdout + played.stderr
    beats = ("Alice> 4c/8g", "1 to create", "cpu.cores", "Bob presses [Approve]", "api01 is ready", "ssh -p ")
    places = [played.stdout.find(beat) for beat in beats]
    assert -1 not in places, played.stdout
    assert places == sorted(places)
    assert re.search(r"Address: 192\.168\.10\.\d+", played.stdout)
    assert played.stderr == ""


def test_a_demo_in_french_is_french_to_the_end(environment):
    played = demo(
        environment, "une VM ubuntu 24.04, 4 coeurs, 8 Go, 60 Go de disque, appelle-la api01", "--approve-as", "Carol"
    )
    assert played.returncode == 0, played.stdout + played.stderr
    assert "api01 est prêt" in played.stdout
    assert "Approuvé par: Carol" in played.stdout


def test_a_request_that_cannot_be_met_ends_the_demo_with_the_reason(environment):
    played = demo(environment, "4000 cores, 8 GB, ubuntu 24.04, 60 GB, call it big01")
    assert played.returncode == 1, played.stdout + played.stderr
    assert "4,000" in played.stdout
    assert "ssh " not in played.stdout


def test_an_approver_nobody_knows_is_said_before_anything_is_played(environment):
    played = demo(environment, ASK, "--approve-as", "mallory")
    assert played.returncode == 1
    assert "mallory" in played.stderr
    assert "Bob" in played.stderr
