"""What the commands about stacks open: the database that is there, and the history of its stacks."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.engine import URL

from bot.domain.errors import Refused
from bot.ports import Stack
from bot.settings import Settings
from bot.store.database import open_database, parse_url
from bot.store.history import SqlHistory
from bot.store.stacks import SqlStacks, Vault
from bot.wiring.keys import state_key
from iac.errors import Broken
from iac.terraform.state import guests_in


@asynccontextmanager
async def open_history(settings: Settings) -> AsyncIterator[SqlHistory]:
    """The history of the installation's stacks; to look must not make an empty database."""
    check_is_there(parse_url(settings.database))
    database = open_database(settings.database)
    try:
        yield SqlHistory(SqlStacks(database, Vault(state_key(settings))))
    finally:
        await database.close()


def check_is_there(url: URL) -> None:
    """``Broken`` where there is no database: to look must not make one."""
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise Broken("opening the database", f"there is none at {url.database}; `threadform migrate` makes one")


async def find_stack(history: SqlHistory, wanted: str) -> Stack:
    """The stack of that id, thread or guest; ``Refused`` where none or several fit."""
    known = [stack for stack, _ in await history.all()]
    found = [stack for stack in known if wanted in (stack.id, stack.conversation.key, stack.conversation.thread)]
    if not found:
        found = [stack for stack in known if await _has(history, stack, wanted)]
    if not found:
        raise Refused("state.unknown_stack", wanted=wanted)
    if len(found) > 1:
        raise Refused("state.many_stacks", wanted=wanted, stacks=tuple(stack.id for stack in found))
    return found[0]


async def _has(history: SqlHistory, stack: Stack, guest: str) -> bool:
    kept = await history.stacks.state(stack.id)
    return guest in guests_in(kept[1] if kept else None)


def when(at: float) -> str:
    """A time as ISO 8601, UTC, to the second."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
