"""From the press of Approve, sent over HTTP, until terraform apply has been started: on both databases."""

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from bot.domain.run import RunState
from bot.store.embedded import find_program
from iac.terraform.toolchain import Toolchain
from tests.bench.served import Served, database_on, serving
from tests.bench.table import Table, percentile
from tests.fixtures.servers import private_postgres, redis_server

ROUNDS = 10
"""So few that the 95th percentile is the slowest of them."""
SQLITE_MS, POSTGRES_MS = 100.0, 150.0


def measure(table: Table, home: Path, toolchain: Toolchain) -> None:
    table.heading(f"The press of Approve until terraform apply is started ({ROUNDS} presses each, one after the other)")
    sqlite = asyncio.run(_starts(home / "sqlite", toolchain))
    _told(table, "SQLite, one process", sqlite, SQLITE_MS)
    with _servers() as said:
        postgres = asyncio.run(_starts(home / "postgres", toolchain, ("web", "worker", "worker"), **said))
    _told(table, "PostgreSQL, a page and two workers", postgres, POSTGRES_MS)


@contextlib.contextmanager
def _servers() -> Iterator[dict[str, str]]:
    """A PostgreSQL and a plain Redis, and how the product is told of them."""
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(private_postgres())
        url = stack.enter_context(database_on(server))
        redis = contextlib.contextmanager(redis_server)(find_program(), "redis-server or valkey-server")
        yield {"THREADFORM_DATABASE_URL": url, "THREADFORM_REDIS_URL": stack.enter_context(redis)}


def _told(table: Table, where: str, seconds: list[float], most: float) -> None:
    ms = [each * 1000 for each in seconds]
    also = f"p50 {percentile(ms, 50):.0f}, most {max(ms):.0f} ms"
    table.goal(f"{where}, p95", percentile(ms, 95), most, " ms", also)


async def _starts(home: Path, toolchain: Toolchain, commands: Sequence[str] = ("serve",), **said: str) -> list[float]:
    async with serving(home, toolchain, commands, **said) as served:
        return await _pressed(served)


async def _pressed(served: Served) -> list[float]:
    asking = served.wire("alice")
    for number in range(ROUNDS + 1):
        await served.say(asking, f"1c/1g ubuntu 24.04, 10 GB, call it start{number:02d}")
    await asking.close()
    await served.when(partial(_are_planned, served), "the plans")
    starts = []
    for run in await served.runs(RunState.PLANNED):
        await served.quiet()
        sent_at = await served.approve(run)
        await served.when(partial(served.is_reported, run.id), "its report")
        began = served.shell.home / "runs" / run.id / "apply.err"
        starts.append(began.stat().st_mtime - sent_at)
    return starts[1:]  # the first one warms


async def _are_planned(served: Served) -> bool:
    return await served.count(RunState.PLANNED) > ROUNDS
