"""Who works in a run's directory: one lock, held by the runner and inherited by terraform and its provider.

The kernel frees it when the last of them has ended, however that came: so whoever finds it free knows that nobody
builds anything there any more.
"""

import fcntl
import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from iac.workspace import PRIVATE_FILE

LOCK = "apply.lock"
PROVIDER = "terraform-provider-"
POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class Hold:
    """The lock in our hand; ``descriptor`` is what terraform inherits."""

    descriptor: int

    def let_go(self) -> None:
        """Close our end; who inherited it holds on."""
        os.close(self.descriptor)


def take(directory: Path, seconds: float = 0.0) -> Hold | None:
    """Hold the directory, waiting for at most so long; None where somebody else does."""
    return take_file(directory / LOCK, seconds)


def take_file(path: Path, seconds: float = 0.0) -> Hold | None:
    """Hold what this file stands for, waiting for at most so long; None where somebody else does."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
    until = time.monotonic() + seconds
    while not _locked(descriptor, fcntl.LOCK_EX):
        if time.monotonic() >= until:
            os.close(descriptor)
            return None
        time.sleep(POLL_S)
    return Hold(descriptor)


def was_held(directory: Path) -> bool:
    """Whether an apply was ever begun in that directory of this machine."""
    return (directory / LOCK).exists()


def is_held(directory: Path) -> bool:
    """Whether somebody works there now. A provider that outlived its terraform does not: it is ended.

    What such a provider makes, no state would ever know; and it would wait for its terraform for ever.
    """
    path = directory / LOCK
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        if not _locked(descriptor, fcntl.LOCK_SH):
            _end_strays(path)
            return True  # the next look finds it free
        return False
    finally:
        os.close(descriptor)


def _locked(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _end_strays(path: Path) -> None:
    holders = [pid for pid in _processes() if pid != os.getpid() and _has_open(pid, path)]
    if not holders or not all(map(_is_provider, holders)):
        return
    for pid in holders:
        with suppress(ProcessLookupError):
            handle = os.pidfd_open(pid)
            try:
                # Looked at again through a handle that cannot become another process's.
                if _is_provider(pid) and _has_open(pid, path):
                    signal.pidfd_send_signal(handle, signal.SIGKILL)
            finally:
                os.close(handle)


def _processes() -> Iterator[int]:
    yield from (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())


def _has_open(pid: int, path: Path) -> bool:
    target = str(path.resolve())
    with suppress(OSError):  # it has ended, or is another user's and so none of ours
        return any(_link(entry) == target for entry in Path(f"/proc/{pid}/fd").iterdir())
    return False


def _is_provider(pid: int) -> bool:
    return Path(_link(Path(f"/proc/{pid}/exe"))).name.startswith(PROVIDER)


def _link(path: Path) -> str:
    try:
        return str(path.readlink())
    except OSError:
        return ""
