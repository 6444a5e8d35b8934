"""The fence of an apply: what its runner writes counts only while the attempt is its own."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import Lost
from bot.domain.run import Run
from bot.store.models import attempts, runs


def of_token(run_id: str, token: str) -> ColumnElement[bool]:
    """The attempt of that run, if it is that token's."""
    return (attempts.c.run_id == run_id) & (attempts.c.token == token)


async def check_is_ours(connection: AsyncConnection, run_id: str, token: str) -> None:
    """Hold the attempt's row until the transaction ends; ``Lost`` where it is another token's, or has ended."""
    is_open = attempts.c.finished_at.is_(None)
    mine = select(attempts.c.run_id).where(of_token(run_id, token), is_open).with_for_update()
    if (await connection.execute(mine)).first() is None:
        raise Lost(run_id)


async def check_is_claimed(connection: AsyncConnection, run: Run) -> None:
    """Hold the run's row until the transaction ends; ``Lost`` where it moved, was claimed anew, or is closed."""
    seen = (runs.c.id == run.id) & (runs.c.state == run.state.value) & (runs.c.fence == run.fence)
    chosen = select(runs.c.id).where(seen, runs.c.closed_at.is_(None)).with_for_update()
    if (await connection.execute(chosen)).first() is None:
        raise Lost(run.id)
