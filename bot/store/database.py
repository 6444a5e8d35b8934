"""The database: one engine, the same statements on SQLite and PostgreSQL, and one clock for all leases."""

import math
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Double, Table, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import InterfaceError, InvalidatePoolError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from bot.store.silence import Silence
from bot.store.sqlite import Opened, come_true
from bot.store.turns import Turns
from iac.errors import Broken

BUSY_MS: Final = 30_000
REST_S: Final = 1.0
LEFT_AT: Final = "left_at"
PRAGMAS: Final = ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={BUSY_MS}", "foreign_keys=ON")

silence = Silence("run.store_silent", (OperationalError, InterfaceError))

Insert = postgresql.Insert | sqlite.Insert


class clock(FunctionElement[float]):  # noqa: N801 - reads as the SQL function that it is
    """The database's own clock, seconds since the epoch: leases of several machines need one clock."""

    type = Double()
    inherit_cache = True
    name = "clock"


@compiles(clock, "sqlite")
def _sqlite_clock(_element: object, _compiler: object, **_kw: Any) -> str:
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(clock, "postgresql")
def _postgresql_clock(_element: object, _compiler: object, **_kw: Any) -> str:
    return "extract(epoch from clock_timestamp())::float8"


@dataclass(frozen=True, slots=True)
class Database:
    """An engine and the two ways to use it. Built by ``open_database``."""

    engine: AsyncEngine
    readers: AsyncEngine = field(repr=False)
    writers: AbstractAsyncContextManager[Any] = field(repr=False)
    opened: Opened = field(default_factory=Opened, repr=False)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded default."""
        return self.engine.dialect.name == "sqlite"

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """One transaction that may write; ``Broken`` where the database does not answer.

        SQLite has one writer at a time: tasks of this process queue here instead of polling its lock, and what a
        person waits for (``bot.store.turns.hurried``) goes first.
        """
        async with self.writers:
            with silence("writing to the database"):
                async with self.engine.begin() as connection:
                    yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Statements that only read; ``Broken`` where the database does not answer.

        On SQLite they see one moment. PostgreSQL's transactions show each statement the newest anyway: without one,
        a reading is one round trip instead of three.
        """
        with silence("reading the database"):
            async with self.readers.begin() as connection:
                yield connection

    def insert(self, table: Table) -> Insert:
        """An INSERT that knows ON CONFLICT: the word is the same on both, its class is not."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    async def close(self) -> None:
        """Give every connection back. A task that was cancelled gives its own back by itself, a moment later."""
        # Whatever is still out then belongs to a server that does not answer: it ends with this process.
        await come_true(lambda: self.engine.pool.checkedout() == 0)  # type: ignore[attr-defined]
        await self.engine.dispose()
        await self.opened.end()


def parse_url(url: str) -> URL:
    """The URL with our driver in it: ``sqlite:///path`` and ``postgres[ql]://…`` are enough to write."""
    parsed = make_url(url.replace("postgres://", "postgresql://", 1) if url.startswith("postgres://") else url)
    driver = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg"}.get(parsed.get_backend_name())
    if driver is None:
        raise Broken("opening the database", f"{parsed.get_backend_name()} is neither sqlite nor postgresql")
    return parsed.set(drivername=driver)


def open_database(url: str, *, rest_s: float = REST_S) -> Database:
    """Build the engine; connects at the first use. The tables are made by ``bot.store.upgrading.upgrade``.

    A connection to a server that was not used for ``rest_s`` seconds is tried before it is used again.
    """
    parsed = parse_url(url)
    if parsed.get_backend_name() == "postgresql":
        # Born so, and never switched: a task that is cancelled in a switch leaves its connection to nobody.
        engine = create_async_engine(
            parsed, pool_size=10, max_overflow=10, pool_use_lifo=True, connect_args={"autocommit": True}
        )
        try_after_rest(engine, rest_s)
        event.listen(engine.sync_engine, "begin", _begin_postgresql)
        return Database(engine, engine.execution_options(is_reading=True), nullcontext())
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    opened = Opened()
    engine = create_async_engine(parsed, connect_args={"timeout": BUSY_MS / 1000, "async_creator_fn": opened.open})
    event.listen(engine.sync_engine, "connect", prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return Database(engine, engine.execution_options(is_reading=True), Turns(), opened)


def try_after_rest(engine: AsyncEngine, rest_s: float) -> None:
    """Replace connections that a server dropped while they were idle; one in use a moment ago costs no round trip."""
    dialect, pool = engine.sync_engine.dialect, engine.sync_engine.pool

    def on_checkin(_connection: object, record: Any) -> None:
        record.info[LEFT_AT] = time.monotonic()

    def on_checkout(connection: Any, record: Any, _fairy: object) -> None:
        if time.monotonic() - record.info.get(LEFT_AT, math.inf) < rest_s:
            return
        try:
            dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error as fault:
            raise InvalidatePoolError from fault

    event.listen(pool, "checkin", on_checkin)
    event.listen(pool, "checkout", on_checkout)


def prepare_sqlite(connection: Any, _record: object) -> None:
    """Set what a durable SQLite needs; the driver's own transactions are switched off (ours are explicit)."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_postgresql(connection: Connection) -> None:
    """A transaction for a change; a look needs none."""
    if not _is_reading(connection):
        connection.exec_driver_sql("BEGIN")


def _begin_sqlite(connection: Connection) -> None:
    """A transaction that reads first and writes later fails with "database is locked": lock at once."""
    connection.exec_driver_sql("BEGIN" if _is_reading(connection) else "BEGIN IMMEDIATE")


def _is_reading(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get("is_reading", False))
