"""What the web page shows, as an append-only log: a browser that was away asks for what came after its last number."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, insert, select

from bot.domain.errors import Refused
from bot.store.database import Database
from bot.store.models import web_log

EDIT = "edit"


@dataclass(frozen=True, slots=True)
class WebRow:
    """One row. ``ref`` is the number of the row that an edit replaces; ``body`` is the page's own JSON."""

    seq: int
    audience: str
    kind: str
    body: str
    ref: int | None = None


COLUMNS = (web_log.c.seq, web_log.c.audience, web_log.c.kind, web_log.c.body, web_log.c.ref)


@dataclass(frozen=True, slots=True)
class SqlWebLog:
    """The log of the web page. Audiences are the page's own words: a thread, or one person in it."""

    database: Database

    async def append(self, audience: str, kind: str, body: str, key: str | None = None) -> int:
        """Add a row and return its number; the same key again is the same row, left as it is."""
        values = {"audience": audience, "kind": kind, "body": body, "key": key}
        statement = self.database.insert(web_log).values(values).on_conflict_do_nothing(index_elements=["key"])
        async with self.database.writing() as connection:
            seq = (await connection.execute(statement.returning(web_log.c.seq))).scalar()
            if seq is None:
                seq = (await connection.execute(select(web_log.c.seq).where(web_log.c.key == key))).scalar_one()
            return int(seq)

    async def replace(self, seq: int, body: str) -> int:
        """Add an edit of the row ``seq`` and return its own number; an edit of what already stands adds nothing."""
        async with self.database.writing() as connection:
            first = (await connection.execute(select(*COLUMNS).where(web_log.c.seq == seq).with_for_update())).first()
            if first is None:
                raise Refused("run.unknown_message", message=seq)
            ordered = select(*COLUMNS).where(web_log.c.ref == seq).order_by(web_log.c.seq.desc()).limit(1)
            last = (await connection.execute(ordered)).first() or first
            if last.body == body:
                return int(last.seq)
            values = {"audience": first.audience, "kind": EDIT, "body": body, "ref": seq}
            added = await connection.execute(insert(web_log).values(values).returning(web_log.c.seq))
            return int(added.scalar_one())

    async def since(self, seq: int, audiences: Sequence[str], limit: int = 500) -> Sequence[WebRow]:
        """The rows after ``seq`` that these audiences may see, in order."""
        chosen = select(*COLUMNS).where(web_log.c.seq > seq, web_log.c.audience.in_(list(audiences)))
        async with self.database.reading() as connection:
            rows = await connection.execute(chosen.order_by(web_log.c.seq).limit(limit))
            return [WebRow(*row) for row in rows]

    async def seq_of(self, key: str) -> int | None:
        """The number of the row of that key; None where there is none."""
        async with self.database.reading() as connection:
            return (await connection.execute(select(web_log.c.seq).where(web_log.c.key == key))).scalar()

    async def get(self, seq: int) -> WebRow | None:
        """The row of that number, as it was written; None where there is none."""
        async with self.database.reading() as connection:
            row = (await connection.execute(select(*COLUMNS).where(web_log.c.seq == seq))).first()
            return None if row is None else WebRow(*row)

    async def newest(self) -> int:
        """The last number there is; 0 in an empty log."""
        async with self.database.reading() as connection:
            return int((await connection.execute(select(func.coalesce(func.max(web_log.c.seq), 0)))).scalar_one())
