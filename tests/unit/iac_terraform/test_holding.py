"""Whether somebody still works in a run's directory, asked with real processes."""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import psutil
import pytest

from iac.terraform.holding import is_held, take, was_held


@contextmanager
def started(*argv, **options):
    process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, **options)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def until(is_true, seconds=60.0):
    end = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture
def sleeper(tmp_path):
    """A program by the name of a provider."""
    path = tmp_path / "terraform-provider-proxmox"
    shutil.copy(shutil.which("sleep"), path)
    return str(path)


def test_a_directory_that_nobody_ever_held_is_free_and_tells_so(tmp_path):
    assert not is_held(tmp_path)
    assert not was_held(tmp_path)


def test_one_holds_and_a_second_is_told_to_wait(tmp_path):
    hold = take(tmp_path)
    assert hold is not None
    assert is_held(tmp_path)
    assert take(tmp_path) is None
    hold.let_go()
    assert not is_held(tmp_path)
    assert was_held(tmp_path)


def test_looking_takes_nothing_away_from_whoever_comes_next(tmp_path):
    take(tmp_path).let_go()
    assert not is_held(tmp_path)
    assert take(tmp_path) is not None


def test_what_was_started_by_the_holder_holds_on_when_the_holder_has_gone(tmp_path):
    hold = take(tmp_path)
    with started("sleep", "600", pass_fds=[hold.descriptor]):
        hold.let_go()
        assert is_held(tmp_path)
    assert not is_held(tmp_path)


def test_a_grandchild_holds_on_too(tmp_path):
    hold = take(tmp_path)
    code = "import subprocess, sys; subprocess.run(['sleep', '600'], close_fds=False)"
    with started(sys.executable, "-c", code, pass_fds=[hold.descriptor], start_new_session=True) as parent:
        hold.let_go()
        until(lambda: [child.name() for child in psutil.Process(parent.pid).children()] == ["sleep"])
        parent.kill()
        parent.wait()
        assert is_held(tmp_path)
        os.killpg(parent.pid, signal.SIGKILL)
        until(lambda: not is_held(tmp_path))


def test_a_provider_that_outlived_its_terraform_is_ended(tmp_path, sleeper):
    home = tmp_path / "run"
    hold = take(home)
    with started(sleeper, "600", pass_fds=[hold.descriptor]) as provider:
        hold.let_go()
        assert is_held(home)
        provider.wait(60)
        assert not is_held(home)


def test_a_provider_whose_terraform_lives_is_left_alone(tmp_path, sleeper):
    home = tmp_path / "run"
    hold = take(home)
    with (
        started(sleeper, "600", pass_fds=[hold.descriptor]) as provider,
        started("sleep", "600", pass_fds=[hold.descriptor]),
    ):
        hold.let_go()
        assert is_held(home)
        time.sleep(0.2)
        assert provider.poll() is None
