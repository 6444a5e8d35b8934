"""A lab as a child process: started, waited for, stopped; or one that already serves the same home, adopted."""

import contextlib
import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from iac.errors import Broken, ClusterSilent, TimedOut
from iac.lab.access import LabAccess, read_access
from iac.lab.control import LabControl

ACT = "starting the lab"
PR_SET_PDEATHSIG = 1
STEP_SECONDS, STOP_SECONDS = 0.03, 5.0
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass
class LabChild:
    """A lab that answers. ``process`` is None where it was adopted: then it belongs to somebody else and stays."""

    access: LabAccess
    process: subprocess.Popen[bytes] | None

    def stop(self) -> None:
        """End the child and wait for it, so that its state is on disk; does nothing to an adopted lab."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start(home: Path, *, pace: float = 1.0, seconds: float = 15) -> LabChild:
    """Serve the lab in ``home`` from a child that dies with this process; adopts one that is already there.

    ``pace`` is seconds for one second of model time. Raises ``Broken`` with the child's own words where it cannot
    start, ``TimedOut`` where it does not answer within ``seconds``.
    """
    home.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + seconds
    if _is_served(home):
        return _adopted(home, deadline, seconds)
    with (home / "lab.log").open("ab") as log:
        command = [sys.executable, "-m", "iac.lab", "--home", str(home), "--pace", str(pace)]
        child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            preexec_fn=_dies_with(os.getpid()),  # noqa: PLW1509 - two system calls, no lock
        )
    try:
        return LabChild(_awaited(home, child, deadline, seconds), child)
    except BaseException:
        child.kill()
        child.wait()
        raise


def _dies_with(parent: int) -> Callable[[], None]:
    """What the child does first: ask the kernel for a SIGTERM when its parent ends (also when that was just now)."""

    def bind() -> None:
        if _LIBC is not None:
            _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return bind


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


def _awaited(home: Path, child: subprocess.Popen[bytes], deadline: float, seconds: float) -> LabAccess:
    while time.monotonic() < deadline:
        access = read_access(home)
        if access and access.pid == child.pid and _answers(access):
            return access
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
