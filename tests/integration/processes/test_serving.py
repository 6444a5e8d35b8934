"""A served product meets what happens to servers: a port that is taken, a memory that is killed."""

import contextlib
import os
import signal
import socket

import httpx
import psutil
import pytest

from bot.domain.run import RunState
from tests.fixtures.commands import belonging_to, until

pytestmark = [pytest.mark.terraform]


def test_a_port_that_is_taken_is_a_sentence_and_leaves_nothing_behind(shell):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        served = shell.start("serve", THREADFORM_WEB_PORT=str(port))
        assert served.process.wait(240) == 1
    assert f"127.0.0.1:{port}" in served.said
    assert "THREADFORM_WEB_PORT" in served.said
    assert "Traceback" not in served.said
    until(lambda: belonging_to(shell.home) == {}, "nothing is left")


def test_a_memory_that_is_killed_while_people_talk_comes_back_and_no_word_is_lost(shell, lab, people):
    served = shell.start("serve")
    until(lambda: _is_open(shell), "the page is open")
    killed = _memory_of(served)
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    people.say("t1", "1c/1g ubuntu 24.04, 10 GB, call it back01")
    people.wait_for(RunState.PLANNED)
    assert _memory_of(served) not in (None, killed)


def test_no_secret_stands_on_a_command_line_or_in_a_file_that_others_can_read(shell, lab, people):
    served = shell.start("serve")
    until(people.can_come, "the tables are there")
    people.say("t1", "1c/1g ubuntu 24.04, 10 GB, call it calm01")
    people.approve(people.wait_for(RunState.PLANNED)[0])
    secret, lines = lab.access.bot_token.partition("=")[2], set[str]()

    def is_applied() -> bool:
        lines.update(line for line in belonging_to(shell.home).values() if "iac.lab" not in line)
        return [run.state for run in people.runs()] == [RunState.APPLIED]

    until(is_applied, "it is applied, and every command line of it was seen")
    assert any("bot.runner" in line for line in lines)
    assert not [line for line in lines if secret in line]
    assert secret not in served.said
    kept = [path for path in (shell.home / "runs").rglob("*") if path.is_file() and not path.is_symlink()]
    assert not [path.name for path in kept if secret.encode() in path.read_bytes()]
    runs = [path for path in (shell.home / "runs").iterdir() if path.is_dir()]
    assert [path.name for path in runs if path.stat().st_mode & 0o077] == []


def test_ready_is_said_only_when_every_part_would_do_its_work(shell, lab):
    shell.start("serve")
    told = _told(shell, 200)
    assert set(told.values()) == {"ready"}
    assert set(told) == {"database", "memory", "cluster", "toolchain", "workers", "audit", "disk", "chat"}


def test_the_web_side_alone_says_that_nobody_works_and_the_doctor_repeats_it(shell, lab):
    shell.start("web", THREADFORM_DISK_FREE_MB="1000000000")
    told = _told(shell, 503)
    assert "threadform worker" in told["workers"]
    assert "MB free" in told["disk"]
    assert told["database"] == "ready"
    doctor = shell.start("doctor")
    assert doctor.process.wait(240) == 1
    assert "running, workers: looking for a worker: none gave a sign" in doctor.said


def _told(shell, code: int) -> dict:
    """What each part says of itself, in the first answer with that code."""
    found: list[tuple[int, dict]] = []

    def is_told() -> bool:
        found.append(_ready(shell))
        return found[-1][0] == code

    until(is_told, f"it answers with {code}")
    return dict(found[-1][1]["parts"])


def _ready(shell) -> tuple[int, dict]:
    url = f"http://127.0.0.1:{shell.environment['THREADFORM_WEB_PORT']}/ready"
    try:
        answer = httpx.get(url, timeout=60)
    except httpx.TransportError:
        return 0, {}
    return answer.status_code, answer.json()


def _is_open(shell) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", int(shell.environment["THREADFORM_WEB_PORT"]))) == 0


def _memory_of(served) -> int | None:
    for child in psutil.Process(served.process.pid).children():
        with contextlib.suppress(psutil.NoSuchProcess):
            if any(name in child.name() for name in ("redis-server", "valkey-server")) and child.status() != "zombie":
                return child.pid
    return None
