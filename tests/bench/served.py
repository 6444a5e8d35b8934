"""The product as it is run, in processes of its own beside a lab; people are at the page, over HTTP."""

import asyncio
import contextlib
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg
from sqlalchemy import Select, func, select

from bot.domain.approval import button_value
from bot.domain.run import Run, RunState
from bot.store.database import Database, open_database
from bot.store.models import outbox, runs, web_log
from bot.store.runs import SqlRuns
from iac.lab.child import start
from iac.terraform.toolchain import Toolchain
from tests.bench.load import Wire
from tests.fixtures.commands import Shell, is_ready
from tests.fixtures.ports import free_port

PATIENCE_S = 90.0
QUIET_S = 0.3
QUIET_SHARE = 0.1
"""A product that uses less of one core than this has nothing left to do."""


@dataclass
class Served:
    """Running processes of the product, their database, and two people with a cookie."""

    shell: Shell
    database: Database
    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def wire(self, person: str) -> Wire:
        return Wire(self.port, {"cookie": self.cookies[person]})

    async def enter(self) -> None:
        """The first person's cookie is given to whoever comes to a lab; the others are switched to."""
        stranger = Wire(self.port)
        first = (await stranger.get("/")).headers["set-cookie"].partition(";")[0]
        for person in ("alice", "bob"):
            self.cookies[person] = first
            wire = self.wire(person)
            shot = await wire.post("/person", {"person": person, "nonce": secrets.token_hex(12)})
            self.cookies[person] = shot.headers["set-cookie"].partition(";")[0]
            await wire.close()
        await stranger.close()

    async def say(self, wire: Wire, text: str) -> str:
        """A message of Alice's that begins a thread of its own; the key of its event."""
        nonce = secrets.token_hex(12)
        shot = await wire.post("/say", {"text": text, "nonce": nonce})
        assert shot.status == 200, shot.body
        return f"web:alice:{nonce}"

    async def approve(self, run: Run) -> float:
        """Bob presses the button on the run's card; when the press was sent (seconds since the epoch)."""
        seq = await self.scalar(select(web_log.c.seq).where(web_log.c.key == f"post:run:{run.id}"))
        press = {"message": seq, "action": "approve", "value": button_value(run), "nonce": secrets.token_hex(12)}
        wire = self.wire("bob")  # a connection of its own: one that was idle for seconds may be closed just now
        sent_at = time.time()
        shot = await wire.post("/press", press)
        await wire.close()
        assert shot.status == 200, shot.body
        return sent_at

    async def when(self, holds: Callable[[], Awaitable[bool]], what: str, every_s: float = 0.1) -> None:
        """Look until it holds: what is waited for happens in another process."""
        until = time.monotonic() + PATIENCE_S
        while not await holds():
            if time.monotonic() > until:
                raise AssertionError(f"not within {PATIENCE_S:.0f} s: {what}")
            await asyncio.sleep(every_s)

    async def runs(self, state: RunState) -> Sequence[Run]:
        return await SqlRuns(self.database).in_states([state])

    async def scalar(self, chosen: Select[Any]) -> Any:
        async with self.database.reading() as connection:
            return (await connection.execute(chosen)).scalar()

    async def is_reported(self, run_id: str) -> bool:
        """Whether the run's card has become the report."""
        key = f"run:{run_id}:applied:report"
        return await self.scalar(select(outbox.c.sent_at).where(outbox.c.key == key)) is not None

    async def is_answered(self, event: str) -> bool:
        """Whether the answer to this event stands on the page."""
        return await self.scalar(select(outbox.c.sent_at).where(outbox.c.key == f"reply:{event}")) is not None

    async def count(self, state: RunState) -> int:
        return int(await self.scalar(select(func.count()).select_from(runs).where(runs.c.state == state.value)))

    def processes(self) -> list[psutil.Process]:
        """Ours with all their children: runners, the provider that stands by, the embedded server; not the lab."""
        mine = [psutil.Process(command.process.pid) for command in self.shell.started]
        return [*mine, *(child for parent in mine for child in parent.children(recursive=True))]

    def cpu_s(self) -> float:
        """Processor seconds used so far by the processes that are there now, and by their children that have ended."""
        total = 0.0
        for process in self.processes():
            with contextlib.suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                total += times.user + times.system + times.children_user + times.children_system
        return total

    def rss_mb(self) -> float:
        """Resident memory of the product's own processes, without their children."""
        return sum(psutil.Process(command.process.pid).memory_info().rss for command in self.shell.started) / 1e6

    async def quiet(self) -> None:
        """Wait until everything that was begun is done: spare runners are warm, nothing is left to say."""
        until = time.monotonic() + PATIENCE_S
        used, looked_at = self.cpu_s(), time.monotonic()
        while time.monotonic() < until:
            await asyncio.sleep(QUIET_S)
            before, was = used, looked_at
            used, looked_at = self.cpu_s(), time.monotonic()
            if used - before < QUIET_SHARE * (looked_at - was):
                return
        raise AssertionError("the product does not come to rest")


@contextlib.asynccontextmanager
async def serving(
    home: Path, toolchain: Toolchain, commands: Sequence[str] = ("serve",), **said: str
) -> AsyncIterator[Served]:
    """The product in an empty home, ready, and people at its page."""
    home.mkdir(parents=True)  # noqa: ASYNC240 - nothing else runs yet
    port = free_port()
    mine = {
        "THREADFORM_HOME": str(home),
        "THREADFORM_TOOLS_HOME": str(toolchain.home),
        "THREADFORM_LAB_PACE": "0",
        "THREADFORM_LOG_FORMAT": "json",
        "THREADFORM_LOG_LEVEL": "warning",
        "THREADFORM_WEB_PORT": str(port),
        "THREADFORM_VMID_LAST": "99999",
    }
    lab = start(home / "lab", pace=0)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("THREADFORM_")}
    shell = Shell(home, kept | mine | said)
    database = open_database(said.get("THREADFORM_DATABASE_URL", f"sqlite:///{home / 'threadform.db'}"))
    try:
        for command in commands:
            shell.start(command)
        await asyncio.to_thread(_wait, lambda: is_ready(port), "the product is ready")
        served = Served(shell, database, port)
        await served.enter()
        await served.quiet()
        yield served
    finally:
        await database.close()
        shell.close()
        lab.stop()


@contextlib.contextmanager
def echoing() -> Iterator[int]:
    """The bare application; its port."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "tests.bench.echo", str(port)])
    try:
        _wait(lambda: _is_open(port), "the bare application answers")
        yield port
    finally:
        process.terminate()
        process.wait(20)


@contextlib.contextmanager
def database_on(server: str) -> Iterator[str]:
    """An empty database on a PostgreSQL server."""
    name = f"bench_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield server.replace("/postgres?", f"/{name}?")


def _is_open(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def _wait(holds: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > until:
            raise AssertionError(f"not within {PATIENCE_S:.0f} s: {what}")
        time.sleep(0.05)
