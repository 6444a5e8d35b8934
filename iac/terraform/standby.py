"""A provider that stays up between plans.

Starting the provider is most of what a plan costs: terraform starts it two or three times for each plan and again to
show it, and hashes it each time. One that runs already, reached by terraform's own re-attach protocol, makes a plan
and its reading together quicker than a bare plan. It serves plans only: an apply always starts its own, checked
against the lock file. Whatever is wrong with it, the plan is made without it.
"""

import json
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from iac.terraform.environment import Credentials, for_provider
from iac.terraform.pins import PROVIDER
from iac.terraform.toolchain import Toolchain

START_SECONDS = 20.0
"""It takes one on a machine at rest; one that ends by itself is not waited for."""
END_SECONDS = 5.0
POLL_S = 0.01
_REATTACH = "TF_REATTACH_PROVIDERS="

AGAIN_AFTER_SECONDS = 60.0
"""A provider that could not be started is left alone for this long."""

# The shell becomes the provider; what it leaves beside it ends the provider when our end of the pipe closes: with us,
# however we end. Its number cannot go to another process meanwhile, because it is also that of their group.
_WITH_US = 'exec 3<&0; { read -r _ <&3; kill "$$"; } & exec "$1" -debug </dev/null 3<&-'


@dataclass(slots=True)
class Standby:
    """One provider for one plan at a time; a second plan at the same moment starts its own."""

    toolchain: Toolchain
    credentials: Credentials
    _turn: threading.Lock = field(default_factory=threading.Lock)
    _process: subprocess.Popen[bytes] | None = None
    _directory: tempfile.TemporaryDirectory[str] | None = None
    _attach: Mapping[str, str] = field(default_factory=dict)
    _not_before: float = 0.0

    @contextmanager
    def taken(self) -> Iterator[Mapping[str, str]]:
        """Environment that attaches terraform to it, for the length of the block; empty where it cannot be had."""
        if not self._turn.acquire(blocking=False):
            yield {}
            return
        try:
            yield self._ready()
        finally:
            self._turn.release()

    def warm_up(self) -> bool:
        """Start it ahead of the first plan; whether it runs."""
        with self.taken() as attach:
            return bool(attach)

    def close(self) -> None:
        """End it; it can be started again."""
        with self._turn:
            self._end()

    @property
    def is_running(self) -> bool:
        """Whether it is there."""
        return self._process is not None and self._process.poll() is None and bool(self._attach)

    def _ready(self) -> Mapping[str, str]:
        if not self.is_running and time.monotonic() >= self._not_before:
            self._end()
            with suppress(OSError, ValueError):
                self._start()
            if not self.is_running:
                self._not_before = time.monotonic() + AGAIN_AFTER_SECONDS
        return self._attach if self.is_running else {}

    def _start(self) -> None:
        self._directory = tempfile.TemporaryDirectory(prefix="provider-", ignore_cleanup_errors=True)
        directory = Path(self._directory.name)
        said = directory / "said"
        with said.open("wb") as sink:
            self._process = subprocess.Popen(  # noqa: S603 - argv of ours; the shell is given one fixed line
                ["/bin/sh", "-c", _WITH_US, "sh", str(self.toolchain.mirror.provider)],
                cwd=directory,
                env=for_provider(self.credentials) | {"TMPDIR": str(directory)},
                stdin=subprocess.PIPE,
                stdout=sink,
                stderr=subprocess.DEVNULL,
                umask=0o077,
                start_new_session=True,
            )
        self._attach = self._wait_for_address(said)

    def _wait_for_address(self, said: Path) -> Mapping[str, str]:
        """Its socket lies in a directory of ours that nobody else can enter."""
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self._process is not None and self._process.poll() is None:
            line = next((row for row in said.read_text().splitlines(keepends=True) if _REATTACH in row), "")
            if line.endswith("\n"):
                found = json.loads(line.partition(_REATTACH)[2].strip().strip("'"))
                host = f"{self.toolchain.mirror.host}/{PROVIDER}"
                return {_REATTACH.rstrip("="): json.dumps({host: next(iter(found.values()))})}
            time.sleep(POLL_S)
        return {}

    def _end(self) -> None:
        self._attach = {}
        process, self._process = self._process, None
        if process is not None and process.stdin is not None:
            process.stdin.close()
            with suppress(subprocess.TimeoutExpired):
                process.wait(END_SECONDS)
        if process is not None and process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, 9)
            process.wait()
        if self._directory is not None:
            self._directory.cleanup()
            self._directory = None
