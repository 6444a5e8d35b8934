"""A suite of its own, whose tests leave things open: who fails for it, and who does not."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SHARED = """
import socket, threading
kept, goes, ended = [], threading.Event(), threading.Event()
"""

FIRST = """
import asyncio, socket, threading
import pytest
import shared

def test_drops_a_socket_at_once():
    socket.socket()

def test_drops_a_socket_in_a_circle():
    circle = [socket.socket()]
    circle.append(circle)

async def nothing():
    pass

def test_forgets_to_await():
    nothing()

def test_closes_what_it_opens():
    with socket.socket():
        pass

@pytest.fixture(scope="module")
def of_the_file():
    with socket.socket() as one:
        yield one

def test_uses_a_socket_of_its_file(of_the_file):
    assert of_the_file.fileno() > 0

def test_leaves_a_thread_that_holds_a_socket():
    def hold():
        one = socket.socket()
        shared.kept.append(one.fileno())
        shared.goes.wait(60)
        del one
        shared.ended.set()
    threading.Thread(target=hold).start()

def test_is_innocent_while_the_thread_lets_go():
    shared.goes.set()
    assert shared.ended.wait(60)

def test_lends_a_socket_to_whoever_comes_later():
    shared.kept.append(socket.socket())

def test_loses_a_socket_of_another_test_of_its_file():
    shared.also = socket.socket()

def test_is_last(of_the_file):
    del shared.also
"""

SECOND = """
import gc
import threading
import shared

def test_is_innocent_although_it_drops_what_another_file_opened():
    shared.kept.clear()

def test_has_a_thread_that_breaks():
    thread = threading.Thread(target=lambda: 1 / 0)
    thread.start()
    thread.join()

def test_comes_after_all():
    gc.collect()
"""

INI = """
[pytest]
filterwarnings = error
addopts = --import-mode=importlib -p no:cacheprovider
pythonpath = .
asyncio_default_fixture_loop_scope = function
"""


@pytest.fixture(scope="module", params=["alone", "with workers"])
def said(request, tmp_path_factory):
    """What pytest says about that suite."""
    home: Path = tmp_path_factory.mktemp("suite")
    files = {"pytest.ini": INI, "shared.py": SHARED, "test_first.py": FIRST, "test_second.py": SECOND}
    for name, text in files.items():
        (home / name).write_text(text, encoding="utf-8")
    workers = ["-n", "1", "--dist", "loadfile"] if request.param == "with workers" else ["-p", "no:xdist"]
    words = [sys.executable, "-m", "pytest", "-p", "tests.fixtures.left_open", "-p", "no:hypothesispytest", "-rfE"]
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    ran = subprocess.run(
        [*words, *workers, "--rootdir", home, home],
        cwd=ROOT,
        env=ours,
        check=False,
        capture_output=True,
        text=True,
        timeout=280,
    )
    return ran.stdout + ran.stderr


def failed(said):
    return set(re.findall(r"^(?:FAILED|ERROR) \S+::(\w+)", said, re.MULTILINE))


def strays(said):
    told = said.partition("LEFT OPEN")[2]
    return re.findall(r"^left by \S+::(\w+)\n  came up in the time of \S+::(\w+)$", told, re.MULTILINE)


def test_a_test_that_leaves_something_open_fails_itself_and_no_innocent_one_does(said):
    assert failed(said) == {
        "test_drops_a_socket_at_once",
        "test_drops_a_socket_in_a_circle",
        "test_forgets_to_await",
        "test_is_last",
        "test_has_a_thread_that_breaks",
    }, said


def test_within_a_file_whoever_fails_for_another_says_for_whom(said):
    of_the_last = said.partition("_ test_is_last _")[2]
    named = r"\s*_*\s*(\[gw0\].*\s+)?left by \S*test_first.py::test_loses_a_socket_of_another_test_of_its_file\n"
    assert re.match(named, of_the_last), of_the_last


def test_what_comes_up_by_chance_is_told_loudly_under_the_name_of_who_left_it(said):
    assert "LEFT OPEN: 2, and no test failed for it" in said, said
    assert strays(said) == [
        ("test_leaves_a_thread_that_holds_a_socket", "test_is_innocent_while_the_thread_lets_go"),
        (
            "test_lends_a_socket_to_whoever_comes_later",
            "test_is_innocent_although_it_drops_what_another_file_opened",
        ),
    ]
