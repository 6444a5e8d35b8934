import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DatabaseError

from bot.domain.run import RunState
from bot.ports import Noted
from bot.store.audit import note
from bot.store.models import audit as audit_table
from bot.store.models import audit_head
from iac.errors import Broken
from tests.integration.store.making import a_post, a_run_in

S = RunState


async def test_the_trail_tells_who_did_what_and_when(runs, audit, stack):
    run = await a_run_in(S.PLANNED, runs, stack)
    await runs.move(run, S.APPROVED, actor="web:bob", changes={"decided_by": "web:bob", "updated_at": 42.0})
    entry = (await audit.of_run(run.id))[-1].entry
    assert (entry.old, entry.new, entry.actor, entry.at) == ("planned", "approved", "web:bob", 42.0)
    assert entry.facts["decided_by"] == "web:bob"
    assert entry.facts["digest"] == run.digest


async def test_a_whole_trail_verifies_and_counts_its_rows(runs, audit, stack):
    assert await audit.verify() == 0
    await a_run_in(S.APPROVED, runs, stack)
    assert await audit.verify() == 4


async def test_what_is_no_move_is_noted_in_the_same_chain(runs, audit, stack):
    run = await a_run_in(S.PLANNED, runs, stack)
    said = {"needed": 2, "have": 1}
    await audit.note(Noted("vote.counted", "web:bob", 43.0, "counted", run.id, run.digest, said))
    await audit.note(Noted("freeze.set", "web:carol", 44.0, facts={"reason": "the move"}))
    entry = (await audit.of_run(run.id))[-1].entry
    assert (entry.what, entry.actor, entry.at, entry.new) == ("vote.counted", "web:bob", 43.0, "counted")
    assert entry.facts == {"digest": run.digest, **said}
    assert await audit.verify() == 5


async def test_a_note_and_the_change_it_tells_of_happen_together_or_not_at_all(audit, database):
    async def noted_and_broken():
        async with database.writing() as connection:
            await note(connection, Noted("freeze.set", "web:carol", 1.0))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await noted_and_broken()
    assert await audit.verify() == 0


async def test_no_secret_is_kept_for_ever_in_the_trail(audit, database):
    leaky = {"why": "refused for https://bot:hunter2@pve/", "api_token": "hunter3", "deep": [{"password": "hunter4"}]}
    await audit.note(Noted("state.restored", "web:carol", 1.0, facts=leaky))
    async with database.reading() as connection:
        assert "hunter" not in str((await connection.execute(select(audit_table))).all())


@pytest.mark.parametrize(
    "change", [update(audit_table).values(body="{}"), delete(audit_table)], ids=["update", "delete"]
)
async def test_the_database_itself_refuses_to_change_a_row(runs, database, stack, change):
    await a_run_in(S.PLANNED, runs, stack)
    with pytest.raises(DatabaseError, match="audit rows are never changed"):
        async with database.writing() as connection:
            await connection.execute(change)


async def _without_triggers(database, *statements) -> None:
    """What an intruder with the owner's rights could do."""
    async with database.writing() as connection:
        if database.is_sqlite:
            await connection.execute(text("DROP TRIGGER audit_no_update"))
            await connection.execute(text("DROP TRIGGER audit_no_delete"))
        else:
            await connection.execute(text("DROP TRIGGER audit_append_only ON audit"))
        for statement in statements:
            await connection.execute(statement)


def _of(seq):
    return audit_table.c.seq == seq


FORGERIES = {
    "another actor": (
        [update(audit_table).where(_of(2)).values(body=text("replace(body, 'bot:planning', 'web:mallory')"))],
        2,
    ),
    "a row cut out": ([delete(audit_table).where(_of(2))], 2),
    "the last row cut off": ([delete(audit_table).where(_of(3))], 3),
    "a row of another run": ([update(audit_table).where(_of(1)).values(run_id="other")], 1),
    "everything gone": ([delete(audit_table)], 1),
    "the head gone": ([delete(audit_head)], 0),
}


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_a_forged_trail_is_found_at_its_first_wrong_row(runs, audit, database, stack, forgery):
    statements, first = FORGERIES[forgery]
    await a_run_in(S.PLANNED, runs, stack)
    await _without_triggers(database, *statements)
    with pytest.raises(Broken, match=f"row {first} is missing or was changed"):
        await audit.verify()


async def test_a_move_whose_audit_row_cannot_be_written_does_not_happen(runs, database, stack):
    run = await a_run_in(S.PLANNED, runs, stack)
    async with database.writing() as connection:
        await connection.execute(delete(audit_head))
    with pytest.raises(Broken, match="audit"):
        await runs.move(run, S.APPROVED, actor="web:bob", changes={}, messages=[a_post(stack.conversation, "never")])
    assert await runs.get(run.id) == run


async def test_a_move_whose_message_cannot_be_queued_does_not_happen_either(runs, audit, database, stack):
    run = await a_run_in(S.PLANNED, runs, stack)
    async with database.writing() as connection:
        await connection.execute(text("DROP TABLE outbox"))
    with pytest.raises((DatabaseError, Broken)):
        await runs.move(run, S.APPROVED, actor="web:bob", changes={}, messages=[a_post(stack.conversation, "never")])
    assert (await runs.get(run.id)).state is S.PLANNED
    assert (await audit.of_run(run.id))[-1].entry.new == "planned"
