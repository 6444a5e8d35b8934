"""The states of a stack as they followed each other: listed, read, and an older one made the newest again."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import Refused
from bot.ports import Noted, Stack, StateCopy
from bot.store.audit import note
from bot.store.database import clock
from bot.store.models import runs, stacks, states
from bot.store.settled import is_changing, is_unrecovered
from bot.store.stacks import SqlStacks, label_of, lock_stack, newest_of, parse_stack

LISTED = (states.c.version, states.c.serial, states.c.run_id, states.c.sha256, states.c.key_id, states.c.at)


@dataclass(frozen=True, slots=True)
class Version:
    """One kept state: its number over all stacks, terraform's serial, what wrote it and when."""

    version: int
    serial: int
    run_id: str
    sha256: str
    key_id: str
    at: float


@dataclass(frozen=True, slots=True)
class SqlHistory:
    """The history of all stacks. Reading needs the key; listing does not."""

    stacks: SqlStacks

    async def all(self) -> Sequence[tuple[Stack, int]]:
        """Every stack with the number of its versions, the oldest first."""
        counted = select(func.count()).where(states.c.stack_id == stacks.c.id).scalar_subquery()
        async with self.stacks.database.reading() as connection:
            rows = await connection.execute(select(stacks, counted.label("versions")).order_by(stacks.c.created_at))
            return [(parse_stack(row), row.versions) for row in rows]

    async def versions(self, stack_id: str) -> Sequence[Version]:
        """The versions of a stack, the newest last."""
        chosen = select(*LISTED).where(states.c.stack_id == stack_id).order_by(states.c.version)
        async with self.stacks.database.reading() as connection:
            return [Version(*row) for row in await connection.execute(chosen)]

    async def body(self, stack_id: str, version: int) -> bytes:
        """One version; ``Refused("state.unknown_version")`` where the stack has none of that number."""
        async with self.stacks.database.reading() as connection:
            return await self._body(connection, stack_id, version)

    async def restore(self, stack_id: str, version: int, by: str) -> int:
        """Make an older version the newest again, as a version of its own; the serial it has now.

        ``Refused("state.busy")`` while a run of the stack is approved, being applied, or broke and was not looked at.
        Plans that wait for a decision were made on another serial: their apply is refused and planned anew.
        """
        async with self.stacks.database.writing() as connection:
            await lock_stack(connection, stack_id)
            await _check_is_free(connection, stack_id)
            body = await self._body(connection, stack_id, version)
            serial = int((await newest_of(connection, stack_id)).serial) + 1
            restored = json.dumps(json.loads(body) | {"serial": serial}, indent=2).encode()
            await self.stacks.keep(connection, StateCopy(stack_id, f"restored:{version}", serial, restored))
            at = (await connection.execute(select(clock()))).scalar_one()
            facts = {"stack": stack_id, "version": version, "serial": serial}
            await note(connection, Noted("state.restored", by, at, str(version), facts=facts))
            return serial

    async def _body(self, connection: AsyncConnection, stack_id: str, version: int) -> bytes:
        chosen = select(states).where(states.c.stack_id == stack_id, states.c.version == version)
        row: Any = (await connection.execute(chosen)).first()
        if row is None:
            raise Refused("state.unknown_version", stack=stack_id, version=str(version))
        return self.stacks.vault.open(row.key_id, row.body, label_of(stack_id, row.serial))


async def _check_is_free(connection: AsyncConnection, stack_id: str) -> None:
    chosen = select(runs.c.id).where(runs.c.stack_id == stack_id, is_changing() | is_unrecovered())
    row = (await connection.execute(chosen)).first()
    if row is not None:
        raise Refused("state.busy", stack=stack_id, run=row.id)
