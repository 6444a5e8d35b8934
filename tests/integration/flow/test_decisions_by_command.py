"""Approve and discard by command: the same checks as the button, bound to one plan, and no way round them."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from bot.chat.port import Actor, Commanded
from bot.domain.approval import button_value
from bot.domain.run import RunState
from bot.store.audit import Audit
from bot.store.codec import parse_event
from bot.store.models import inbox
from tests.fixtures.commanding import Line
from tests.fixtures.flow import HERE
from tests.fixtures.sinking import lossy, opened, sink_of

S = RunState


@pytest.fixture
def line(flow):
    return Line(flow)


async def test_a_yes_by_command_counts_once_and_says_for_which_plan(flow, line):
    run = await flow.planned()
    told = await line.say("bob", f"approve {run.id}")
    assert (await flow.newest()).state is S.APPROVED
    assert f"Your yes to run {run.id} (api01, revision 1) is counted. It holds for the plan {run.digest[:12]}" in told
    assert (await line.last())[0] == "whisper"
    assert flow.world.rung.count(("apply", run.id)) == 1


async def test_the_beginning_of_an_id_is_enough_where_one_run_has_it(flow, line):
    run = await flow.planned()
    await line.say("bob", f"approuver {run.id[:5].upper()}")
    assert (await flow.newest()).state is S.APPROVED


async def test_a_command_heard_again_after_a_death_counts_once_and_is_told_once(flow, line):
    run = await flow.planned()
    for _ in range(2):
        await line.say("bob", f"approve {run.id}", key="same")
        await flow.commanding.told(await heard(flow, "same"), await flow.commanding.command(await heard(flow, "same")))
    assert [key for _, key, _ in await line.plain() if key == "answer:same"] == ["answer:same"]
    votes = [row.entry for row in await Audit(flow.database).of_run(run.id) if row.entry.new == "approved"]
    assert len(votes) == 1


async def heard(flow, key):
    async with flow.database.reading() as connection:
        return parse_event((await connection.execute(select(inbox.c.event).where(inbox.c.key == key))).scalar_one())


async def test_nobody_approves_by_command_who_may_not_by_button_and_the_trail_keeps_it(flow, line):
    run = await flow.planned()
    for person in ("alice", "mallory"):
        assert "do not have the right to approve" in await line.say(person, f"approve {run.id}")
        assert (await line.last())[0] == "whisper"
    assert (await flow.newest()).state is S.PLANNED
    refused = [row.entry for row in await Audit(flow.database).of_run(run.id) if row.entry.what == "press.refused"]
    assert [entry.actor for entry in refused] == ["test:alice", "test:mallory"]


async def test_four_eyes_hold_for_commands(flow, line):
    run = await flow.planned("bob")
    assert "you asked for this yourself" in await line.say("bob", f"approve {run.id}")
    assert (await flow.newest()).state is S.PLANNED


async def test_an_older_revision_is_never_approved(flow, line):
    old = await flow.planned()
    newer = await flow.planned()
    assert "decided already" in await line.say("bob", f"approve {old.id}")
    assert (await flow.runs.get(newer.id)).state is S.PLANNED


async def test_a_digest_that_is_named_must_be_that_of_the_card(flow, line):
    run = await flow.planned()
    assert "newer plan" in await line.say("bob", f"approve {run.id}:0123456789ab")
    assert (await flow.newest()).state is S.PLANNED
    await line.say("bob", f"approve {button_value(run)}")
    assert (await flow.newest()).state is S.APPROVED


async def test_an_expired_plan_is_not_approved(flow, line):
    run = await flow.planned()
    flow.world.at = run.expires_at + 1
    assert "expired" in await line.say("bob", f"approve {run.id}")
    assert (await flow.newest()).state is S.PLANNED


async def test_a_loss_is_typed_whichever_way_the_yes_comes(flow, line):
    run = await lossy(flow, "api01")
    assert "type its name" in await line.say("carol", f"approve {run.id}")
    assert (await flow.newest()).state is S.PLANNED
    await line.fill("carol", f"confirm:{button_value(run)}", {"names": "api01"})
    assert (await flow.newest()).state is S.APPROVED


async def test_a_discard_keeps_its_reason(flow, line):
    run = await flow.planned()
    told = await line.say("alice", f"abandonner {run.id[:6]} deux suffisent")
    assert (await flow.newest()).state is S.DISCARDED
    assert (await flow.newest()).outcome["reason"] == "deux suffisent"
    assert f"Run {run.id} (api01, revision 1, plan {run.digest[:12]}) is laid aside" in told


async def test_a_discard_of_somebody_else_s_run_is_refused(flow, line):
    flow.people(flow.approving.people)
    run = await flow.planned("bob")
    assert "only the person who asked" in await line.say("alice", f"discard {run.id} no")
    assert (await flow.newest()).state is S.PLANNED


async def test_without_a_run_what_waits_is_listed_and_nothing_is_guessed(flow, line):
    run = await flow.planned()
    for said in ("approve", "discard"):
        assert f"{run.id} (api01)" in await line.say("bob", said)
    assert (await flow.newest()).state is S.PLANNED


async def test_a_beginning_that_several_runs_share_is_answered_with_them(flow, line):
    first = await flow.planned()
    twin = replace(first, id=f"{first.id[:6]}ffffff", digest=None, state=S.PENDING, revision=9)
    await flow.runs.create(twin, actor="test")
    told = await line.say("bob", f"approve {first.id[:6]}")
    assert first.id in told
    assert twin.id in told
    assert (await flow.runs.get(first.id)).state is S.PLANNED


async def test_what_no_run_is_called_is_said_so(flow, line):
    await flow.planned()
    for named in ("zz", "zzzz", "%%%", "___", "'; drop table runs"):
        told = await line.say("bob", f"approve {named}")
        assert "too short" in told or "no run that begins with" in told
    assert (await flow.newest()).state is S.PLANNED


async def test_a_stranger_learns_nothing_of_what_is_there(flow, line):
    run = await flow.planned()
    for said in ("approve", f"approve {run.id[:4]}", "discard", "status", "list all", "vm api01", "cluster", "quota"):
        told = await line.say("mallory", said)
        assert run.id not in told
        assert "api01 (" not in told


async def test_a_platform_with_dialogs_opens_the_one_that_the_button_would(flow):
    run = await flow.planned()
    sink, who = sink_of(flow), Actor("test", "alice", "Alice")
    opening = await sink.form_for(Commanded("k", HERE, who, name="threadform", text=f"discard {run.id[:6]}"))
    assert opening == await opened(flow, "alice", run, "discard")
    assert await sink.form_for(Commanded("k", HERE, who, name="threadform", text=f"discard {run.id} why")) is None
    assert await sink.form_for(Commanded("k", HERE, who, name="threadform", text="status")) is None
    asked = await sink.form_for(Commanded("k", HERE, who, name="threadform", text="demander"))
    assert (asked.form.id, asked.form.title) == ("request:fr", "Nouvelle demande")


@pytest.mark.parametrize("text", ["approve", "approve 4f2a", "discard 4f2a not now"])
async def test_a_stranger_s_decision_about_nothing_is_answered_once_and_alone(line, text):
    await line.say("mallory", text)
    assert {kind for kind, _, _ in await line.plain()} == {"whisper"}
    assert len(await line.plain()) == 1
