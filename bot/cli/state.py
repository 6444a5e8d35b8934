"""``threadform state list | show | diff | restore``: what terraform knew of a stack, version by version."""

import argparse
import asyncio
import getpass

from bot.cli.opening import find_stack, open_history, when
from bot.settings import Settings
from bot.store.history import SqlHistory
from iac.terraform.telling import differences, guests_of, line_of


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Do one of them; 0 where it was done."""
    return asyncio.run(_run(arguments, settings))


async def _run(arguments: argparse.Namespace, settings: Settings) -> int:
    async with open_history(settings) as history:
        stack = (await find_stack(history, arguments.stack)).id
        if arguments.act == "list":
            return await _list(history, stack)
        if arguments.act == "show":
            return await _show(history, stack, arguments.version)
        if arguments.act == "diff":
            return await _diff(history, stack, arguments.old, arguments.new)
        return await _restore(history, stack, arguments.version)


async def _list(history: SqlHistory, stack: str) -> int:
    print(f"stack {stack}")
    for version in await history.versions(stack):
        print(f"{version.version:>8}  serial {version.serial:<5} {when(version.at)}  run {version.run_id}")
    return 0


async def _show(history: SqlHistory, stack: str, version: int | None) -> int:
    """The guests of one version, the newest where none is named; never the state's own text: it holds secrets."""
    newest = await history.stacks.state(stack) if version is None else None
    body = await history.body(stack, version) if version is not None else newest[1] if newest else None
    guests = guests_of(body)
    for name, facts in guests.items():
        print(line_of(name, facts))
    if not guests:
        print("no guests")
    return 0


async def _diff(history: SqlHistory, stack: str, old: int, new: int) -> int:
    before, after = await history.body(stack, old), await history.body(stack, new)
    lines = list(differences(guests_of(before), guests_of(after)))
    print("\n".join(lines) if lines else "the guests are the same")
    return 0


async def _restore(history: SqlHistory, stack: str, version: int) -> int:
    serial = await history.restore(stack, version, f"cli:{getpass.getuser()}")
    print(f"version {version} of stack {stack} is the newest again, as serial {serial}")
    print("Plans that wait for a decision were made on another state: they are planned anew when somebody approves.")
    print("Ask in the thread for what should be there: the plan shows how the cluster differs.")
    return 0
