"""The books of a world when everything is over: what terraform, chat, audit trail, states and lab say must agree."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot.domain.run import RunState
from bot.store.audit import Audit
from bot.store.database import Database
from bot.store.models import attempts, outbox, runs, stacks
from bot.store.stacks import SqlStacks, Vault
from bot.wiring.keys import state_key
from iac.errors import Broken
from iac.lab.control import LabControl
from tests.chaos.people import Request
from tests.chaos.platform import Platform
from tests.chaos.world import World

GUEST = "proxmox_virtual_environment_vm"
REPORT = ":report"
OURS = range(1000, 2000)


@dataclass(frozen=True, slots=True)
class Told:
    """What the books say about one request."""

    applies: int
    reports: int
    orphans: int
    runs: int
    broken: int
    end: str


@dataclass
class Books:
    """Everything read once; ``problems`` are the broken promises, as sentences."""

    told: dict[int, Told] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    orphans: Sequence[str] = ()


def applies_in(log: Path) -> Mapping[str, int]:
    """How often terraform apply was started for each run: counted by the program itself, before it begins."""
    if not log.exists():
        return {}
    return Counter(line.split()[0].rpartition("/")[2] for line in log.read_text().splitlines() if line)


async def balance(world: World, database: Database, requests: Sequence[Request], hard: Sequence[float]) -> Books:
    """``hard`` are the moments at which terraform, a runner or a machine was killed: after these an apply may break."""
    books = Books()
    started = applies_in(world.plan.directory / "applies")
    async with database.reading() as connection:
        rows = (await connection.execute(select(runs).order_by(runs.c.revision))).all()
        tries = {row.run_id: row for row in (await connection.execute(select(attempts))).all()}
        failed = (await connection.execute(select(outbox.c.key).where(outbox.c.failed_at.is_not(None)))).scalars().all()
    known, there, books.orphans = await machines(world, database)
    books.problems += [f"{key} was never said" for key in failed]
    books.problems += [f"{key} was said twice" for key in world.chat.twice]
    books.problems += [f"{guest} is in the lab and no state knows it" for guest in books.orphans]
    books.problems += [f"{guest} is in {count} states" for guest, count in known.items() if count > 1]
    try:
        await Audit(database).verify()
    except Broken as fault:
        books.problems.append(str(fault))
    of = defaultdict(list)
    for row in rows:
        of[row.conversation].append(row)
    for request in requests:
        mine = of[request.conversation.key]
        books.problems += [*_faults_of(request, mine, tries, hard), *_faults_in_lab(request, there)]
        for row in mine:
            books.problems += _faults(row, tries.get(row.id), started.get(row.id, 0), world.chat)
        books.told[request.number] = Told(
            sum(started.get(row.id, 0) for row in mine),
            sum(_reports(world.chat, row.id) for row in mine),
            sum(guest.startswith(request.guest) for guest in books.orphans),
            len(mine),
            sum(row.state == RunState.ERRORED.value for row in mine),
            mine[-1].state if mine else "nothing",
        )
    return books


async def machines(world: World, database: Database) -> tuple[Mapping[str, int], Mapping[str, str], Sequence[str]]:
    """In how many states each guest stands that a state knows; the lab's guests and whether they run; the orphans."""
    kept = SqlStacks(database, Vault(state_key(world.settings())))
    async with database.reading() as connection:
        ids = (await connection.execute(select(stacks.c.id))).scalars().all()
    known: Counter[str] = Counter()
    for stack_id in ids:
        state = await kept.state(stack_id)
        known.update(_guests(state[1] if state else None))
    assert world.lab is not None
    with LabControl(world.lab.access) as lab:
        there = _in_lab(lab.state())
    return known, there, sorted(set(there) - set(known))


def _guests(state: bytes | None) -> Iterator[str]:
    for resource in json.loads(state)["resources"] if state else ():
        if resource["type"] == GUEST and resource["mode"] == "managed":
            for instance in resource["instances"]:
                found = instance["attributes"]
                yield f"{found.get('name')} ({found.get('vm_id')})"


def _in_lab(state: Mapping[str, Any]) -> Mapping[str, str]:
    """The guests with numbers that only the bot hands out, and whether they run."""
    ours = {vmid: guest for vmid, guest in state["guests"].items() if int(vmid) in OURS}
    return {f"{guest['config'].get('name', '?')} ({vmid})": guest["status"] for vmid, guest in ours.items()}


def _faults_in_lab(request: Request, there: Mapping[str, str]) -> Iterator[str]:
    """Whatever happened on the way, at the end everybody has the one machine that was asked for, and it runs."""
    found = [status for guest, status in there.items() if guest.startswith(f"{request.guest} ")]
    if request.done_at and found != ["running"]:
        yield f"{request.guest} should be there once and run; there is: {', '.join(found) or 'nothing'}"


def _faults_of(request: Request, mine: Sequence[Any], tries: Mapping[str, Any], hard: Sequence[float]) -> Iterator[str]:
    where = f"{request.guest} ({', '.join(row.id for row in mine) or 'no run'})"
    if not request.done_at:
        yield f"{where} has no end: {', '.join(row.state for row in mine) or 'nothing was heard'}"
    if not mine:
        return
    may_break = any(request.was_open_at(moment) for moment in hard)
    broke = [row for row in mine if row.state == RunState.ERRORED.value]
    if broke and not (may_break and all(row.id in tries for row in broke)):
        yield f"{where} broke, and nothing that may break an apply had happened"
    if mine[-1].state not in (RunState.APPLIED.value, *([RunState.NO_CHANGES.value] if broke else [])):
        yield f"{where} ended as {mine[-1].state}"


def _faults(row: Any, attempt: Any, started: int, chat: Platform) -> Iterator[str]:
    if started > 1:
        yield f"run {row.id} was applied {started} times"
    if row.state == RunState.APPLIED.value and started != 1:
        yield f"run {row.id} counts as applied and terraform was started {started} times"
    if attempt is None and started:
        yield f"run {row.id} was applied without an attempt"
    if attempt is not None and attempt.finished_at is None:
        yield f"the attempt of run {row.id} was never ended"
    reports = _reports(chat, row.id)
    if attempt is not None and reports != 1:
        yield f"run {row.id} has {reports} reports"
    forms = chat.messages.get(f"run:{row.id}", [])
    if attempt is not None and forms and not forms[-1].key.endswith(REPORT):
        yield f"the card of run {row.id} ends as {forms[-1].key}, not as its report"


def _reports(chat: Platform, run_id: str) -> int:
    """Different reports of one run, wherever they stand: the same form sent again is the same report."""
    found = {
        (message, form.key, str(form.card))
        for message, forms in chat.messages.items()
        for form in forms
        if form.key.startswith(f"run:{run_id}:") and form.key.endswith(REPORT)
    }
    return len(found)
