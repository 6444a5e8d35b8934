"""The one door to the binary: python-terraform's argument builder, a process of our own.

The package's own ``cmd`` has no time limit, no streaming, no cancel and no environment of its own, turns every typing
error into a terraform command and shares temporary files between threads. So: one door a job, and ``cmd`` is ours.
"""

import json
import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from python_terraform import IsFlagged, Terraform

from iac.errors import Broken, TimedOut
from iac.terraform.environment import Credentials, for_terraform
from iac.terraform.toolchain import Toolchain

VERBS = frozenset({"import", "init", "validate", "plan", "show", "untaint", "version"})
"""What may pass. An apply has a door of its own, which looks at the digest first."""

GRACE_SECONDS = 5.0
"""How long a command that was asked to stop may take to do so. Nothing is being built, so nothing is lost after it."""

FLAG = IsFlagged
Event = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Finished:
    """How a command ended. ``events`` are the lines of a ``-json`` stream, ``printed`` the same as it came."""

    code: int
    printed: bytes
    complained: str

    @property
    def events(self) -> tuple[Event, ...]:
        """The lines of the stream, those that are no JSON as text events."""
        return tuple(as_event(line) for line in self.printed.splitlines())


class Door(Terraform):  # type: ignore[misc]
    """terraform or tofu in one directory, for one job. ``grace`` is how many seconds it has to stop when asked to."""

    def __init__(
        self,
        toolchain: Toolchain,
        directory: Path,
        credentials: Credentials | None = None,
        grace: float = GRACE_SECONDS,
    ) -> None:
        super().__init__(working_dir=str(directory), terraform_bin_path=str(toolchain.binary.path))
        self.environment = for_terraform(toolchain.config, credentials)
        self.product = toolchain.binary.product
        self.grace = grace
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._is_interrupted = threading.Event()

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)

    def read_state_file(self, file_path: str | None = None) -> None:
        """Nothing: the package would take the backend's configuration for the state."""

    def attach(self, attach: Mapping[str, str]) -> None:
        """From now on use the provider that this environment names; an empty one: start one as always."""
        self.environment.pop("TF_REATTACH_PROVIDERS", None)
        self.environment |= attach

    def cmd(self, cmd: str, *args: str, seconds: float = 300.0, **options: Any) -> Finished:
        """Run one verb to its end. ``Broken`` where it was interrupted, ``TimedOut`` at the wall clock."""
        if cmd not in VERBS:
            raise Broken(f"{self.product} {cmd}", "this is not a command that Threadform runs")
        argv = self.generate_cmd_string(cmd, *args, **options)
        with tempfile.TemporaryFile() as complaints, self._started(argv, complaints) as process:
            with self._clock(seconds) as ran_out:
                printed = process.stdout.read() if process.stdout else b""
                code = self._ended(process)
            complaints.seek(0)
            complained = complaints.read().decode(errors="replace")
        if ran_out.is_set():
            raise TimedOut(f"{self.product} {cmd}", seconds)
        self._check_wanted(cmd)
        return Finished(code, printed, complained)

    def interrupt(self) -> None:
        """Exactly one SIGINT to the whole group; what has not ended after the grace is killed."""
        with self._turn:
            if not self._is_interrupted.is_set():
                self._is_interrupted.set()
                self._stop()

    def _stop(self) -> None:
        process = self._process
        if process is None:
            return
        os.killpg(process.pid, signal.SIGINT)
        # Terraform hands the wish on to the providers that run at that moment. One that starts an instant later never
        # hears of it, and waits for a silent cluster as long as its own limits say. What passes this door builds
        # nothing: its state is a copy, in a directory of this run alone, so killing it loses nothing. An apply is
        # never killed: what it has built, only its own end writes down.
        killer = threading.Timer(self.grace, self._kill, [process])
        killer.daemon = True
        killer.start()

    def _kill(self, process: subprocess.Popen[bytes]) -> None:
        """End the group: terraform and the providers it started. A standby is not in it; it drops what broke off."""
        with self._turn:
            if self._process is process:
                os.killpg(process.pid, signal.SIGKILL)

    def _check_wanted(self, cmd: str) -> None:
        if self._is_interrupted.is_set():
            raise Broken(f"{self.product} {cmd}", "it was interrupted")

    @contextmanager
    def _started(self, argv: list[str], complaints: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
        # In turn with interrupt(): a wish to stop comes before the start, and nothing starts, or finds the process.
        with self._turn:
            self._check_wanted(argv[1])
            process = self._process = self._popen(argv, complaints)
        with process:
            yield process

    def _popen(self, argv: list[str], complaints: IO[bytes]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - argv of ours, no shell
            argv,
            cwd=self.working_dir,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
            umask=0o077,
            start_new_session=True,  # a group of its own: the provider is in it, we are not
        )

    def _ended(self, process: subprocess.Popen[bytes]) -> int:
        """Its exit code. The number of its group is given free only in turn, so no signal ever hits another's."""
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        with self._turn:
            self._process = None
            return process.wait()

    @contextmanager
    def _clock(self, seconds: float) -> Iterator[threading.Event]:
        ran_out = threading.Event()

        def ring() -> None:
            ran_out.set()
            self.interrupt()

        clock = threading.Timer(seconds, ring)
        clock.daemon = True
        clock.start()
        try:
            yield ran_out
        finally:
            clock.cancel()


def as_event(line: bytes) -> Event:
    """One line of a ``-json`` stream; a crash or a warning printed beside it becomes a text event."""
    try:
        event = json.loads(line)
    except ValueError:
        event = None
    return event if isinstance(event, dict) else {"type": "text", "@message": line.decode(errors="replace").rstrip()}


def complaints(events: tuple[Event, ...], beside: str) -> tuple[str, ...]:
    """What terraform complained about, in its own words; ``beside`` is what it wrote to stderr."""
    told = [e["diagnostic"] for e in events if isinstance(e.get("diagnostic"), Mapping)]
    errors = [d for d in told if d.get("severity") == "error"]
    words = tuple(dict.fromkeys(f"{d.get('summary', '')}: {d.get('detail', '')}".strip(": \n") for d in errors))
    return words or tuple(filter(None, [beside.strip() or _texts(events)]))


def mask(text: str, credentials: Credentials | None) -> str:
    """The text without the secrets of the credentials."""
    for secret in credentials.secrets if credentials else ():
        text = text.replace(secret, "•••")
    return text


def _texts(events: tuple[Event, ...]) -> str:
    return "\n".join(str(e.get("@message", "")) for e in events if e.get("type") == "text").strip()
