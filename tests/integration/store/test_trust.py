"""Whether the records can be believed is asked before an apply begins."""

import asyncio

import pytest
import structlog
from sqlalchemy import delete, insert, text, update

from bot import log
from bot.domain.errors import Refused
from bot.domain.run import RunState
from bot.ports import Noted
from bot.store.audit import START, Audit
from bot.store.models import audit as rows
from bot.store.models import audit_head
from bot.store.trust import AuditTrust
from tests.integration.store.making import a_run_in

S = RunState


@pytest.fixture(autouse=True)
def _quiet():
    log.configure("json", "critical")
    yield
    structlog.reset_defaults()


@pytest.fixture
def trust(audit):
    return AuditTrust(audit)


async def _fill(audit, count):
    for n in range(count):
        await audit.note(Noted("x.noted", "bot:test", float(n)))


async def _forge(database, *statements):
    async with database.writing() as connection:
        drops = ["audit_no_update", "audit_no_delete"] if database.is_sqlite else ["audit_append_only ON audit"]
        for drop in drops:
            await connection.execute(text(f"DROP TRIGGER IF EXISTS {drop}"))
        for statement in statements:
            await connection.execute(statement)


async def test_until_the_trail_was_read_nothing_is_believed(trust):
    with pytest.raises(Refused, match=r"audit\.unread"):
        trust.check_trail()
    await trust.look()
    trust.check_trail()


async def test_a_row_that_is_forged_later_is_found_when_the_trail_is_read_whole_again(trust, audit, database):
    await _fill(audit, 3)
    await trust.look()
    await _forge(database, update(rows).where(rows.c.seq == 2).values(body="{}"))
    trust._looks = 0  # a day later
    await trust.look()
    with pytest.raises(Refused, match=r"audit\.broken.*2"):
        trust.check_trail()


@pytest.mark.parametrize(
    ("statement", "row"),
    [
        (insert(rows).values(seq=4, run_id="", body="{}", prev="", hash=""), 4),
        (update(audit_head).values(seq=2), 3),
        (delete(rows).where(rows.c.seq == 3), 3),
    ],
    ids=["put in", "head set back", "cut off"],
)
async def test_a_forged_end_is_found_at_the_next_look(trust, audit, database, statement, row):
    await _fill(audit, 3)
    await trust.look()
    await _fill(audit, 0)
    await _forge(database, statement)
    trust._at = START  # rows that were found right before are read again once a day
    await trust.look()
    with pytest.raises(Refused, match=rf"audit\.broken.*{row}"):
        trust.check_trail()


async def test_when_the_trail_is_whole_again_applies_go_on_without_a_person(trust, audit, database):
    await _fill(audit, 3)
    async with database.reading() as connection:
        (body,) = (await connection.execute(text("SELECT body FROM audit WHERE seq = 2"))).one()
    await _forge(database, update(rows).where(rows.c.seq == 2).values(body="{}"))
    await trust.look()
    assert trust.doubt is not None
    await _forge(database, update(rows).where(rows.c.seq == 2).values(body=body))
    await trust.look()
    trust.check_trail()


async def test_after_the_first_reading_only_what_is_new_is_read(trust, audit, database):
    await _fill(audit, 5)
    await trust.look()
    await _fill(audit, 2)
    await _forge(database, update(rows).where(rows.c.seq == 1).values(body="{}"))
    await trust.look()
    trust.check_trail()


async def test_a_trail_of_many_pages_is_walked_to_its_end(audit, database):
    await _fill(audit, 13)
    by_fours = Audit(database, page=4)
    assert await by_fours.verify() == 13
    assert [link.seq async for link in by_fours.export()] == list(range(1, 14))


async def test_rows_that_are_added_while_it_is_read_are_no_forgery(runs, audit, stack, database):
    """On PostgreSQL two statements see two moments: heads and rows were once read in two."""

    async def write():
        for _ in range(6):
            await a_run_in(S.APPROVED, runs, stack)

    async def read(writing):
        seen = 0
        while not writing.done():
            seen = await Audit(database).verify()
        return seen

    writing = asyncio.create_task(write())
    await asyncio.gather(writing, read(writing), read(writing))
    assert await audit.verify() == 24
