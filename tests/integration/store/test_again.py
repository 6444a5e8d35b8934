"""A card that is said again: as it stands, in its place, once for each reason; on both databases."""

from sqlalchemy import select

from bot.chat.port import Actor, Card, Conversation
from bot.ports import Outgoing
from bot.store.again import SqlAgain
from bot.store.models import outbox
from bot.store.outbox import SqlOutbox

HERE = Conversation("mattermost", "T1", "C1", "root")


async def rows(database):
    async with database.reading() as connection:
        found = await connection.execute(select(outbox).order_by(outbox.c.seq))
        return [(row.key, row.kind, row.of, row.card["plain"]) for row in found]


async def test_the_newest_form_of_a_card_is_queued_as_an_edit_behind_everything_else(database):
    said = SqlOutbox(database)
    await said.add([Outgoing("run:1", HERE, Card("planned")), Outgoing("other", HERE, Card("talk"))])
    await SqlAgain(database).say_again("run:1", "press:a")
    await said.add([Outgoing("run:1:applying", HERE, Card("applying"), "edit", of="run:1")])
    await SqlAgain(database).say_again("run:1", "press:b")
    assert (await rows(database))[2:] == [
        ("again:press:a", "edit", "run:1", "planned"),
        ("run:1:applying", "edit", "run:1", "applying"),
        ("again:press:b", "edit", "run:1", "applying"),
    ]


async def test_the_key_of_an_edit_means_its_card(database):
    await SqlOutbox(database).add(
        [
            Outgoing("run:1", HERE, Card("planned")),
            Outgoing("run:1:yes", HERE, Card("one yes"), "edit", of="run:1"),
        ]
    )
    await SqlAgain(database).say_again("run:1:yes", "press:a")
    assert (await rows(database))[-1] == ("again:press:a", "edit", "run:1", "one yes")


async def test_the_same_reason_says_it_once_and_what_is_no_card_is_left_alone(database):
    await SqlOutbox(database).add(
        [
            Outgoing("run:1", HERE, Card("planned")),
            Outgoing("note:1", HERE, Card("for you"), "whisper", who=Actor("mattermost", "u1")),
        ]
    )
    for _ in range(3):
        await SqlAgain(database).say_again("run:1", "press:a")
    await SqlAgain(database).say_again("note:1", "press:b")
    await SqlAgain(database).say_again("unknown", "press:c")
    assert [key for key, *_ in await rows(database)] == ["run:1", "note:1", "again:press:a"]
