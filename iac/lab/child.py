"""A lab as a child process: started, waited for, stopped; or one that already serves the same home, adopted."""

import contextlib
import fcntl
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from iac.errors import Broken, ClusterSilent, TimedOut
from iac.lab.access import LabAccess, read_access
from iac.lab.control import LabControl

ACT = "starting the lab"
STEP_SECONDS, STOP_SECONDS = 0.03, 20.0


@dataclass
class LabChild:
    """A lab that answers. ``process`` is None where it was adopted: then it belongs to somebody else and stays."""

    access: LabAccess
    process: subprocess.Popen[bytes] | None

    def stop(self) -> None:
        """End the child and wait for it, so that its state is on disk; does nothing to an adopted lab."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
        _reap(self.process)


def start(home: Path, *, pace: float = 1.0, seconds: float = 60) -> LabChild:
    """Serve the lab in ``home`` from a child that dies with this process; adopts one that is already there.

    ``pace`` is seconds for one second of model time; an adopted lab keeps its own. Raises ``Broken`` with the
    child's own words where it cannot start, ``TimedOut`` where it does not answer within ``seconds``.
    """
    home.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + seconds
    if _is_served(home):
        return _adopted(home, deadline, seconds)
    with (home / "lab.log").open("ab") as log:
        command = [sys.executable, "-m", "iac.lab", "--home", str(home), "--pace", str(pace), "--until-stdin-closes"]
        child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command,
            # It reads this pipe and ends when it closes: with this process, however that ends. (PR_SET_PDEATHSIG
            # would fire when the starting *thread* ends.)
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
        )
    try:
        access = _awaited(home, child, deadline, seconds)
    except BaseException:
        child.kill()
        _reap(child)
        raise
    if access is not None:
        return LabChild(access, child)
    _reap(child)
    return _adopted(home, deadline, seconds)


def _reap(child: subprocess.Popen[bytes]) -> None:
    child.wait()
    if child.stdin:
        child.stdin.close()


def _is_served(home: Path) -> bool:
    """Whether some process holds the home's lock."""
    lock = os.open(home / "lab.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(lock)
    return False


def _adopted(home: Path, deadline: float, seconds: float) -> LabChild:
    while time.monotonic() < deadline:
        access = read_access(home)
        if access and _answers(access):
            return LabChild(access, None)
        time.sleep(STEP_SECONDS)
    raise TimedOut(f"{ACT}: waiting for the one that already serves {home}", seconds)


def _awaited(home: Path, child: subprocess.Popen[bytes], deadline: float, seconds: float) -> LabAccess | None:
    """The child's access once it answers; None where another one was quicker to take the home."""
    while time.monotonic() < deadline:
        access = read_access(home)
        if access and access.pid == child.pid and _answers(access):
            return access
        if child.poll() is not None and _is_served(home):
            return None
        if child.poll() is not None:
            raise Broken(ACT, _last_words(home))
        time.sleep(STEP_SECONDS)
    raise TimedOut(ACT, seconds)


def _answers(access: LabAccess) -> bool:
    with contextlib.suppress(Broken, ClusterSilent, OSError), LabControl(access) as control:
        return control.health()
    return False


def _last_words(home: Path) -> str:
    lines = (home / "lab.log").read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else "it ended without a word"
