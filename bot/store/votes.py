"""What people said about plans: decided on the locked row, with the audit row and the messages in one transaction."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.run import Run
from bot.ports import Decide, Decision, Noted, Pending, Refusal, Vote
from bot.store.audit import note
from bot.store.database import Database
from bot.store.models import UNDECIDED, audit, audit_head, runs, votes
from bot.store.moving import RUN_COLUMNS, Moving, check_move, move, parse_run, run_of
from bot.store.outbox import queue

QUIET_S: Final = 60.0
"""The same person, run and reason are one audit row a minute."""
COUNTED: Final = "vote.counted"
REFUSED: Final = "press.refused"
ASKED: Final = "names.asked"


@dataclass(frozen=True, slots=True)
class SqlVotes:
    """The ``Votes`` port."""

    database: Database

    async def cast(self, vote: Vote, decide: Decide) -> Run | None:
        """Decide on the locked row and record it; None where this very event has counted before."""
        async with self.database.writing() as connection:
            run = await run_of(connection, vote.run_id, is_locking=True)
            if await _has_counted(connection, vote):
                return None
            decision = decide(run, await _yes(connection, run))
            if vote.is_yes:
                await self._keep(connection, run, vote)
            if decision.to is None:
                return await self._stay(connection, run, vote, decision)
            check_move(run, decision.to, decision.changes)
            facts = {**decision.facts, "event": vote.event}
            moving = Moving(decision.to, vote.person, decision.changes, decision.messages, facts)
            return await move(self.database, connection, run, moving)

    async def turned_away(self, refusal: Refusal) -> bool:
        """Keep it as an audit row; False where the same person was turned away so within the last minute."""
        async with self.database.reading() as connection:
            if await _is_told(connection, refusal):
                return False
        async with self.database.writing() as connection:
            # The head of the trail is held first: whoever is turned away at the same moment waits and sees our row.
            await connection.execute(select(audit_head.c.id).with_for_update())
            if await _is_told(connection, refusal):
                return False
            noted = Noted(
                REFUSED, refusal.person, refusal.at, refusal.why, refusal.run_id, facts={"pressed": refusal.pressed}
            )
            await note(connection, noted)
            return True

    async def wait_for(self, pending: Pending) -> None:
        """Keep it as an audit row."""
        facts = {"evidence": pending.evidence, "event": pending.event}
        async with self.database.writing() as connection:
            await note(
                connection, Noted(ASKED, pending.person, pending.at, "yes", pending.run_id, pending.digest, facts)
            )

    async def waiting(self, thread: str, person: str, since: float) -> Pending | None:
        """The newest yes of that person that waits since then in that thread for its names."""
        here = select(runs.c.id).where(text(UNDECIDED), runs.c.conversation == thread)
        asked = audit.c.run_id.in_(here) & _holds("actor", person) & _holds("what", ASKED)
        chosen: Select[Any] = select(audit.c.run_id, audit.c.body).where(asked).order_by(audit.c.seq.desc()).limit(1)
        async with self.database.reading() as connection:
            row = (await connection.execute(chosen)).first()
        return _pending(row.run_id, person, json.loads(row.body), since) if row else None

    async def _keep(self, connection: AsyncConnection, run: Run, vote: Vote) -> None:
        """A yes to an earlier plan of the same run, if there ever was one, is no yes to this one."""
        row = {"run_id": run.id, "person": vote.person, "digest": run.digest, "at": vote.at}
        statement = self.database.insert(votes).values(row)
        again = {"digest": run.digest, "at": vote.at}
        await connection.execute(statement.on_conflict_do_update(index_elements=["run_id", "person"], set_=again))

    async def _stay(self, connection: AsyncConnection, run: Run, vote: Vote, decision: Decision) -> Run:
        """A vote that does not decide yet: the card's words change, the state does not."""
        statement = update(runs).where(runs.c.id == run.id).values(dict(decision.changes))
        row = (await connection.execute(statement.returning(*RUN_COLUMNS))).one()
        facts = {**decision.facts, "event": vote.event}
        await note(connection, Noted(COUNTED, vote.person, vote.at, "yes", run.id, run.digest, facts))
        await queue(self.database, connection, decision.messages)
        return parse_run(row)


async def _yes(connection: AsyncConnection, run: Run) -> Sequence[str]:
    """Who has said yes to the plan as it is, in the order in which they did."""
    said = (votes.c.run_id == run.id) & (votes.c.digest == run.digest)
    chosen = select(votes.c.person).where(said).order_by(votes.c.at, votes.c.person)
    return (await connection.execute(chosen)).scalars().all()


async def _has_counted(connection: AsyncConnection, vote: Vote) -> bool:
    """Whether the trail of this run names the event: a worker died after counting it."""
    named = (audit.c.run_id == vote.run_id) & _holds("event", vote.event)
    return (await connection.execute(select(audit.c.seq).where(named).limit(1))).first() is not None


async def _is_told(connection: AsyncConnection, refusal: Refusal) -> bool:
    same = _holds("actor", refusal.person) & _holds("what", REFUSED) & _holds("new", refusal.why)
    chosen: Select[Any] = select(audit.c.body).where(audit.c.run_id == refusal.run_id, same)
    body = (await connection.execute(chosen.order_by(audit.c.seq.desc()).limit(1))).scalar()
    return body is not None and refusal.at - json.loads(body)["at"] < QUIET_S


def _holds(name: str, value: str) -> ColumnElement[bool]:
    """Rows of the trail with that value; its text is canonical, so that one form finds it."""
    return audit.c.body.contains(json.dumps({name: value}, separators=(",", ":"))[1:-1], autoescape=True)


def _pending(run_id: str, person: str, body: dict[str, Any], since: float) -> Pending | None:
    facts = body["facts"]
    if body["at"] < since:
        return None
    return Pending(run_id, facts["digest"], person, facts["evidence"], facts["event"], body["at"])
