"""A chaos run: worlds side by side, requests through them, deaths among them, and the books at the end of each."""

import asyncio
import contextlib
import json
import os
import random
import tempfile
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import zip_longest
from pathlib import Path

import psycopg

from bot.store.database import Database, open_database
from iac.terraform.stamp import read
from iac.terraform.toolchain import load
from tests.chaos.books import Books, balance, machines
from tests.chaos.evidence import write_down
from tests.chaos.people import PATIENCE_S, People, Request
from tests.chaos.platform import Platform
from tests.chaos.table import Told, places, print_table, summary
from tests.chaos.victims import Schedule, Victims
from tests.chaos.world import Plan, World
from tests.fixtures.servers import private_postgres

SQLITE, POSTGRES = "sqlite", "postgresql"
AT_A_TIME = 6
"""Requests that are open at the same time in one world."""
WORLD_MOST = 45
"""Requests of one world, as many as its lab has memory for; then its books are balanced and a new one begins."""
LANES = ("sqlite", "sqlite", "postgres", "machines")
"""Two worlds of each database at the same time; and of which kind are those that come after all the others."""
WHOLE, FURTHER, FURTHER_S = 500, 15, 840.0
"""A run of so many requests goes on with worlds of a few more, begun within so many seconds, until nobody is missed."""
CENSUS = 3
"""The first requests of a world are left in peace: they show where there are places to die at."""
DEATHS_A_REQUEST = 1.7
"""Deaths in a world are at most so many times the requests that are over in it: on a busy machine they wait."""
AHEAD = 3
"""So many requests are counted as over before the first one is."""
STILL_S = PATIENCE_S + 120.0
"""A world in which no request ends for so long is named as stuck; one that goes on slowly on a busy machine is not."""
CLOSE_S = 60.0
RECOVERY_LOOKS, LOOK_S = 60, 1.0
"""How long the bot may still put things right after the last request is over."""
COUNTED = """#!/bin/sh
[ "$1" = apply ] && printf '%s %s\\n' "$PWD" "$$" >> "${PWD%/*/runs/*}/applies"
exec REAL "$@"
"""


@dataclass
class Chaos:
    """What all worlds share."""

    directory: Path
    tools: Path
    terraform: Path
    postgres: str
    seed: int
    is_whole: bool = False
    began: float = field(default_factory=time.monotonic)
    further: int = 0
    schedules: dict[str, Schedule] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)

    def next_further(self, kind: str) -> tuple[str, int, int] | None:
        """One more world where places are left at which nobody died, as long as there is time for it."""
        left = self.schedule(database_of(kind)).missed
        if not (self.is_whole and left) or time.monotonic() - self.began > FURTHER_S:
            return None
        self.further += 1
        return kind, WORLD_MOST + self.further, FURTHER

    def schedule(self, database: str) -> Schedule:
        return self.schedules.setdefault(database, Schedule(random.Random(f"{self.seed} {database}")))


async def run_all(tools: Path, count: int) -> Sequence[str]:
    """``count`` requests in all; prints the table; every broken promise."""
    directory = Path(tempfile.mkdtemp(prefix="chaos-"))
    began = time.monotonic()
    seed = int(os.environ.get("CHAOS_SEED", str(time.time_ns() % 100_000)))
    print(f"{count} runs, CHAOS_SEED={seed}; logs in {directory}", flush=True)
    with private_postgres() as url:
        chaos = Chaos(directory, *counted(tools, directory), url, seed, is_whole=count >= WHOLE)
        sqlite, *postgres = (worlds(kind, share) for kind, share in shares(count).items())
        both = (deque(sqlite), deque(each for pair in zip_longest(*postgres) for each in pair if each))
        lanes = zip(LANES, (both[0], both[0], both[1], both[1]), strict=True)
        await asyncio.gather(*(_lane(chaos, kind, waiting) for kind, waiting in lanes))
    print_table(chaos.told, chaos.schedules)
    for line in summary(chaos.told, chaos.schedules):
        print(line)
    (directory / "places.txt").write_text("\n".join(places(chaos.schedules)) + "\n")
    broken = [f"{t.world.plan.name}: {problem}" for t in chaos.told for problem in t.books.problems]
    ended = [f"{t.world.plan.name}: {line}" for t in chaos.told for line in t.world.ended]
    for line in (*(f"note: {each}" for each in ended), *(f"BROKEN: {each}" for each in broken)):
        print(line)
    print(f"{time.monotonic() - began:.0f} s; all places are in {directory / 'places.txt'}, logs beside it")
    return broken


def shares(count: int) -> dict[str, int]:
    """Half of the requests for the default, half for many workers; of these a third on machines of their own."""
    machine = max(2, count // 6)
    return {"sqlite": count - count // 3 - machine, "postgres": count // 3, "machines": machine}


def counted(tools: Path, directory: Path) -> tuple[Path, Path]:
    """A toolchain whose terraform writes down each apply before it begins it: its own home, and the program."""
    real = load(tools)
    program = directory / "terraform"
    program.write_text(COUNTED.replace("REAL", str(real.binary.path)))
    program.chmod(0o755)
    home = directory / "tools"
    room = home / real.room.name
    room.mkdir(parents=True)
    (home / "mirror").symlink_to(tools.resolve() / "mirror")
    for found in real.room.iterdir():
        if found.name != real.stamp.name:
            (room / found.name).symlink_to(found)
    stamp = read(real.stamp)
    assert stamp is not None
    (room / real.stamp.name).write_text(json.dumps(asdict(replace(stamp, binary=str(program.resolve())))))
    return home, program


def worlds(kind: str, count: int) -> list[tuple[str, int, int]]:
    """Worlds of one kind for so many requests, of about one size: kind, number, requests."""
    number = -(-count // WORLD_MOST)
    return [(kind, n + 1, count // number + (n < count % number)) for n in range(number)]


async def _lane(chaos: Chaos, further: str, waiting: "deque[tuple[str, int, int]]") -> None:
    """Worlds of one database, one after the other, until none is left; then what was missed."""
    while following := (waiting.popleft() if waiting else chaos.next_further(further)):
        kind, number, share = following
        told = await world_of(chaos, plan_of(chaos, kind, number), share)
        chaos.told.append(told)
        _say(told)


def database_of(kind: str) -> str:
    return SQLITE if kind == "sqlite" else POSTGRES


def plan_of(chaos: Chaos, kind: str, number: int) -> Plan:
    name = f"{kind}{number}"
    directory = chaos.directory / name
    if kind == "sqlite":
        return Plan(name, SQLITE, 1, directory)
    with psycopg.connect(chaos.postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]
    return Plan(name, POSTGRES, 3, directory, chaos.postgres.replace("/postgres?", f"/{name}?"), kind == "machines")


async def world_of(chaos: Chaos, plan: Plan, count: int) -> Told:
    """One world from its beginning to its balanced books."""
    dice = random.Random(f"{chaos.seed} {plan.name}")
    world = World(plan, Platform(dice), chaos.tools, chaos.terraform)
    requests = [Request(number) for number in range(count)]
    victims = Victims(
        world,
        chaos.schedule(plan.database),
        dice,
        lambda: (AHEAD + sum(r.done_at > 0 for r in requests)) * DEATHS_A_REQUEST,
    )
    books = Books()
    try:
        async with asyncio.timeout(STILL_S) as patience:
            watching = asyncio.create_task(_watch(patience, requests))
            try:
                books = await _lived(world, requests, victims)
            finally:
                watching.cancel()
    except TimeoutError:
        left = ", ".join(request.guest for request in requests if not request.done_at)
        books.problems.append(f"the world stood still; without an end are {left or 'no requests'}")
    except Exception as fault:  # noqa: BLE001 - one world that breaks must not take the others with it
        books.problems.append(f"the world broke: {type(fault).__name__}: {fault}")
    finally:
        with contextlib.suppress(TimeoutError):  # whatever hangs there, the run goes on
            await asyncio.wait_for(world.close(), CLOSE_S)
    return Told(world, requests, victims.deaths, books)


async def _watch(patience: asyncio.Timeout, requests: Sequence[Request]) -> None:
    """Whenever a request is over, the world has its whole patience again."""
    over = 0
    while True:
        now_over = sum(1 for request in requests if request.done_at or request.is_given_up)
        if now_over != over:
            over = now_over
            patience.reschedule(asyncio.get_running_loop().time() + STILL_S)
        await asyncio.sleep(LOOK_S)


async def _lived(world: World, requests: Sequence[Request], victims: Victims) -> Books:
    await world.open()
    database = open_database(world.settings().database)
    keeping = asyncio.create_task(world.keep_up())
    try:
        await _asked(world, requests, victims, database)
        hard = [death.at for death in victims.deaths if death.is_hard]
        return await balance(world, database, requests, hard)
    finally:
        keeping.cancel()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                await write_down(world.plan.directory, database, world.chat, victims.deaths)
                await database.close()


async def _asked(world: World, requests: Sequence[Request], victims: Victims, database: Database) -> None:
    people = People(world.chat, victims.dice)
    calm = min(CENSUS, len(requests) // 3)
    first, rest = requests[:calm], list(requests[calm:])
    await people.attend(database, first, AT_A_TIME)
    victims.look()
    striking = asyncio.create_task(victims.strike())
    try:
        await people.attend(database, rest, AT_A_TIME)
    finally:
        striking.cancel()
        await asyncio.gather(striking, return_exceptions=True)
        victims.rest()
    for _ in range(RECOVERY_LOOKS):
        if not (await machines(world, database))[2]:
            return
        await asyncio.sleep(LOOK_S)


def _say(told: Told) -> None:
    """One line as each world ends: a run takes its time."""
    ends = Counter(book.end for book in told.books.told.values())
    said = ", ".join(f"{count} {end}" for end, count in ends.items())
    again = ", ".join(f"{count} {call}" for call, count in sorted(told.world.chat.calls.items()))
    print(f"{told.world.plan.name}: {said}; {len(told.deaths)} kills; chat: {again}", flush=True)
