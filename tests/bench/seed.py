"""Open requests in great number: copies of one that was really planned, under names and numbers of their own."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.run import RunState
from bot.store.database import Database
from bot.store.models import claims, holders, reservations, runs, stacks, web_log

FIRST_VMID = 50_000
_first = web_log.c.ref.is_(None)
NO_ROOM = {"cores": 0, "memory_mb": 0, "disk_gb": 0}
"""A claim is read and weighed whatever its size; a thousand of full size would leave no room to plan in."""
Rows = Sequence[Mapping[str, Any]]


async def open_requests(database: Database, count: int) -> None:
    """Have ``count`` planned runs beside the first, which is copied with its stack, claims, reservations and thread."""
    async with database.writing() as connection:
        chosen = select(runs).where(runs.c.state == RunState.PLANNED.value).order_by(runs.c.created_at)
        planned = await _rows(connection, chosen)
        sample = planned[0]
        stack = (await _rows(connection, select(stacks).where(stacks.c.id == sample["stack_id"])))[0]
        kept = await _rows(connection, select(reservations).where(reservations.c.stack_id == stack["id"]))
        claimed = await _rows(connection, select(claims).where(claims.c.run_id == sample["id"]))
        shown = await _rows(connection, select(web_log).where(web_log.c.audience.in_(_audiences(stack)), _first))
        last = max(row["id"] for row in await _rows(connection, select(reservations.c.id)))
        copied = sum(1 for run in planned if run["id"].startswith("copy"))
        for number in range(copied, count):
            await _copy(connection, sample, stack, number)
            await _add(connection, claims, [{**row, **_owner(number), **NO_ROOM} for row in claimed])
            await _reserve(connection, kept, (number, last + (number - copied) * len(kept)))
            await _add(connection, web_log, [_listed(row, stack, number) for row in shown])


def _audiences(stack: Mapping[str, Any]) -> list[str]:
    return [stack["key"], stack["key"].rpartition(":")[0]]


async def _copy(connection: AsyncConnection, sample: Mapping[str, Any], stack: Mapping[str, Any], number: int) -> None:
    key = f"{stack['key']}-{number}"
    names = {"id": f"stack{number:07d}", "key": key, "conversation": {**stack["conversation"], "thread": _thread(key)}}
    await _add(connection, stacks, [{**stack, **names}])
    # A copy takes no room in the cluster: it changes a guest that stands (a template does), it does not make one.
    guests = [{**guest, "vmid": guest["template_vmid"]} for guest in sample["outcome"]["guests"]]
    mine = {"id": f"copy{number:08d}", "stack_id": names["id"], "conversation": key}
    await _add(connection, runs, [{**sample, **mine, "outcome": {**sample["outcome"], "guests": guests}}])


def _owner(number: int) -> Mapping[str, str]:
    return {"run_id": f"copy{number:08d}", "stack_id": f"stack{number:07d}"}


async def _reserve(connection: AsyncConnection, kept: Rows, numbers: tuple[int, int]) -> None:
    number, last = numbers
    for index, row in enumerate(kept, 1):
        value = str(FIRST_VMID + number) if row["kind"] == "vmid" else f"{row['value']}-{number}"
        mine = {"id": last + index, "stack_id": f"stack{number:07d}", "value": value}
        await _add(connection, reservations, [{**row, **mine}])
        await _add(connection, holders, [{"reservation_id": last + index, "run_id": f"copy{number:08d}"}])


def _listed(row: Mapping[str, Any], stack: Mapping[str, Any], number: int) -> dict[str, Any]:
    """A row of the page's log, in the copy's thread; the list of threads has one of each."""
    name = _thread(stack["key"])
    new = {
        "key": f"{row['key']}-{number}" if row["key"] else None,
        "body": row["body"].replace(name, f"{name}-{number}"),
    }
    audience = row["audience"].replace(stack["key"], f"{stack['key']}-{number}")
    kept = {name: value for name, value in row.items() if name not in ("seq", "ref")}
    return {**kept, **new, "audience": audience}


def _thread(key: str) -> str:
    return key.rpartition(":")[2]


async def _rows(connection: AsyncConnection, chosen: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in (await connection.execute(chosen)).mappings()]


async def _add(connection: AsyncConnection, table: Table, rows: Rows) -> None:
    if rows:
        await connection.execute(insert(table), [dict(row) for row in rows])
