"""A process is killed between two lines; what it left must be found by the next one."""

import subprocess
import sys
import textwrap

import pytest

from bot.domain.run import RunState
from bot.store.sender import Sender
from tests.integration.store.making import Listener, a_run_in, all_sent

S = RunState
START = """
import asyncio, os, signal, sys
from bot.chat.port import Actor, Card, Conversation, Said
from bot.domain.run import RunState
from bot.ports import Outgoing
from bot.store.attempts import Attempts
from bot.store.database import open_database
from bot.store.inbox import SqlInbox
from bot.store.outbox import SqlOutbox, queue
from bot.store.runs import SqlRuns
from bot.store.sender import Sender

url, run_id = sys.argv[1:]
database = open_database(url)
runs, inbox, outbox, attempts = SqlRuns(database), SqlInbox(database), SqlOutbox(database), Attempts(database)
thread = Conversation("web", "home", "general", "t1")

def die():
    os.kill(os.getpid(), signal.SIGKILL)

async def main():
"""


@pytest.fixture
def killed(database_url):
    def run(body: str, run_id: str = "") -> None:
        source = START + textwrap.indent(textwrap.dedent(body), "    ") + "\nasyncio.run(main())\n"
        command = [sys.executable, "-c", source, database_url, run_id]
        ended = subprocess.run(command, capture_output=True, timeout=240, check=False, text=True)
        assert ended.returncode == -9, ended.stderr

    return run


async def test_an_event_stored_by_a_process_that_died_is_waiting(killed, inbox):
    killed('await inbox.store(Said("m1", thread, Actor("web", "a"), text="hi"), 1.0); die()')
    assert await inbox.waiting(5) == ["m1"]
    assert (await inbox.claim("m1", "me", 60)).text == "hi"


async def test_an_event_claimed_by_a_process_that_died_comes_back_when_its_claim_ends(killed, inbox):
    killed("""
        await inbox.store(Said("m1", thread, Actor("web", "a"), text="hi"), 1.0)
        await inbox.claim("m1", "dead", 0)
        die()
    """)
    assert await inbox.waiting(5) == ["m1"]


async def test_a_move_that_was_not_committed_never_happened(killed, runs, audit, stack):
    run = await a_run_in(S.PLANNED, runs, stack)
    killed(
        """
        from bot.store.moving import Moving, move
        run = await runs.get(run_id)
        async with database.writing() as connection:
            await move(database, connection, run, Moving(RunState.APPROVED, "x", {}))
            die()
        """,
        run.id,
    )
    assert await runs.get(run.id) == run
    assert (await audit.of_run(run.id))[-1].entry.new == "planned"
    assert (await runs.move(run, S.APPROVED, actor="web:bob", changes={})).state is S.APPROVED


async def test_a_move_that_was_committed_is_there_with_its_message(killed, runs, stack, database):
    run = await a_run_in(S.PLANNED, runs, stack)
    killed(
        """
        run = await runs.get(run_id)
        await runs.move(run, RunState.APPROVED, actor="x", changes={}, messages=[Outgoing("k", thread, Card("yes"))])
        die()
        """,
        run.id,
    )
    assert await runs.due(now=1.0, limit=5) == [(run.id, S.APPROVED)]
    chat = Listener()
    await all_sent(Sender(database, {"web": chat}))
    assert chat.said == ["yes"]


async def test_a_runner_that_died_after_the_door_is_found_and_the_door_stays_shut(killed, runs, attempts, stack):
    run = await a_run_in(S.APPROVED, runs, stack)
    await runs.start_apply(run, "t1", actor="x", beat_s=60)
    killed('assert await attempts.begin(run_id, "t1", 0); die()', run.id)
    (silent,) = await attempts.overdue()
    assert silent.run_id == run.id
    assert silent.started_at is not None
    assert not await attempts.begin(run.id, "t1", 60)


async def test_a_message_whose_sender_died_is_sent_again_under_the_same_key(killed, outbox, database):
    killed("""
        from tests.integration.store.making import Listener

        class Deadly(Listener):
            async def post(self, to, card, *, key):
                die()

        await outbox.add([Outgoing("k", thread, Card("hello"))])
        await Sender(database, {"web": Deadly()}).flush()
    """)
    chat = Listener()
    sender = Sender(database, {"web": chat})
    assert await sender.flush() == 0  # still leased: the dead one may have said it a moment ago
    from sqlalchemy import update

    from bot.store.models import outbox as rows

    async with database.writing() as connection:
        await connection.execute(update(rows).values(lease_until=0.0))
    await all_sent(sender)
    assert chat.keys == ["k"]
