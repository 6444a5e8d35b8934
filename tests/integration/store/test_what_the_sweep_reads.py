"""Once a second every worker asks what is to be done: that must not read everything that was ever done."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import pytest
from sqlalchemy import CompoundSelect, Select, insert, select, update

from bot.domain.run import Run
from bot.store import models
from bot.store.attempts import overdue_attempts
from bot.store.letters import due_heads
from bot.store.runs import due_runs
from bot.store.second import Rule, overdue
from tests.integration.store.making import S, a_run, a_run_in

ENDED = 4_000
PARTS = ({"runs_due"}, {"runs_unreported"}, {"runs_expiring", "runs_to_remind"})
"""Either index of the plans that wait names them all; with few of them one is as good as the other."""


@pytest.fixture
async def long_life(database, stack, thread):
    """A database in which very much has been done."""
    async with database.writing() as connection:
        rows = [_ended(stack, number) for number in range(ENDED)]
        tried = [{"run_id": row["id"], "token": "t", "beat_until": 1.0, "finished_at": 2.0} for row in rows]
        said = [_said(thread, number) for number in range(ENDED)]
        for table, values in ((models.runs, rows), (models.attempts, tried), (models.outbox, said)):
            await connection.execute(insert(table), values)
    if not database.is_sqlite:
        async with database.writing() as connection:
            await connection.exec_driver_sql("ANALYZE runs, attempts, outbox")
    return database


def _ended(stack, number: int) -> Mapping[str, Any]:
    run = a_run(stack)
    row = {field.name: getattr(run, field.name) for field in fields(Run)}
    return row | {"id": f"ended{number}", "state": S.APPLIED.value, "closed_at": 3.0, "expires_at": 4.0}


def _said(thread, number: int) -> Mapping[str, Any]:
    message = {"key": f"said{number}", "thread": thread.key, "conversation": {}, "kind": "post", "card": {}}
    return message | {"at": 1.0, "sent_at": 2.0}


async def _plan_of(database, statement: Select[Any] | CompoundSelect[Any]) -> str:
    """How the database would carry it out, with its values bound as they are when it is asked."""
    compiled = statement.compile(dialect=database.engine.dialect, compile_kwargs={"render_postcompile": True})
    order, values = compiled.positiontup, compiled.params
    bound = tuple(values[name] for name in order) if order is not None else values
    explain = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
    async with database.reading() as connection:
        rows = await connection.exec_driver_sql(f"{explain} {compiled}", bound)
        return "\n".join(str(row[-1]) for row in rows)


def _is_scanned(plan: str, table: str) -> bool:
    """Whether all rows of the table are read; a scan of an index of some rows is none."""
    lines = [line.strip() for line in plan.splitlines() if f"Seq Scan on {table}" in line or f"SCAN {table}" in line]
    return any("INDEX" not in line for line in lines)


async def test_what_is_due_is_found_without_reading_what_has_ended(long_life):
    plan = await _plan_of(long_life, due_runs(10.0).limit(50))
    assert all(any(name in plan for name in part) for part in PARTS), plan
    assert not _is_scanned(plan, "runs"), plan


async def test_a_silent_apply_is_found_without_reading_those_that_have_ended(long_life):
    plan = await _plan_of(long_life, overdue_attempts(5.0))
    assert "attempts_open" in plan, plan
    assert not _is_scanned(plan, "attempts"), plan


async def test_what_is_to_be_said_is_found_without_reading_what_was_said(long_life):
    plan = await _plan_of(long_life, due_heads(["web"]).limit(1))
    assert "outbox_unsent" in plan, plan
    assert not _is_scanned(plan, "outbox"), plan


async def test_the_scan_of_a_table_would_be_noticed(long_life):
    plan = await _plan_of(long_life, select(models.runs.c.id).where(models.runs.c.requester == "nobody"))
    assert _is_scanned(plan, "runs"), plan


async def test_a_plan_that_is_late_and_to_be_reminded_of_is_named_once(runs, stack, database):
    run = await a_run_in(S.PLANNED, runs, stack)
    async with database.writing() as connection:
        await connection.execute(update(models.runs).values(remind_at=50.0))
    assert await runs.due(now=200.0, limit=10) == [(run.id, S.PLANNED)]


async def test_what_no_chat_has_taken_is_found_without_reading_what_was_said(long_life):
    rules = {"warning": Rule(1_800.0, ("mail",)), "critical": Rule(180.0, ("mail",))}
    plan = await _plan_of(long_life, overdue(rules))
    assert all(name in plan for name in ("outbox_unsent", "outbox_failed")), plan
    assert not _is_scanned(plan, "outbox"), plan
