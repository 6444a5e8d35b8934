"""Builds what the detached runner needs, and nothing more: its start is on the way from a click to terraform."""

import os
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from bot.detached import RUNNER_LOG
from bot.domain.outcome import Ending
from bot.guarded import Guarded, Hand
from bot.settings import Settings
from bot.store.attempts import Attempts
from bot.store.database import open_database
from bot.store.plans import SqlPlans
from bot.store.runs import SqlRuns
from bot.store.stacks import SqlStacks, Vault
from bot.wiring.hands import EitherHand
from bot.wiring.keys import state_key
from bot.wiring.standing import credentials, runs_home
from iac.errors import ClusterSilent, Refused
from iac.redaction import keep_secret
from iac.terraform.state import read_state
from iac.terraform.toolchain import Toolchain, load

NOBODY = "-"
"""No run, no token and no stack has this id: what is asked of it touches nothing."""
HOLD_S = 3.0
"""How long a run's directory is waited for: whoever only looks whether it is held lets go at once."""


@asynccontextmanager
async def ready_hand() -> AsyncIterator[Callable[[str], Guarded]]:
    """Everything that does not depend on the run, made and tried before it is needed; then the parts of one attempt."""
    settings = Settings()
    keep_secret(settings.secrets)
    database = open_database(settings.database)
    toolchain = load(settings.tools, binary=settings.tf_bin or None)
    attempts, runs, vault = Attempts(database), SqlRuns(database), Vault(state_key(settings))
    stacks = SqlStacks(database, vault)
    await rehearse(attempts, runs, stacks)

    def guarded_for(run_id: str) -> Guarded:
        log_into(runs_home(settings) / run_id)
        return Guarded(
            runs=runs,
            stacks=stacks,
            plans=SqlPlans(database, vault),
            attempts=attempts,
            hand=_hand(settings, toolchain, run_id),
            now=time.time,
            beat_s=settings.beat_seconds,
        )

    try:
        yield guarded_for
    finally:
        await database.close()


async def rehearse(attempts: Attempts, runs: SqlRuns, stacks: SqlStacks) -> None:
    """Go the way to terraform once for a run that is none: connecting and compiling are not paid after the click."""
    await attempts.begin(NOBODY, NOBODY, 0)
    await attempts.beat(NOBODY, NOBODY, 0)
    with suppress(Refused):
        await runs.get(NOBODY)
    await runs.attempt(NOBODY)
    await stacks.state(NOBODY)


def log_into(directory: Path) -> None:
    """Send what this process says to its run's own file from now on."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(directory / RUNNER_LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(descriptor, sys.stdout.fileno())
    os.dup2(descriptor, sys.stderr.fileno())
    os.close(descriptor)


def _hand(settings: Settings, toolchain: Toolchain, run_id: str) -> Hand:
    directory = runs_home(settings) / run_id
    access = credentials(settings)
    if access is None:
        return Hand(
            hold=lambda: True,
            has_plan=lambda: True,
            unpack=lambda _: None,
            apply=_no_lab,
            interrupt=lambda: None,
            state=lambda: read_state(directory),
        )
    either = EitherHand(directory, toolchain, access, settings.apply_seconds)
    return Hand(
        hold=lambda: either.hold(HOLD_S),
        has_plan=either.has_plan,
        unpack=either.unpack,
        apply=either.apply,
        interrupt=either.interrupt,
        state=lambda: read_state(directory),
    )


def _no_lab(_digest: str) -> Ending:
    """Behind the door, so that it is recorded and told; before it, the watchdog would start runners for ever."""
    raise ClusterSilent("looking for the lab", "no lab serves this home")
