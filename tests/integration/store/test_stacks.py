import pytest
from sqlalchemy import select, update

from bot.domain.errors import Refused
from bot.store.models import states
from bot.store.stacks import SqlStacks, Vault
from iac.errors import Broken
from tests.integration.store.making import a_conversation

SECRET = b'{"serial": 3, "password": "hunter2"}'


async def test_a_conversation_has_one_stack_for_ever(stacks, thread):
    first = await stacks.of(thread, environment="dev", language="en", title="api01", at=1.0)
    again = await stacks.of(thread, environment="prod", language="fr", title="other", at=2.0)
    assert first == again == await stacks.get(first.id)
    assert first.conversation == thread
    assert (await stacks.of(a_conversation(), environment="dev", language="en", title="", at=1.0)).id != first.id


async def test_a_stack_that_nobody_made_is_refused(stacks):
    with pytest.raises(Refused, match=r"run\.unknown_stack"):
        await stacks.get("nothing")
    with pytest.raises(Refused, match=r"run\.unknown_stack"):
        await stacks.save_state("nothing", "r", 1, b"x", 1.0)


async def test_the_newest_state_is_the_one_with_the_highest_serial(stacks, stack):
    assert await stacks.state(stack.id) is None
    for serial in (1, 2, 7):
        await stacks.save_state(stack.id, "r1", serial, b"state %d" % serial, 1.0)
    assert await stacks.state(stack.id) == (7, b"state 7")


async def test_an_older_state_never_replaces_a_newer_one(stacks, stack):
    await stacks.save_state(stack.id, "r1", 5, b"five", 1.0)
    with pytest.raises(Refused) as no:
        await stacks.save_state(stack.id, "r2", 4, b"four", 2.0)
    assert no.value.sentence.values == {"stack": stack.id, "serial": 4, "newest": 5}
    assert await stacks.state(stack.id) == (5, b"five")


async def test_the_same_state_twice_is_one_version_and_other_bytes_are_a_new_one(stacks, stack, database):
    for body in (b"a", b"a", b"b"):
        await stacks.save_state(stack.id, "r1", 5, body, 1.0)
    async with database.reading() as connection:
        assert len((await connection.execute(select(states.c.version))).all()) == 2
    assert await stacks.state(stack.id) == (5, b"b")


async def test_a_state_is_unreadable_in_the_database(stacks, stack, database):
    await stacks.save_state(stack.id, "r1", 3, SECRET, 1.0)
    async with database.reading() as connection:
        stored = (await connection.execute(select(states.c.body))).scalar_one()
    assert b"hunter2" not in stored
    assert len(stored) > len(SECRET)


async def test_a_new_key_reads_what_the_old_one_wrote(stacks, stack, database):
    await stacks.save_state(stack.id, "r1", 3, SECRET, 1.0)
    turned = SqlStacks(database, Vault(b"n" * 32, older=[b"k" * 32]))
    assert await turned.state(stack.id) == (3, SECRET)
    await turned.save_state(stack.id, "r1", 4, SECRET, 1.0)
    with pytest.raises(Broken, match="was written with the key"):
        await stacks.state(stack.id)


async def test_a_state_that_was_tampered_with_is_not_believed(stacks, stack, database):
    await stacks.save_state(stack.id, "r1", 3, SECRET, 1.0)
    async with database.writing() as connection:
        stored = (await connection.execute(select(states.c.body))).scalar_one()
        await connection.execute(update(states).values(body=stored[:-1] + bytes([stored[-1] ^ 1])))
    with pytest.raises(Broken, match="its bytes were changed"):
        await stacks.state(stack.id)


async def test_a_state_moved_to_another_serial_is_not_believed(stacks, stack, database):
    await stacks.save_state(stack.id, "r1", 3, SECRET, 1.0)
    async with database.writing() as connection:
        await connection.execute(update(states).values(serial=9))
    with pytest.raises(Broken, match="its bytes were changed"):
        await stacks.state(stack.id)


def test_a_key_of_the_wrong_length_is_refused_at_once():
    with pytest.raises(ValueError, match="128, 192, or 256"):
        Vault(b"short")
