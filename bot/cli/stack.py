"""``threadform stack list | export``: the stacks there are, and one of them as plain files for terraform alone."""

import argparse
import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from bot.cli.opening import find_stack, open_history
from bot.domain.errors import Refused
from bot.domain.recovery import last_change, standing_guests
from bot.flow.telling import proposal_of
from bot.settings import Settings
from bot.store.history import SqlHistory
from bot.store.runs import SqlRuns
from iac.manifest import render
from iac.spec import StackSpec
from iac.terraform.state import guests_in

STATE = "terraform.tfstate"


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Do one of them; 0 where it was done."""
    if arguments.act == "list":
        return asyncio.run(_list(settings))
    return asyncio.run(_export(settings, arguments.stack, Path(arguments.directory)))


async def _list(settings: Settings) -> int:
    async with open_history(settings) as history:
        for stack, versions in await history.all():
            kept = await history.stacks.state(stack.id)
            guests = ", ".join(sorted(guests_in(kept[1] if kept else None))) or "no guests"
            print(f"{stack.id}  {stack.environment:<10} {versions:>4} versions  {guests}  ({stack.conversation.key})")
    return 0


async def _export(settings: Settings, wanted: str, directory: Path) -> int:
    async with open_history(settings) as history:
        files = await _files(history, wanted)
    write(directory, files)
    print(f"{len(files)} files are in {directory}; its README.md says how to go on with terraform alone")
    print(f"{STATE} holds everything terraform knows, secrets too: keep it private", file=sys.stderr)
    return 0


async def _files(history: SqlHistory, wanted: str) -> Mapping[str, bytes]:
    """The stack as it stands: its guests' values, our modules, and the newest state."""
    stack = await find_stack(history, wanted)
    known = await SqlRuns(history.stacks.database).of_stack(stack.id)
    kept = await history.stacks.state(stack.id)
    names = guests_in(kept[1] if kept else None)
    guests = tuple(guest for guest in standing_guests(known) if guest.spec.name in names)
    missing = sorted(names - {guest.spec.name for guest in guests})
    if missing:
        raise Refused("state.not_whole", stack=stack.id, guests=tuple(missing))
    last = last_change(known)
    environment = proposal_of(last).environment if last else stack.environment
    files = dict(render(StackSpec(stack.id, environment, guests)))
    return files | ({STATE: kept[1]} if kept else {})


def write(directory: Path, files: Mapping[str, bytes]) -> None:
    """Write the files for their owner alone; ``Refused("state.not_empty")`` where the directory holds something."""
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise Refused("state.not_empty", directory=str(directory))
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, body in files.items():
        path = directory / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(body)
