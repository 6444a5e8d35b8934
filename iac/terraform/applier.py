"""Applying exactly the saved plan that was approved, in a process that outlives the bot."""

import ctypes
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from iac.errors import Broken, Refused
from iac.plan import digest_of
from iac.terraform.door import Event, complaints, mask
from iac.terraform.environment import Credentials, for_terraform
from iac.terraform.events import Tail
from iac.terraform.holding import Hold, take
from iac.terraform.siblings import has_siblings
from iac.terraform.toolchain import Toolchain
from iac.workspace import PRIVATE_FILE, Workspace

POLL_S = 0.1
PR_SET_PDEATHSIG = 1
PRIVATE_UMASK = 0o077
SETTLE_S = 2.0
"""After a terraform that was killed: what it asked the cluster for last may still be on its way."""


class Applied(NamedTuple):
    """How an apply ended: terraform's exit code, its own words for what went wrong, and how long it took."""

    exit_code: int
    errors: tuple[str, ...]
    seconds: float


def unheard(_: Event) -> None:
    """Nobody listens."""


@dataclass(slots=True)
class Applier:
    """One apply of one saved plan. ``seconds`` is its wall clock; at its end terraform is asked to stop, once."""

    toolchain: Toolchain
    credentials: Credentials
    directory: Path
    seconds: float
    on_event: Callable[[Event], None] = unheard
    _process: subprocess.Popen[bytes] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _is_interrupted: bool = False
    _is_over: bool = False
    _hold: Hold | None = None

    def hold(self, seconds: float = 0.0) -> bool:
        """Take the directory for this process and for terraform; False where somebody else works in it."""
        self._hold = self._hold or take(self.directory, seconds)
        return self._hold is not None

    def let_go(self) -> None:
        """Leave the directory to others; a runner does so by ending, once the end of its apply is recorded."""
        if self._hold is not None:
            self._hold.let_go()
            self._hold = None

    def apply(self, digest: str) -> Applied:
        """Apply the plan file if it still is the approved one; blocks until terraform has ended.

        ``Refused("terraform.plan_gone" | "terraform.plan_changed")`` before anything is started; ``Broken`` where an
        apply has begun in this directory before: it is never begun twice.
        """
        workspace = Workspace(self.directory)
        _check_digest(workspace, digest)
        if not self.hold():
            raise Broken("terraform apply", f"somebody works in {self.directory.name} already")
        began = time.monotonic()
        with ExitStack() as files:
            out, err = files.enter_context(_new(workspace.events_file)), files.enter_context(_new(self._errors))
            with self._lock:
                if not self._is_interrupted:
                    self._process = self._start(workspace, out.fileno(), err.fileno())
        events = self._watch(workspace, began)
        code = self._process.returncode if self._process else 1
        return Applied(code, self._words(code, events), time.monotonic() - began)

    def interrupt(self) -> None:
        """Ask terraform to stop after its present step: exactly one SIGINT to its group, however often this is called.

        A second one, or anything stronger, would leave a guest behind that no state knows.
        """
        with self._lock:
            if self._is_interrupted or self._is_over:
                return
            self._is_interrupted = True
            if self._process is not None:
                with suppress(ProcessLookupError):
                    os.killpg(self._process.pid, signal.SIGINT)

    @property
    def _errors(self) -> Path:
        return self.directory / "apply.err"

    def _start(self, workspace: Workspace, out: int, err: int) -> subprocess.Popen[bytes]:
        # Not python-terraform's builder: an apply takes this one form and no option ever.
        pace = ["-parallelism=1"] if has_siblings(workspace) else []
        argv = [str(self.toolchain.binary.path), "apply", "-input=false", "-json", *pace, workspace.plan_file.name]
        return subprocess.Popen(  # noqa: S603 - argv of ours, no shell
            argv,
            cwd=self.directory,
            env=for_terraform(self.toolchain.config, self.credentials),
            stdin=subprocess.DEVNULL,
            stdout=out,  # a file: a pipe would end terraform together with whoever reads it
            stderr=err,
            umask=PRIVATE_UMASK,
            start_new_session=True,
            pass_fds=[self._hold.descriptor] if self._hold else [],
            preexec_fn=_stop_gently_with(os.getpid()),  # noqa: PLW1509 - one prepared C call, no lock, no allocation
        )

    def _watch(self, workspace: Workspace, began: float) -> tuple[Event, ...]:
        """Hand on each event as it comes; ask terraform to stop at the wall clock, and wait for it to do so."""
        tail, seen = Tail(workspace.events_file), list[Event]()
        is_running = True
        while is_running:
            is_running = self._process is not None and not self._has_ended(self._process)
            if time.monotonic() - began > self.seconds:
                self.interrupt()
            for event in tail.read(is_complete=not is_running):
                seen.append(event)
                self.on_event(event)
        return tuple(seen)

    def _has_ended(self, process: subprocess.Popen[bytes]) -> bool:
        """Reap terraform once it has ended, and end what it left of its group: nobody would write down what that does.

        The number of the group is given free only in turn, so no signal ever hits another's.
        """
        if os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None:
            time.sleep(POLL_S)
            return False
        with self._lock:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            self._is_over = True
            process.wait()
        if process.returncode < 0:
            time.sleep(SETTLE_S)
        return True

    def _words(self, code: int, events: tuple[Event, ...]) -> tuple[str, ...]:
        if code == 0:
            return ()
        stopped = ("The apply was asked to stop.",) if self._is_interrupted else ()
        beside = self._errors.read_text(errors="replace")
        return tuple(mask(words, self.credentials) for words in (*stopped, *complaints(events, beside)))


def _check_digest(workspace: Workspace, digest: str) -> None:
    try:
        body = workspace.plan_file.read_bytes()
    except FileNotFoundError as gone:
        raise Refused("terraform.plan_gone") from gone
    if not digest or digest_of(body) != digest:
        raise Refused("terraform.plan_changed")


def _new(path: Path) -> Any:
    """A file that was not there before, for its owner alone."""
    try:
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, PRIVATE_FILE), "wb")
    except FileExistsError as there:
        raise Broken("terraform apply", f"an apply has begun in {path.parent.name} before") from there


def _stop_gently_with(parent: int) -> Callable[[], None]:
    """For the child, before it becomes terraform: SIGINT when its parent dies, so that it stops and saves its state."""
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def arrange() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGINT)
        if os.getppid() != parent:  # it died in between
            os._exit(1)

    return arrange
