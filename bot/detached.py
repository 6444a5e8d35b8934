"""Starting the detached runner, and following what it leaves on disk. It outlives us; we may come back to it."""

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.domain.outcome import Ending, Progress, parse_outcome
from bot.domain.run import RunState
from bot.ports import Runs
from iac.errors import Broken

RUNNER_LOG = "runner.log"
SPARE_LOG = "spare-runner.log"
POLL_S = 0.1
LEAVES_S = 3.0


@dataclass(slots=True)
class DetachedRunner:
    """The ``Runner`` port over a process of its own session that writes to files, never to a pipe of ours.

    ``steps_of`` opens a run's directory: each call of what it returns gives the steps that are new. A spare
    runner is kept waiting, so that the start of an apply does not pay for the start of a process.
    """

    runs_home: Path
    runs: Runs
    steps_of: Callable[[Path], Callable[[], Iterator[Progress]]]
    environment: Mapping[str, str]
    _spare: "subprocess.Popen[str] | None" = None
    _started: "list[subprocess.Popen[str]]" = field(default_factory=list)
    _warming: threading.Lock = field(default_factory=threading.Lock)
    _is_closed: bool = False

    async def warm(self) -> None:
        """Start the spare runner where there is none; none any more once we are closed."""
        await asyncio.to_thread(self._have_spare)

    async def start(self, run_id: str, token: str) -> None:
        """Give the order; the runner passes the guarded door by itself, or ends without a trace."""
        order = json.dumps({"run": run_id, "token": token}) + "\n"
        spare, self._spare = self._spare, None
        if spare is None or not _given(spare, order):
            spare = await asyncio.to_thread(self._spawn)
            if not _given(spare, order):
                raise Broken("starting the runner of an apply", f"it ended at once with code {spare.wait()}")
        self._started = [process for process in (*self._started, spare) if process.poll() is None]

    async def close(self) -> None:
        """Send the spare away; runners at work go on."""
        self._is_closed = True
        await asyncio.to_thread(self._leave_spare)
        self._started = [process for process in self._started if process.poll() is None]

    def _have_spare(self) -> None:
        # A lock of threads: many applies end at once, and a task that is cancelled does not stop its thread.
        with self._warming:
            if not self._is_closed and (self._spare is None or self._spare.poll() is not None):
                self._spare = self._spawn()

    def _leave_spare(self) -> None:
        with self._warming:
            spare, self._spare = self._spare, None
        if spare is not None:
            _send_away(spare)

    def _spawn(self) -> "subprocess.Popen[str]":
        self.runs_home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.runs_home / SPARE_LOG).open("ab") as sink:
            return subprocess.Popen(
                [sys.executable, "-m", "bot.runner"],
                stdin=subprocess.PIPE,
                stdout=sink,
                stderr=sink,
                env={**os.environ, **self.environment},
                start_new_session=True,
                text=True,
            )

    async def follow(self, run_id: str) -> AsyncIterator[Progress | Ending]:
        """Yield each step that terraform reported, from the beginning; then how it ended, from the database."""
        steps = self.steps_of(self.runs_home / run_id)
        while True:
            run = await self.runs.get(run_id)
            found, is_over = list(steps()), run.state is not RunState.APPLYING
            if found or is_over:
                # Terraform is up by now and waits for the cluster: the next yes need not wait for this apply to end.
                await self.warm()
            for step in found:
                yield step
            if is_over:
                yield parse_outcome(run.outcome).ending or Ending(is_applied=run.state is RunState.APPLIED, seconds=0)
                return
            await asyncio.sleep(POLL_S)


def _given(process: "subprocess.Popen[str]", order: str) -> bool:
    """Write the order and close the pipe: from here on nothing of ours reaches the runner."""
    pipe = process.stdin
    if pipe is None or process.poll() is not None:
        return False
    try:
        with pipe:
            pipe.write(order)
    except BrokenPipeError:
        return False
    return True


def _send_away(process: "subprocess.Popen[str]") -> None:
    """End one that has no order: by the end of its input, else (it still waits for a database) by a signal."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(LEAVES_S)
    except subprocess.TimeoutExpired:
        process.kill()  # it holds nothing: no attempt is begun without an order
        process.wait()
