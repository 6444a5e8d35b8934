"""The database away, locked or full: nothing is lost, and work goes on by itself when it is back."""

import asyncio
import resource
import sqlite3
import subprocess
import sys
import textwrap

import pytest

from bot.store.database import open_database
from bot.store.inbox import SqlInbox
from bot.store.upgrading import upgrade
from iac.errors import Broken
from tests.integration.store.making import a_conversation, words

LOCKED_S = 6.0
ROOM = 4 * 1024 * 1024
FILLER = """
import asyncio, resource, sys
from sqlalchemy import text
from bot.store.database import open_database
from bot.store.inbox import SqlInbox
from iac.errors import Broken
from tests.integration.store.making import a_conversation, words

async def main(url):
    database = open_database(url)
    inbox, thread, kept = SqlInbox(database), a_conversation(), []
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
    try:
        for n in range(100_000):
            await inbox.store(words(thread, f"k{n}-" + "x" * 20_000), 1.0)
            kept.append(n)
    except Broken as full:
        print("full:", full.why)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert await inbox.store(words(thread, "after"), 2.0)
    assert len(await inbox.waiting(100_000)) == len(kept) + 1
    print("kept:", len(kept))
    await database.close()

asyncio.run(main(sys.argv[1]))
"""


async def test_postgresql_that_is_stopped_and_started_again_is_gone_on_with(postgres):
    await asyncio.to_thread(upgrade, postgres.url)
    database = open_database(postgres.url)
    inbox, thread = SqlInbox(database), a_conversation()
    await inbox.store(words(thread, "before"), 1.0)
    await asyncio.to_thread(postgres.stop)
    with pytest.raises(Broken) as silent:
        await inbox.store(words(thread, "meanwhile"), 2.0)
    assert silent.value.is_worth_retrying
    assert silent.value.sentence.key == "run.store_silent"
    await asyncio.to_thread(postgres.start)
    assert await inbox.store(words(thread, "meanwhile"), 2.0)
    assert await inbox.waiting(5) == ["before", "meanwhile"]
    await database.close()


async def test_sqlite_that_another_process_locks_is_waited_for(tmp_path):
    url = f"sqlite:///{tmp_path / 'x.db'}"
    await asyncio.to_thread(upgrade, url)
    database = open_database(url)
    inbox, thread = SqlInbox(database), a_conversation()
    locked, let_go = asyncio.Event(), asyncio.Event()
    holding = asyncio.create_task(_hold(tmp_path / "x.db", locked, let_go))
    await locked.wait()
    storing = asyncio.create_task(inbox.store(words(thread, "k"), 1.0))
    await asyncio.wait({storing}, timeout=LOCKED_S)
    assert not storing.done()
    let_go.set()
    assert await storing
    assert await inbox.waiting(5) == ["k"]
    await holding
    await database.close()


async def _hold(path, locked, let_go):
    source = f"""
        import sqlite3, sys
        other = sqlite3.connect({str(path)!r}, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        print("locked", flush=True)
        sys.stdin.read()
        other.execute("ROLLBACK")
    """
    other = await asyncio.create_subprocess_exec(sys.executable, "-c", textwrap.dedent(source), stdin=-1, stdout=-1)
    assert other.stdout is not None
    assert other.stdin is not None
    await other.stdout.readline()
    locked.set()
    await let_go.wait()
    other.stdin.close()
    assert await other.wait() == 0


def test_a_disk_that_is_full_loses_nothing_that_was_acknowledged(tmp_path):
    """The kernel refuses to let the file grow, which is what a full disk does to it."""
    path = tmp_path / "x.db"
    upgrade(f"sqlite:///{path}")
    filled = subprocess.run(
        [sys.executable, "-c", FILLER, f"sqlite:///{path}", str(ROOM)],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert filled.returncode == 0, filled.stderr[-2000:]
    assert "full:" in filled.stdout
    with sqlite3.connect(path) as other:
        assert other.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
