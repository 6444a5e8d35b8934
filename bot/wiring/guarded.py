"""Builds what the detached runner needs, and nothing more: its start is on the way from a click to terraform."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.domain.outcome import Ending
from bot.runner import Guarded, Hand
from bot.settings import Settings
from bot.store.attempts import Attempts
from bot.store.database import open_database
from bot.store.runs import SqlRuns
from bot.store.stacks import SqlStacks, Vault
from bot.wiring.cluster import standing
from bot.wiring.keys import state_key
from bot.wiring.machines import credentials_of, read_state, runs_home
from iac.errors import ClusterSilent
from iac.terraform.applier import Applier
from iac.terraform.toolchain import load


@asynccontextmanager
async def build_guarded(run_id: str) -> AsyncIterator[Guarded]:
    """The parts of one attempt, from the same settings as the bot's."""
    settings = Settings()
    database = open_database(settings.database)
    try:
        yield Guarded(
            runs=SqlRuns(database),
            stacks=SqlStacks(database, Vault(state_key(settings))),
            attempts=Attempts(database),
            hand=_hand(settings, run_id),
            now=time.time,
            beat_s=settings.beat_seconds,
        )
    finally:
        await database.close()


def _hand(settings: Settings, run_id: str) -> Hand:
    access = standing(settings)
    if access is None:
        raise ClusterSilent("looking for the lab", "no lab serves this home")
    directory = runs_home(settings) / run_id
    toolchain = load(settings.tools, binary=settings.tf_bin or None)
    applier = Applier(toolchain, credentials_of(access), directory, settings.apply_seconds)

    def apply(digest: str) -> Ending:
        applied = applier.apply(digest)
        return Ending(applied.exit_code == 0, applied.seconds, applied.errors)

    return Hand(apply=apply, interrupt=applier.interrupt, state=lambda: read_state(directory))
