"""``threadform chat``: the conversation in this terminal, without a browser."""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Sequence

from bot import log
from bot.chat.port import Actor
from bot.chat.terminal import TerminalChat
from bot.chat.words import Words, preferred
from bot.settings import Settings
from bot.wiring.app import build
from iac.errors import Broken

PLATFORM = "terminal"


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Talk until ``/quit`` or the end of the input."""
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    log.configure("json", "info", settings.home / "chat.log")
    return asyncio.run(_chat(settings, arguments.person))


async def _chat(settings: Settings, name: str) -> int:
    people = [Actor(PLATFORM, account, p.name) for p in settings.everybody for account in p.on(PLATFORM)]
    chat = TerminalChat(
        Words.load(is_strict=False),
        lambda line: print(line, flush=True),
        _chosen(people, name),
        _lines(),
        people=people if settings.is_lab else (),
        language=preferred(_language_of_the_system()),
        is_coloured=sys.stdout.isatty(),
    )
    async with build(settings, extra={PLATFORM: chat}) as app:
        working = asyncio.create_task(app.worker.run(app.consumer))
        try:
            await asyncio.gather(app.warm(), chat.run(app.sink))
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
    return 0


def _chosen(people: Sequence[Actor], name: str) -> Actor:
    """The person at the keyboard: the one named, else the first."""
    wanted = [person for person in people if not name or name.lower() in (person.name.lower(), person.id.lower())]
    if not wanted:
        known = ", ".join(person.name for person in people) or "nobody"
        raise Broken("choosing who talks", f"THREADFORM_PEOPLE has {known} on the platform {PLATFORM!r}")
    return wanted[0]


async def _lines() -> AsyncIterator[str]:
    """The lines of standard input, read beside the event loop."""
    while line := await asyncio.to_thread(sys.stdin.readline):
        yield line.rstrip("\n")


def _language_of_the_system() -> str:
    import os

    return os.environ.get("LANG", "en").partition(".")[0].replace("_", "-")
