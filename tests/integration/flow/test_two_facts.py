"""Where a chat signs nothing, a yes to a loss takes a second fact: its names, typed in the thread by its person."""

from dataclasses import replace

import pytest

from bot.chat.port import Actor, Filled, Pressed, Said
from bot.domain.approval import CONFIRM, TYPED_S, button_value
from bot.domain.run import RunState
from bot.store.audit import Audit
from tests.fixtures.flow import HERE
from tests.fixtures.sinking import lossy

S = RunState
CAROL = Actor("test", "carol", "Carol")
DAVE = Actor("test", "dave", "Dave")
WEAK = "callback"


async def press(flow, run, who=CAROL, action="approve", key="weak-1"):
    event = Pressed(key, HERE, who, action=action, value=button_value(run), evidence=WEAK)
    await flow.approving.press(event)


async def type_(flow, text, who=CAROL, where=HERE, key="typed-1", **more):
    """Whether the words were taken as the second fact."""
    return await flow.approving.hear(Said(key, where, who, text=text, is_to_bot=True, **more))


async def facts(flow, run):
    return [(r.entry.what, r.entry.facts.get("evidence")) for r in await Audit(flow.database).of_run(run.id)]


async def test_a_click_alone_destroys_nothing_and_its_presser_is_asked_to_type_in_the_thread(anywhere):
    run = await lossy(anywhere, "old01")
    await press(anywhere, run)
    assert (await anywhere.newest()).state is S.PLANNED
    (told,) = await anywhere.told("carol")
    assert "This destroys old01" in told
    assert "write old01 as a message in the thread" in told
    assert ("names.asked", WEAK) in await facts(anywhere, run)


async def test_the_names_typed_in_the_thread_by_the_same_person_make_it_count_with_both_facts(anywhere):
    run = await lossy(anywhere, "old01", "old02")
    await press(anywhere, run)
    assert await type_(anywhere, "OLD02, old01")
    decided = await anywhere.newest()
    assert (decided.state, decided.decided_by) == (S.APPROVED, "test:carol")
    assert (await facts(anywhere, run))[-1] == ("run.moved", "callback + typed reply")
    assert ("apply", run.id) in anywhere.world.rung
    await Audit(anywhere.database).verify()


async def test_a_normal_approval_says_that_it_came_by_a_callback(anywhere):
    run = await anywhere.planned()
    await press(anywhere, run, DAVE)
    assert (await facts(anywhere, run))[-1] == ("run.moved", WEAK)


async def test_a_discard_says_that_it_came_by_a_callback(flow):
    run = await flow.planned()
    await press(flow, run, DAVE, "discard")
    assert (await facts(flow, run))[-1] == ("run.moved", WEAK)


@pytest.mark.parametrize("text", ["old01 please", "old0", "yes", "", "approve old01", "old01 old02"])
async def test_other_words_are_ordinary_talk(flow, text):
    run = await lossy(flow, "old01")
    await press(flow, run)
    assert not await type_(flow, text)
    assert (await flow.newest()).state is S.PLANNED


async def test_words_without_a_click_approve_nothing(flow):
    await lossy(flow, "old01")
    assert not await type_(flow, "old01")
    assert (await flow.newest()).state is S.PLANNED


async def test_another_persons_words_are_no_second_fact(flow):
    run = await lossy(flow, "old01")
    await press(flow, run)
    for who in (DAVE, Actor("test", "alice", "Alice"), Actor("test", "carol2", "Carol")):
        assert not await type_(flow, "old01", who)
    assert (await flow.newest()).state is S.PLANNED


async def test_words_in_another_thread_are_no_second_fact(flow):
    run = await lossy(flow, "old01")
    await press(flow, run)
    elsewhere = type(HERE)("test", "local", "main", "t2")
    assert not await type_(flow, "old01", where=elsewhere)
    assert not await type_(flow, "old01", where=type(HERE)("test", "local", "other", "t1"))


async def test_words_that_nobody_vouches_for_are_no_second_fact(flow):
    run = await lossy(flow, "old01")
    await press(flow, run)
    assert not await type_(flow, "old01", evidence=WEAK)


async def test_a_form_of_the_same_unsigned_way_is_no_second_fact(flow):
    run = await lossy(flow, "old01")
    form = f"{CONFIRM}{button_value(run)}"
    await flow.approving.fill(Filled("f1", HERE, CAROL, form=form, values={"names": "old01"}, evidence=WEAK))
    assert (await flow.newest()).state is S.PLANNED
    assert await type_(flow, "old01")


async def test_words_that_come_too_late_are_ordinary_talk(flow):
    run = await lossy(flow, "old01")
    await press(flow, run)
    flow.world.at += TYPED_S + 1
    assert not await type_(flow, "old01")


async def test_words_about_an_older_plan_approve_no_newer_one(flow):
    older = await lossy(flow, "old01")
    await press(flow, older)
    newer = await lossy(flow, "old01")
    assert newer.id != older.id
    assert not await type_(flow, "old01")
    assert (await flow.runs.get(newer.id)).state is S.PLANNED


async def test_who_lost_the_right_meanwhile_is_told_and_nothing_is_destroyed(flow):
    run = await lossy(flow, "old01")
    await press(flow, run)
    book = flow.approving.people
    person = book.known["test:carol"]
    flow.people(replace(book, known={**book.known, "test:carol": replace(person, roles=frozenset())}))
    assert await type_(flow, "old01")
    assert (await flow.newest()).state is S.PLANNED
    assert len(await flow.told("carol")) == 2
