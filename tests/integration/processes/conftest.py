"""Whole processes of the product, beside a lab that outlives them as a real cluster would."""

import asyncio
import contextlib
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.chat.port import Actor, Conversation, Event, Pressed, Said
from bot.domain.approval import button_value
from bot.domain.run import Run, RunState
from bot.store.database import open_database
from bot.store.inbox import SqlInbox
from bot.store.runs import SqlRuns
from iac.errors import Broken
from iac.lab.access import LabAccess
from iac.lab.child import start
from iac.proxmox import Access, ProxmoxEye
from tests.fixtures.commands import Shell, shell, until
from tests.fixtures.servers import postgres_url, redis_url

__all__ = ["postgres_url", "redis_url", "shell"]


@dataclass
class People:
    """What people do, written where every adapter writes it: the inbox. And what there is, read from the database."""

    url: str
    keys: "itertools.count[int]" = field(default_factory=itertools.count)

    def can_come(self) -> bool:
        """Whether the product has made its tables."""
        try:
            return self.runs() is not None
        except Broken:
            return False

    def say(self, thread: str, text: str) -> None:
        self._store(Said(f"say-{next(self.keys)}", _in(thread), Actor("web", "alice", "Alice"), text=text))

    def approve(self, run: Run) -> None:
        where = _in(run.conversation.rpartition(":")[2])
        who = Actor("web", "bob", "Bob")
        self._store(Pressed(f"press-{next(self.keys)}", where, who, action="approve", value=button_value(run)))

    def runs(self) -> Sequence[Run]:
        return asyncio.run(self._read())

    def wait_for(self, state: RunState, count: int = 1, seconds: float = 120.0) -> Sequence[Run]:
        """The runs in that state, as soon as there are so many."""

        def there() -> list[Run]:
            return [run for run in self.runs() if run.state is state]

        until(lambda: len(there()) >= count, f"{count} runs that are {state.value}; {self._states()}", seconds)
        return there()

    def _states(self) -> str:
        return ", ".join(run.state.value for run in self.runs())

    async def _read(self) -> Sequence[Run]:
        database = open_database(self.url)
        try:
            return await SqlRuns(database).latest(100)
        finally:
            await database.close()

    def _store(self, event: Event) -> None:
        async def store() -> None:
            database = open_database(self.url)
            try:
                assert await SqlInbox(database).store(event, 1.0)
            finally:
                await database.close()

        asyncio.run(store())


def machines(access: LabAccess) -> Sequence[str]:
    eye = ProxmoxEye(Access(access.endpoint, access.admin_token, access.ca_path), seconds=60)
    return [guest.name for guest in asyncio.run(eye.read()).machines]


@contextlib.contextmanager
def lab_of(shell: Shell, pace: float) -> Iterator[Any]:
    """A lab of its own for this home: processes of the product find it and leave it alone."""
    child = start(shell.home / "lab", pace=pace)
    try:
        yield child
    finally:
        child.stop()


@pytest.fixture
def lab(shell) -> Iterator[Any]:
    with lab_of(shell, 0) as child:
        yield child


@pytest.fixture
def slow_lab(shell) -> Iterator[Any]:
    """As slow as a real cluster that has little to do."""
    with lab_of(shell, 1.0) as child:
        yield child


@pytest.fixture
def people(shell) -> People:
    """On the SQLite of the home."""
    return People(f"sqlite:///{shell.home / 'threadform.db'}")


def _in(thread: str) -> Conversation:
    return Conversation("web", "local", "main", thread)
