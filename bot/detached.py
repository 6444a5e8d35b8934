"""Starting the detached runner, and following what it leaves on disk. It outlives us; we may come back to it."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.domain.outcome import Ending, Progress, parse_outcome
from bot.domain.run import RunState
from bot.ports import Runs

RUNNER_LOG = "runner.log"
POLL_S = 0.1


@dataclass(frozen=True, slots=True)
class DetachedRunner:
    """The ``Runner`` port over a process of its own session that writes to files, never to a pipe of ours.

    ``steps_of`` opens a run's directory: each call of what it returns gives the steps that are new.
    """

    runs_home: Path
    runs: Runs
    steps_of: Callable[[Path], Callable[[], Iterator[Progress]]]
    environment: Mapping[str, str]

    async def start(self, run_id: str, token: str) -> None:
        """Start the runner of one attempt; it passes the guarded door by itself, or ends without a trace."""
        await asyncio.to_thread(self._spawn, run_id, token)

    def _spawn(self, run_id: str, token: str) -> None:
        directory = self.runs_home / run_id
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (directory / RUNNER_LOG).open("ab") as sink:
            subprocess.Popen(
                [sys.executable, "-m", "bot.runner", run_id],
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                env={**os.environ, **self.environment, "THREADFORM_ATTEMPT": token},
                start_new_session=True,
                close_fds=True,
            )

    async def follow(self, run_id: str) -> AsyncIterator[Progress | Ending]:
        """Yield each step that terraform reported, from the beginning; then how it ended, from the database."""
        steps = self.steps_of(self.runs_home / run_id)
        while True:
            run = await self.runs.get(run_id)
            for step in steps():
                yield step
            if run.state is not RunState.APPLYING:
                yield parse_outcome(run.outcome).ending or Ending(is_applied=run.state is RunState.APPLIED, seconds=0)
                return
            await asyncio.sleep(POLL_S)
