"""When a stack is free: nobody changes it, and what broke while changing it has been looked at."""

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import Refused
from bot.domain.run import Run, RunState
from bot.store.models import attempts, runs, states
from bot.store.stacks import lock_stack

CHANGING = (RunState.APPROVED, RunState.APPLYING)


def was_tried() -> ColumnElement[bool]:
    """Whether an apply of the run was ever ordered."""
    return exists().where(attempts.c.run_id == runs.c.id)


def is_changing() -> ColumnElement[bool]:
    """Whether the run is about to change its stack, or does."""
    return runs.c.state.in_([state.value for state in CHANGING])


def is_unrecovered() -> ColumnElement[bool]:
    """Whether an apply of the run broke, and nobody has looked yet at what it left."""
    return (runs.c.state == RunState.ERRORED.value) & runs.c.closed_at.is_(None) & was_tried()


async def held_state(connection: AsyncConnection, run_id: str) -> RunState | None:
    """The state of a run, whose row is locked until the transaction ends; None where there is no such run.

    Whoever ends the run meanwhile waits, and gives back what is taken for it here.
    """
    chosen = select(runs.c.state).where(runs.c.id == run_id).with_for_update()
    state = (await connection.execute(chosen)).scalar()
    return None if state is None else RunState(state)


async def check_is_current(connection: AsyncConnection, run: Run) -> None:
    """Refuse a plan that was made on another state; the stack is held until the caller's transaction ends.

    Whoever makes another version the newest holds the same row: it is either seen here, or sees that an apply began.
    """
    await lock_stack(connection, run.stack_id)
    newest = select(func.coalesce(func.max(states.c.serial), 0)).where(states.c.stack_id == run.stack_id)
    if run.state_serial is not None and (await connection.execute(newest)).scalar_one() != run.state_serial:
        raise Refused("apply.state_moved", run=run.id)


async def check_is_settled(connection: AsyncConnection, run: Run) -> None:
    """Refuse, inside the caller's transaction, in the name of a broken run of the stack that nobody has looked at."""
    broken = (runs.c.stack_id == run.stack_id) & (runs.c.id != run.id) & is_unrecovered()
    row = (await connection.execute(select(runs.c.id, runs.c.decided_by, runs.c.requester).where(broken))).first()
    if row is not None:
        raise Refused("lock.held", holder=row.decided_by or row.requester, run=row.id)
