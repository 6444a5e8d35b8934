"""How many must say yes, who counts, what the card says meanwhile; and what is typed before anything is lost."""

import asyncio
from collections import Counter
from dataclasses import replace

import pytest

from bot.chat.port import Actor, Pressed
from bot.domain.approval import button_value
from bot.domain.outcome import parse_outcome
from bot.domain.run import RunState
from bot.store.audit import Audit
from tests.fixtures.flow import HERE, Flow, proposal
from tests.fixtures.sinking import lossy

S = RunState


async def trail(flow: Flow, run_id: str) -> list[tuple[str, str, str]]:
    """What happened to a run: the word, who, the result."""
    return [(r.entry.what, r.entry.actor, r.entry.new) for r in await Audit(flow.database).of_run(run_id)]


async def test_one_of_two_is_not_enough_and_the_card_says_who_is_missing(anywhere):
    anywhere.ruled(approvals=2)
    run = await anywhere.planned()
    await anywhere.press("bob", run)
    assert (await anywhere.newest()).state is S.PLANNED
    kind, key, card = (await anywhere.messages())[-1]
    assert (kind, key) == ("edit", f"run:{run.id}:planned:yes:test:bob")
    assert "**1 of 2** has said yes: Bob." in card
    assert "Who may decide: Carol and Dave." in card
    assert ("apply", run.id) not in anywhere.world.rung


async def test_the_second_person_decides_and_both_are_named(anywhere):
    anywhere.ruled(approvals=2)
    run = await anywhere.planned()
    await anywhere.press("bob", run)
    await anywhere.press("dave", run)
    decided = await anywhere.newest()
    assert decided.state is S.APPROVED
    assert decided.decided_by == "test:dave"
    assert "Bob and Dave approved this plan" in (await anywhere.messages())[-1][2]
    assert anywhere.world.rung.count(("apply", run.id)) == 1
    assert (await trail(anywhere, run.id))[-2:] == [
        ("vote.counted", "test:bob", "yes"),
        ("run.moved", "test:dave", "approved"),
    ]
    await Audit(anywhere.database).verify()


async def test_the_trail_says_which_plan_each_yes_was_for_and_how_many_were_needed(anywhere):
    anywhere.ruled(approvals=2)
    run = await anywhere.planned()
    await anywhere.press("bob", run)
    await anywhere.press("dave", run)
    first, second = [r.entry.facts for r in (await Audit(anywhere.database).of_run(run.id))[-2:]]
    assert (first["digest"], first["yes"], first["needed"]) == (run.digest, ["test:bob"], 2)
    assert (second["digest"], second["yes"], second["needed"]) == (run.digest, ["test:bob", "test:dave"], 2)


async def test_the_same_person_twice_counts_once_and_is_told_kindly(anywhere):
    anywhere.ruled(approvals=2)
    run = await anywhere.planned()
    await anywhere.press("bob", run)
    await anywhere.press("bob", run)
    assert (await anywhere.newest()).state is S.PLANNED
    assert len(await anywhere.told("bob")) == 1
    assert "counted already" in (await anywhere.told("bob"))[0]


@pytest.mark.parametrize("approvals", [1, 2])
async def test_the_very_same_click_heard_again_says_nothing(anywhere, approvals):
    anywhere.ruled(approvals=approvals)
    run = await anywhere.planned()
    await anywhere.press("bob", run, key="once")
    before = await anywhere.messages()
    await anywhere.press("bob", run, key="once")
    assert await anywhere.messages() == before
    assert await anywhere.told("bob") == []


async def test_a_discard_heard_again_says_nothing(anywhere):
    run = await anywhere.planned()
    await anywhere.press("alice", run, "discard", key="once")
    await anywhere.press("alice", run, "discard", key="once")
    assert await anywhere.told("alice") == []
    assert (await anywhere.newest()).state is S.DISCARDED


async def test_a_yes_of_somebody_who_lost_the_right_meanwhile_does_not_count(flow):
    flow.ruled(approvals=2)
    run = await flow.planned()
    await flow.press("bob", run)
    book = flow.approving.people
    flow.people(replace(book, known={**book.known, "test:bob": replace(book.known["test:bob"], roles=frozenset())}))
    await flow.press("dave", run)
    assert (await flow.newest()).state is S.PLANNED
    await flow.press("carol", run)
    assert (await flow.newest()).state is S.APPROVED
    assert parse_outcome((await flow.newest()).outcome).yes == ("test:dave", "test:carol")


async def test_only_approvers_of_the_environments_groups_count(flow):
    flow.ruled(approvers=("test:lab",))
    run = await flow.planned()
    await flow.press("bob", run)
    assert (await flow.newest()).state is S.PLANNED
    assert "another group" in (await flow.told("bob"))[0]
    await flow.press("dave", run)
    assert (await flow.newest()).state is S.APPROVED


@pytest.mark.parametrize(("clicks", "needed"), [(200, 2), (30, 1), (30, 3)])
async def test_two_hundred_clicks_of_three_people_are_one_decision(anywhere, clicks, needed):
    anywhere.ruled(approvals=needed)
    run = await anywhere.planned()
    people = ["bob", "carol", "dave"]
    await asyncio.gather(*(anywhere.press(people[n % 3], run, key=f"click-{n}") for n in range(clicks)))
    assert (await anywhere.newest()).state is S.APPROVED
    moves = [row for row in await trail(anywhere, run.id) if row[2] == "approved"]
    votes = [row for row in await trail(anywhere, run.id) if row[0] == "vote.counted"]
    assert len(moves) == 1
    assert len(votes) == needed - 1
    assert anywhere.world.rung.count(("apply", run.id)) == 1
    whispers = Counter(kind for kind, _, _ in await anywhere.messages())["whisper"]
    assert whispers == clicks - needed
    await Audit(anywhere.database).verify()


async def test_a_yes_and_a_no_at_once_have_one_winner(anywhere):
    for n in range(10):
        run = await anywhere.planned()
        await asyncio.gather(anywhere.press("bob", run), anywhere.press("alice", run, "discard"))
        state = (await anywhere.runs.get(run.id)).state
        assert state in (S.APPROVED, S.DISCARDED)
        assert len(await anywhere.told("bob")) + len(await anywhere.told("alice")) == n + 1
        if state is S.APPROVED:
            await anywhere.runs.move(await anywhere.runs.get(run.id), S.DISCARDED, actor="test", changes={})


async def test_a_yes_to_a_loss_asks_its_presser_for_the_name(flow):
    run = await lossy(flow, "old01")
    await flow.press("carol", run)
    assert (await flow.newest()).state is S.PLANNED
    assert "type its name" in (await flow.told("carol"))[0]
    assert f"confirm:{button_value(run)}" in (await flow.messages())[-1][2]


async def test_the_name_makes_it_a_yes(flow):
    run = await lossy(flow, "old01")
    await flow.fill("carol", f"confirm:{button_value(run)}", {"names": " old01 "})
    assert (await flow.newest()).state is S.APPROVED


async def test_a_wrong_name_is_said_kindly_and_may_be_typed_again(flow):
    run = await lossy(flow, "old01", "old02")
    form = f"confirm:{button_value(run)}"
    await flow.fill("carol", form, {"names": "old01"})
    assert (await flow.newest()).state is S.PLANNED
    assert "type old01 and old02" in (await flow.told("carol"))[0]
    assert form in (await flow.messages())[-1][2]
    assert ("press.refused", "test:carol", "approve.other_names") in await trail(flow, run.id)
    await flow.fill("carol", form, {"names": "old02, old01"})
    assert (await flow.newest()).state is S.APPROVED


async def test_a_right_that_was_lost_before_the_name_was_typed_counts_no_more(flow):
    run = await lossy(flow, "old01")
    await flow.press("carol", run)
    await flow.fill("dave", f"confirm:{button_value(run)}", {"names": "old01"})
    assert (await flow.newest()).state is S.PLANNED
    assert "may not approve that" in (await flow.told("dave"))[0]


async def test_a_plan_that_expired_while_the_name_was_typed_is_not_approved(flow):
    run = await lossy(flow, "old01")
    await flow.press("carol", run)
    flow.world.at += 3601
    await flow.fill("carol", f"confirm:{button_value(run)}", {"names": "old01"})
    assert (await flow.newest()).state is S.PLANNED
    assert "expired" in (await flow.told("carol"))[-1]


async def test_nobody_says_yes_while_changes_are_frozen(flow):
    run = await flow.planned()
    await flow.approving.freezes.freeze("test:carol", "a move", 1.0)
    await flow.press("bob", run)
    assert (await flow.newest()).state is S.PLANNED
    assert "frozen by Carol (a move)" in (await flow.told("bob"))[0]
    await flow.press("bob", run, "discard")
    assert (await flow.newest()).state is S.DISCARDED


async def test_a_refused_press_is_kept_in_the_trail_once_a_minute(anywhere):
    run = await anywhere.planned()
    await asyncio.gather(*(anywhere.press("mallory", run) for _ in range(20)))
    refused = ("press.refused", "test:mallory", "approve.no_right")
    assert (await trail(anywhere, run.id)).count(refused) == 1
    anywhere.world.at += 61
    await anywhere.press("mallory", run)
    assert (await trail(anywhere, run.id)).count(refused) == 2
    rows = [r.entry for r in await Audit(anywhere.database).of_run(run.id) if r.entry.what == "press.refused"]
    assert rows[0].facts["pressed"] == f"approve {button_value(run)}"


async def test_a_press_on_a_french_card_is_answered_in_french(flow):
    flow.world.answer = proposal(language="fr")
    run = await flow.planned()
    await flow.press("mallory", run)
    assert "pas le droit d" in (await flow.told("mallory"))[0]
    stale = Pressed("x", HERE, Actor("test", "bob"), action="approve", value=f"{run.id}:000000000000")
    await flow.approving.press(stale)
    assert "plan plus récent" in (await flow.told("bob"))[0]
