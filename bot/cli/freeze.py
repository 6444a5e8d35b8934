"""``threadform freeze`` and ``unfreeze``: the switch for when the chat is down."""

import argparse
import asyncio
import getpass
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.domain.errors import Sentence, say
from bot.domain.freezing import lifted
from bot.domain.run import RunState
from bot.settings import Settings
from bot.store.database import Database, open_database
from bot.store.freezes import SqlFreezes
from bot.store.runs import SqlRuns


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Switch it, and say how it stands; whoever is logged in here is named on every card that waits."""
    from bot.chat.words import Words

    by = f"cli:{getpass.getuser()}"
    is_freeze = arguments.command == "freeze"
    sentence = asyncio.run(_freeze(settings, by, arguments.reason) if is_freeze else _unfreeze(settings, by))
    print(Words.load().say(sentence, "en"))
    return 0


async def _freeze(settings: Settings, by: str, reason: str) -> Sentence:
    async with _database(settings) as database:
        held = await SqlFreezes(database).freeze(by, " ".join(reason.split()), time.time())
    key = "freeze.done" if held.by == by else "freeze.already"
    return Sentence(key, {"holder": held.by.partition(":")[2], "why": held.why})


async def _unfreeze(settings: Settings, by: str) -> Sentence:
    async with _database(settings) as database:
        held = await SqlFreezes(database).unfreeze(by, time.time())
        waiting = await SqlRuns(database).in_states([RunState.APPROVED]) if held else ()
    return lifted(by.partition(":")[2], len(waiting)) if held else say("freeze.not_frozen")


@asynccontextmanager
async def _database(settings: Settings) -> AsyncIterator[Database]:
    """The database at its newest revision: the switch must work where nothing else runs."""
    from bot.wiring.app import migrate

    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    await migrate(settings)
    database = open_database(settings.database)
    try:
        yield database
    finally:
        await database.close()
