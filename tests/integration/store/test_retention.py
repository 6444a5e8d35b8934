"""What has served its time goes, and nothing that is still needed goes with it."""

import asyncio
import time

import pytest
from sqlalchemy import func, insert, select, update

from bot.domain.run import RunState
from bot.store.database import clock
from bot.store.models import audit, paces, runs, web_log, workers
from bot.store.models import inbox as heard
from bot.store.models import outbox as said
from bot.store.notes import SqlNotes, chat_notes
from bot.store.retention import DAY_S, EVERY_S, NAME, Retention
from bot.store.runs import SqlRuns
from bot.store.second import second_ways
from bot.store.sender import Sender
from tests.integration.store.making import Listener, a_post, a_run_in, an_edit, words

S = RunState
MANY = 50_000


@pytest.fixture
def retention(database):
    return Retention(database, days=90, pause_s=0)


@pytest.fixture
def send_all(database):
    async def send():
        chat = Listener()
        sender = Sender(database, {"web": chat})
        while await sender.flush():
            pass
        return chat

    return send


async def _age(database, table, days, *columns):
    async with database.writing() as connection:
        await connection.execute(update(table).values({c: table.c[c] - days * DAY_S for c in columns}))


async def _keys(database, table=said, column="key"):
    async with database.reading() as connection:
        return list((await connection.execute(select(table.c[column]).order_by(table.c[column]))).scalars())


async def test_what_was_said_long_ago_goes_and_what_was_not_said_stays(outbox, database, retention, send_all, thread):
    await outbox.add([a_post(thread, "said")])
    await send_all()
    await outbox.add([a_post(thread, "unsaid")])
    await _age(database, said, 91, "at", "sent_at")
    await retention.clean()
    assert await _keys(database) == ["unsaid"]


async def test_what_was_said_within_the_time_stays(outbox, database, retention, send_all, thread):
    await outbox.add([a_post(thread, "said")])
    await send_all()
    await _age(database, said, 89, "at", "sent_at")
    assert await retention.clean() == 0


async def test_superseded_edits_go_after_a_day(outbox, database, retention, send_all, thread):
    await outbox.add([a_post(thread, "card"), *(an_edit(thread, f"e{n}", "card", f"{n}") for n in range(3))])
    await send_all()
    await _age(database, said, 2, "at", "sent_at")
    await retention.clean()
    assert await _keys(database) == ["card", "e2"]


async def test_a_post_whose_card_is_still_edited_stays_and_the_edit_finds_it(
    outbox, database, retention, send_all, thread
):
    await outbox.add([a_post(thread, "card"), an_edit(thread, "old", "card", "once")])
    await send_all()
    await _age(database, said, 91, "at", "sent_at")
    await outbox.add([an_edit(thread, "new", "card", "again")])
    await retention.clean()
    assert "card" in await _keys(database)
    assert (await send_all()).heard == [("edit", "platform:card", "again")]


async def test_the_card_of_a_run_that_is_not_over_stays(outbox, database, retention, send_all, stack):
    run = await a_run_in(S.PLANNED, stack=stack, runs=_runs(database))
    await outbox.add([a_post(stack.conversation, f"run:{run.id}")])
    await send_all()
    await _age(database, said, 91, "at", "sent_at")
    await _age(database, runs, 91, "updated_at")
    await retention.clean()
    assert await _keys(database) == [f"run:{run.id}"]
    await _runs(database).move(run, S.EXPIRED, actor="x", changes={"updated_at": 1.0})
    await retention.clean()
    assert await _keys(database) == []


async def test_an_event_is_known_again_for_as_long_as_it_is_kept(inbox, database, retention, thread):
    now = time.time()
    await inbox.store(words(thread, "new"), now)
    await inbox.store(words(thread, "old"), now - 91 * DAY_S)
    await inbox.store(words(thread, "unheard"), now - 91 * DAY_S)
    await inbox.done("new")
    await inbox.done("old")
    await retention.clean()
    assert "old" in await _keys(database, heard)  # done only now: a late redelivery must find it
    await _age(database, heard, 91, "done_at")
    await retention.clean()
    assert await _keys(database, heard) == ["new", "unheard"]
    assert not await inbox.store(words(thread, "new"), now)


async def test_the_page_keeps_its_posts_and_the_last_form_of_each(weblog, database, retention):
    post = await weblog.append("a", "card", "0")
    for n in range(1, 6):
        await weblog.replace(post, str(n))
    await _fill_page(database, 1_000)
    await retention.clean()
    assert [row.body for row in await weblog.since(0, ["a"])] == ["0", "5"]


async def test_edits_that_a_reader_may_be_in_the_middle_of_stay(weblog, database, retention):
    post = await weblog.append("a", "card", "0")
    await weblog.replace(post, "1")
    await weblog.replace(post, "2")
    assert await retention.clean() == 0


async def test_of_several_workers_one_cleans_in_an_hour(database, retention, outbox):
    async with database.writing() as connection:
        await connection.execute(insert(paces).values([{"channel": f"c{n}", "free_at": 1.0} for n in range(5)]))
    assert sorted(await asyncio.gather(*(Retention(database, 90).keep() for _ in range(3)))) == [0, 0, 5]
    assert await retention.keep() == 0
    async with database.writing() as connection:
        await connection.execute(insert(paces).values(channel="c9", free_at=1.0))
        late = update(workers).where(workers.c.id == NAME).values(seen_at=workers.c.seen_at - EVERY_S - 1)
        await connection.execute(late)
    assert await retention.keep() == 1


async def test_fifty_thousand_rows_go_while_others_write_at_once(database, thread, outbox):
    await _fill_outbox(database, MANY)
    await outbox.add([a_post(thread, "fresh")])
    gone: list[int] = []
    cleaning = asyncio.create_task(Retention(database, 90).clean())
    while not cleaning.done():
        before = await _count(database)
        await outbox.add([a_post(thread, f"w{len(gone)}")])
        gone.append(before - await _count(database))
        await asyncio.sleep(0.01)
    assert await cleaning == MANY
    # In rows, not in seconds: a busy machine is slow at both.
    assert max(gone) < MANY / 4, f"{len(gone)} writes; one waited until {max(gone)} rows were gone"
    assert len(await _keys(database)) == len(gone) + 1


async def _count(database):
    async with database.reading() as connection:
        return (await connection.execute(select(func.count()).select_from(said))).scalar_one()


async def test_the_trail_is_kept_for_ever(database, stack, retention):
    await a_run_in(S.PLANNED, stack=stack, runs=_runs(database))
    await _age(database, runs, 1000, "updated_at")
    await retention.clean()
    async with database.reading() as connection:
        assert (await connection.execute(select(func.count()).select_from(audit))).scalar() == 3


def _runs(database):
    return SqlRuns(database)


async def _fill_page(database, count):
    rows = [{"audience": "b", "kind": "card", "body": "x"}] * count
    async with database.writing() as connection:
        await connection.execute(insert(web_log), rows)


async def _fill_outbox(database, count):
    one = {"thread": "web:h:g:t", "conversation": {}, "kind": "post", "card": {}, "at": 1.0, "sent_at": 1.0}
    async with database.writing() as connection:
        for first in range(0, count, 5_000):
            rows = [{**one, "key": f"k{n}"} for n in range(first, min(first + 5_000, count))]
            await connection.execute(insert(said), rows)


async def test_what_adapters_remember_of_old_threads_goes_and_their_place_in_the_stream_stays(database, retention):
    notes = SqlNotes(database)
    passing = ("matrix:place:!r:$old", "mattermost:used:n1", "mattermost:trigger:t1")
    for name in (*passing, "matrix:since:@bot:x", "mattermost:heard"):
        await notes.put(name, "{}")
    await _age(database, chat_notes, 91, "at")
    await notes.put("matrix:place:!r:$new", "{}")
    await retention.clean()
    kept = ["matrix:place:!r:$new", "matrix:since:@bot:x", "mattermost:heard"]
    assert sorted(await _keys(database, chat_notes, "name")) == kept


async def test_what_went_out_another_way_long_ago_is_forgotten(database, retention):
    async with database.writing() as connection:
        now = {"at": clock()}
        await connection.execute(insert(second_ways).values(key="old", way="mail", at=0.0))
        await connection.execute(insert(second_ways).values(key="new", way="mail", **now))
    await retention.clean()
    assert await _keys(database, second_ways) == ["new"]
