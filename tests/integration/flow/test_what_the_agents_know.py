"""What the agents may know of the runs: the thread's own, however busy the others are."""

from bot.chat.port import Actor, Conversation, Said
from bot.flow.intake import run_id_of
from bot.wiring.crew import RunsDesk
from bot.wiring.people import book_of
from tests.fixtures.flow import HERE, PEOPLE


async def test_a_threads_runs_are_found_however_many_others_came_after_them(flow):
    await flow.intake.hear(Said("mine", HERE, Actor("test", "alice"), text="x"))
    for n in range(3):
        where = Conversation("test", "local", "main", f"other{n}")
        await flow.intake.hear(Said(f"other{n}", where, Actor("test", "alice"), text="x"))
    (line,) = await RunsDesk(flow.runs, book_of(PEOPLE)).runs(HERE.key)
    assert line.id == run_id_of("mine")
    assert line.requester == "Alice"


async def test_a_thread_without_runs_has_none(flow):
    assert await RunsDesk(flow.runs, book_of(PEOPLE)).runs("test:local:main:nowhere") == ()
