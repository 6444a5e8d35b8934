"""A card is said again while somebody decides about it: the newest thing said of it is the decision."""

import asyncio

from sqlalchemy import or_, select

from bot.chat.port import Card
from bot.ports import Outgoing
from bot.store.again import SqlAgain
from bot.store.models import outbox
from bot.store.moving import run_of
from bot.store.outbox import queue
from tests.fixtures.flow import HERE, Flow


async def newest(flow: Flow, key: str) -> str:
    """The last form of a card that will be said."""
    chosen = select(outbox.c.card).where(or_(outbox.c.key == key, outbox.c.of == key)).order_by(outbox.c.seq.desc())
    async with flow.database.reading() as connection:
        return (await connection.execute(chosen.limit(1))).scalar()["plain"]


async def test_no_older_form_of_a_card_is_said_behind_its_decision(anywhere):
    run = await anywhere.planned()
    key = f"run:{run.id}"
    async with anywhere.database.writing() as connection:
        await run_of(connection, run.id, is_locking=True)
        decided = Outgoing(f"{key}:approved", HERE, Card("decided"), "edit", of=key)
        await queue(anywhere.database, connection, [decided])
        again = asyncio.create_task(SqlAgain(anywhere.database).say_again(key, "press:1"))
        # A machine that is too slow to end it in this time only makes the test easier to pass.
        done, _ = await asyncio.wait({again}, timeout=0.5)
        assert not done, "it did not wait for whoever decides"
    await again
    assert await newest(anywhere, key) == "decided"
