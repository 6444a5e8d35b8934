import asyncio

import pytest
from sqlalchemy import select, update

from bot.domain.errors import Lost, Refused
from bot.domain.run import RunState
from bot.ports import StateCopy
from bot.store.models import states
from bot.store.stacks import SqlStacks, Vault
from iac.errors import Broken
from tests.fixtures.states import put_state
from tests.integration.store.making import a_conversation, a_run_in

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
        await put_state(stacks, "nothing", 1, b"x")


async def test_the_newest_state_is_the_one_with_the_highest_serial(stacks, stack):
    assert await stacks.state(stack.id) is None
    for serial in (1, 2, 7):
        await put_state(stacks, stack.id, serial, b"state %d" % serial)
    assert await stacks.state(stack.id) == (7, b"state 7")


async def test_an_older_state_never_replaces_a_newer_one(stacks, stack):
    await put_state(stacks, stack.id, 5, b"five")
    with pytest.raises(Refused) as no:
        await put_state(stacks, stack.id, 4, b"four")
    assert no.value.sentence.values == {"stack": stack.id, "serial": 4, "newest": 5}
    assert await stacks.state(stack.id) == (5, b"five")


async def test_the_same_state_twice_is_one_version_and_other_bytes_are_a_new_one(stacks, stack, database):
    for body in (b"a", b"a", b"b"):
        await put_state(stacks, stack.id, 5, body)
    async with database.reading() as connection:
        assert len((await connection.execute(select(states.c.version))).all()) == 2
    assert await stacks.state(stack.id) == (5, b"b")


async def test_a_state_is_unreadable_in_the_database(stacks, stack, database):
    await put_state(stacks, stack.id, 3, SECRET)
    async with database.reading() as connection:
        stored = (await connection.execute(select(states.c.body))).scalar_one()
    assert b"hunter2" not in stored
    assert len(stored) > len(SECRET)


async def test_a_new_key_reads_what_the_old_one_wrote(stacks, stack, database):
    await put_state(stacks, stack.id, 3, SECRET)
    turned = SqlStacks(database, Vault(b"n" * 32, older=[b"k" * 32]))
    assert await turned.state(stack.id) == (3, SECRET)
    await put_state(turned, stack.id, 4, SECRET)
    with pytest.raises(Broken, match="was written with the key"):
        await stacks.state(stack.id)


async def test_a_state_that_was_tampered_with_is_not_believed(stacks, stack, database):
    await put_state(stacks, stack.id, 3, SECRET)
    async with database.writing() as connection:
        stored = (await connection.execute(select(states.c.body))).scalar_one()
        await connection.execute(update(states).values(body=stored[:-1] + bytes([stored[-1] ^ 1])))
    with pytest.raises(Broken, match="its bytes were changed"):
        await stacks.state(stack.id)


async def test_a_state_moved_to_another_serial_is_not_believed(stacks, stack, database):
    await put_state(stacks, stack.id, 3, SECRET)
    async with database.writing() as connection:
        await connection.execute(update(states).values(serial=9))
    with pytest.raises(Broken, match="its bytes were changed"):
        await stacks.state(stack.id)


def test_a_key_of_the_wrong_length_is_refused_at_once():
    with pytest.raises(ValueError, match="128, 192, or 256"):
        Vault(b"short")


async def an_apply(runs, attempts, stack):
    run = await a_run_in(RunState.APPROVED, runs, stack)
    mine = await runs.claim(run.id, [RunState.APPROVED], "worker", 60)
    await runs.start_apply(mine, "t1", actor="web:bob", beat_s=-1)
    assert await attempts.begin(run.id, "t1", -1)
    return run


async def test_only_the_runner_whose_attempt_it_is_writes_the_state(runs, attempts, stacks, stack):
    run = await an_apply(runs, attempts, stack)
    await stacks.save_state(StateCopy(stack.id, run.id, 1, b"one"), token="t1")
    assert await attempts.take_over(run.id, "t1", "t2", 60) is not None
    with pytest.raises(Lost):
        await stacks.save_state(StateCopy(stack.id, run.id, 2, b"late"), token="t1")
    await stacks.save_state(StateCopy(stack.id, run.id, 2, b"two"), token="t2")
    assert await stacks.state(stack.id) == (2, b"two")


async def test_an_attempt_that_has_ended_writes_no_state_any_more(runs, attempts, stacks, stack):
    run = await an_apply(runs, attempts, stack)
    await attempts.finish(run.id, "t1", 1, outcome={})
    with pytest.raises(Lost):
        await stacks.save_state(StateCopy(stack.id, run.id, 1, b"late"), token="t1")
    assert await stacks.state(stack.id) is None


async def test_a_state_and_a_taking_over_at_the_same_moment_never_both_win_in_the_wrong_order(
    runs, attempts, stacks, stack
):
    run = await an_apply(runs, attempts, stack)
    for serial in range(1, 11):
        old, new = f"t{serial}", f"t{serial + 1}"
        late = stacks.save_state(StateCopy(stack.id, run.id, serial, b"of %d" % serial), token=old)
        took, saved = await asyncio.gather(attempts.take_over(run.id, old, new, -1), late, return_exceptions=True)
        assert took is not None
        assert saved is None or isinstance(saved, Lost)
        with pytest.raises(Lost):
            await stacks.save_state(StateCopy(stack.id, run.id, 99, b"forged"), token=old)
