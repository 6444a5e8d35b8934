"""Templates that are being cloned: one clone at a time of each, held from the start of an apply to its end."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Column, ForeignKey, Index, Table, Text, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import Lost, Refused
from bot.store.database import Database
from bot.store.models import metadata, runs

template_holds = Table(
    "template_holds",
    metadata,
    # One clone at a time of a template is a constraint of the database, as one apply at a time of a stack is.
    Column("template", Text, primary_key=True),
    Column("run_id", Text, ForeignKey("runs.id"), nullable=False),
    Index("template_holds_of_run", "run_id"),
)

LOOKS: Final = 3
"""How often a template is asked for that was freed between the taking and the look at its holder."""


async def hold_templates(
    database: Database, connection: AsyncConnection, run_id: str, templates: Sequence[str]
) -> None:
    """Take them for this run inside the caller's transaction; ``Refused("lock.template")`` names who has one.

    Always in one order: two runs that want the same two never wait for each other.
    """
    for template in sorted(set(templates)):
        row = {"template": template, "run_id": run_id}
        statement = database.insert(template_holds).values(row).on_conflict_do_nothing()
        taken = statement.returning(template_holds.c.template)
        for _ in range(LOOKS):
            if (await connection.execute(taken)).first() is not None:
                break
            await check_templates_free(connection, run_id, [template])
        else:
            raise Lost(run_id)


async def check_templates_free(connection: AsyncConnection, run_id: str, templates: Sequence[str]) -> None:
    """Refuse in the name of whoever is cloning from one of these templates now; our own hold is no hindrance."""
    theirs = template_holds.c.template.in_(list(templates)) & (template_holds.c.run_id != run_id)
    chosen = (
        select(template_holds.c.template, runs.c.id, runs.c.decided_by, runs.c.requester)
        .join(runs, runs.c.id == template_holds.c.run_id)
        .where(theirs)
        .order_by(template_holds.c.template)
    )
    row = (await connection.execute(chosen)).first()
    if row is not None:
        holder = row.decided_by or row.requester
        if ":guest:" in row.template:
            raise Refused("lock.guest", holder=holder, run=row.id, vmid=row.template.rpartition(":")[2])
        raise Refused("lock.template", holder=holder, run=row.id, template=row.template)


async def release_templates(connection: AsyncConnection, run_id: str) -> None:
    """The attempt has ended: the next may clone. Inside the caller's transaction."""
    await connection.execute(delete(template_holds).where(template_holds.c.run_id == run_id))
