"""One subprocess under a wall clock that never falls silent: ``say`` gets a line at least every ten seconds."""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from iac.errors import Broken, TimedOut

Say = Callable[[str], None]

SAY_EVERY_S = 8.0
POLL_S = 0.25


def silent(_: str) -> None:
    """Say nothing."""


@dataclass(frozen=True, slots=True)
class Command:
    """What to run, and ``act``: what it is for, in English, as it stands in progress lines and errors."""

    act: str
    argv: Sequence[str]
    cwd: Path
    environment: Mapping[str, str]
    seconds: float


def run(command: Command, say: Say = silent) -> str:
    """Run to the end and return what it printed; ``Broken`` with its own words, ``TimedOut`` at the wall clock."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        code = _wait(_start(command, out, err), command, say)
        printed, complained = _text(out), _text(err)
    if code:
        raise Broken(command.act, complained.strip() or printed.strip() or f"exit code {code}")
    return printed


def _start(command: Command, out: IO[bytes], err: IO[bytes]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603 - argv of ours, no shell
            list(command.argv),
            cwd=command.cwd,
            env=dict(command.environment),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
    except OSError as fault:
        raise Broken(command.act, str(fault)) from fault


def _wait(process: subprocess.Popen[bytes], command: Command, say: Say, *, say_every_s: float = SAY_EVERY_S) -> int:
    began = said = time.monotonic()
    try:
        while True:
            with suppress(subprocess.TimeoutExpired):
                return process.wait(POLL_S)
            now = time.monotonic()
            if now - began > command.seconds:
                raise TimedOut(command.act, command.seconds)
            if now - said > say_every_s:
                said = now
                say(f"{command.act}: {now - began:.0f} s, at most {command.seconds:.0f} s")
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Leave nothing running: neither the process nor what it started."""
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")
