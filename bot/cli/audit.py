"""``threadform audit verify | export``: whether the trail adds up, and the trail itself as JSON lines."""

import argparse
import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.engine import URL

from bot.settings import Settings
from bot.store.audit import Audit, Head, Link
from bot.store.database import open_database, parse_url
from iac.errors import Broken


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """0 where the trail adds up; 1 names the first row that does not; 2 for a date or an anchor that is none."""
    try:
        if arguments.act == "verify":
            return asyncio.run(_verify(settings, parse_anchor(arguments.anchor) if arguments.anchor else None))
        since = parse_since(arguments.since) if arguments.since else None
        return asyncio.run(_export(settings, arguments.run_id, since))
    except ValueError as wrong:
        print(f"threadform audit: {wrong}", file=sys.stderr)
        return 2


async def _verify(settings: Settings, anchor: Head | None) -> int:
    async with _trail(settings) as audit:
        head = await audit.walk()
        if anchor is not None and await audit.hash_of(anchor.seq) != anchor.hash:
            print(f"row {anchor.seq} does not have that hash: the trail adds up, but it was written anew")
            return 1
    print(f"the trail adds up: {head.seq} rows, head {head.seq}:{head.hash or '-'}")
    return 0


async def _export(settings: Settings, run_id: str | None, since: float | None) -> int:
    """One line a row, then one line with the head."""
    async with _trail(settings) as audit:
        head = await audit.head()
        async for link in audit.export(run_id):
            if since is None or json.loads(link.body)["at"] >= since:
                print(_line(link))
        print(json.dumps({"head": {"seq": head.seq, "hash": head.hash}}))
    return 0


def _line(link: Link) -> str:
    entry = json.loads(link.body)
    when = datetime.fromtimestamp(entry["at"], UTC).isoformat()
    kept = {"seq": link.seq, "time": when, "entry": entry, "prev": link.prev, "hash": link.hash, "body": link.body}
    return json.dumps(kept)


@asynccontextmanager
async def _trail(settings: Settings) -> AsyncIterator[Audit]:
    _check_is_there(parse_url(settings.database))
    database = open_database(settings.database)
    try:
        yield Audit(database)
    finally:
        await database.close()


def _check_is_there(url: URL) -> None:
    """To look must not make an empty one."""
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise Broken("opening the database", f"there is none at {url.database}; `threadform migrate` makes one")


def parse_since(text: str) -> float:
    """A date or a time as ISO 8601 writes it, UTC where it names no zone; seconds since the epoch."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as wrong:
        raise ValueError(f"{text!r} is no date; write 2026-11-21 or 2026-11-21T15:00") from wrong
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def parse_anchor(text: str) -> Head:
    """``ROW:HASH``, as the log of a start and ``audit verify`` print it."""
    seq, _, digest = text.partition(":")
    if not seq.isdigit() or len(digest) != 64:  # noqa: PLR2004 - a SHA-256 in hexadecimal
        raise ValueError(f"{text!r} is no anchor; write ROW:HASH as the log of a start has it")
    return Head(int(seq), digest)
