"""The states of a stack, listed, compared and restored, on both databases."""

import asyncio
import json

import pytest

from bot.domain.errors import Refused
from bot.domain.run import RunState
from bot.store.audit import Audit
from bot.store.history import SqlHistory
from tests.fixtures.states import put_state
from tests.integration.store.making import a_run_in


def a_state(serial, cores):
    return json.dumps({"version": 4, "serial": serial, "lineage": "l", "cores": cores, "resources": []}).encode()


@pytest.fixture
async def history(stacks, stack):
    for serial in (1, 2):
        await put_state(stacks, stack.id, serial, a_state(serial, cores=serial))
    return SqlHistory(stacks)


async def numbers(history, stack):
    return [version.version for version in await history.versions(stack.id)]


async def test_every_version_is_listed_with_what_wrote_it_and_can_be_read(history, stack):
    listed = await history.versions(stack.id)
    assert [(version.serial, version.run_id) for version in listed] == [(1, "r1"), (2, "r1")]
    assert await history.body(stack.id, listed[0].version) == a_state(1, cores=1)
    assert [(each.id, count) for each, count in await history.all()] == [(stack.id, 2)]


async def test_an_older_version_becomes_the_newest_and_the_others_stay(history, stack, stacks, database):
    first = (await numbers(history, stack))[0]
    assert await history.restore(stack.id, first, "cli:carol") == 3
    serial, body = await stacks.state(stack.id)
    assert (serial, json.loads(body)["serial"], json.loads(body)["cores"]) == (3, 3, 1)
    assert len(await numbers(history, stack)) == 3
    rows = [link async for link in Audit(database).export(None)]
    entry = json.loads(rows[-1].body)
    assert (entry["what"], entry["actor"], entry["facts"]["version"]) == ("state.restored", "cli:carol", first)


@pytest.mark.parametrize("state", [RunState.APPROVED])
async def test_while_a_run_is_about_to_change_the_stack_nothing_is_restored(history, stack, runs, state):
    run = await a_run_in(state, runs, stack)
    with pytest.raises(Refused) as no:
        await history.restore(stack.id, (await numbers(history, stack))[0], "cli:carol")
    assert (no.value.sentence.key, no.value.sentence.values["run"]) == ("state.busy", run.id)
    assert len(await numbers(history, stack)) == 2


async def test_a_run_that_broke_and_was_not_looked_at_holds_the_state_too(history, stack, runs, attempts):
    run = await a_run_in(RunState.APPROVED, runs, stack)
    mine = await runs.claim(run.id, [RunState.APPROVED], "worker", 60)
    await runs.start_apply(mine, "t1", actor="web:bob", beat_s=60)
    await attempts.finish(run.id, "t1", 1, outcome={})
    with pytest.raises(Refused):
        await history.restore(stack.id, (await numbers(history, stack))[0], "cli:carol")


async def test_a_version_of_another_stack_or_none_at_all_is_refused(history, stack):
    with pytest.raises(Refused) as no:
        await history.restore(stack.id, 4711, "cli:carol")
    assert no.value.sentence.key == "state.unknown_version"
    with pytest.raises(Refused):
        await history.body("another", (await numbers(history, stack))[0])


async def test_two_restores_of_one_moment_are_two_versions(history, stack, stacks):
    first, second = await numbers(history, stack)
    serials = await asyncio.gather(
        history.restore(stack.id, first, "cli:a"), history.restore(stack.id, second, "cli:b")
    )
    assert sorted(serials) == [3, 4]
    assert (await stacks.state(stack.id))[0] == 4
