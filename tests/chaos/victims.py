"""Who is killed when: a schedule of knives over all places that were ever seen, and blows at moments of chance."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.chaos.stepping import HOWS, Point
from tests.chaos.world import World

CALM_S = 0.8
"""After each death at a place where somebody had died before, until the next knife is laid out."""
KNIFE_S = 12.0
"""How long a knife lies at a place that nobody passes."""
AT_ONCE = 3
PATIENT = 40
"""How many knives more lie where somebody passes rarely: there they stay until he does."""
RARE_EVERY_S = 1.0
TERRAFORM, RUNNER, ANSWERS = 0.07, 0.05, 1.5
"""The shares of applies in which terraform, or its runner, is killed, and within how many seconds of its start."""
REDIS_EVERY_S, MACHINE_EVERY_S = 45.0, 18.0
AWAY_S = 8.0
"""How long a dead machine stays away: longer than a claim, so that another worker takes over."""


Lying = tuple[Point, str]
"""A knife: where, and in which way it kills."""


@dataclass(frozen=True, slots=True)
class Death:
    """One kill: of which kind of process, where, and when."""

    at: float
    victim: str
    place: str
    how: str

    @property
    def is_hard(self) -> bool:
        """Whether an apply may honestly break by it."""
        return self.victim in ("terraform", "runner", "machine")


@dataclass
class Schedule:
    """What one database has seen: every place, how many processes came there, and how often one died in each way."""

    dice: random.Random
    points: "Counter[Point]" = field(default_factory=Counter)
    taken: "Counter[Point]" = field(default_factory=Counter)
    """Where a knife lies in some world; what is aimed at in one is left alone in the others."""
    deaths: "Counter[tuple[Point, str]]" = field(default_factory=Counter)
    tried: "Counter[tuple[Point, str]]" = field(default_factory=Counter)

    def next(self, count: int) -> list[Lying]:
        """Where nobody died yet first, and there where most come; then where it happened least, in a new way."""
        known = sorted(self.points, key=lambda p: (p.role, p.place))
        open_ = [(p, how) for p in known if not self.taken[p] for how in HOWS]
        self.dice.shuffle(open_)
        chosen: dict[Point, Lying] = {}
        for point, how in sorted(open_, key=self._order):
            chosen.setdefault(point, (point, how))
        return list(chosen.values())[: max(0, count)]

    def rare(self, count: int, lying: Sequence[Lying]) -> list[Lying]:
        """Where nobody died yet, and fewest come: there a knife lies until somebody does."""
        here = {point for point, _how in lying}
        open_ = sorted((p for p in self.missed if p not in here), key=lambda p: (self.points[p], p.role, p.place))
        # In the wait: whoever is struck later may have ended by himself before.
        return [(p, "in") for p in open_[: max(0, count)]]

    @property
    def missed(self) -> Sequence[Point]:
        """Where nobody has died yet."""
        return [point for point in self.points if not self.died(point)]

    def _order(self, lying: Lying) -> tuple[int, int, int, int]:
        point, _how = lying
        died = self.died(point)
        return died, self._tried(point), 0 if died else -self.points[point], self.deaths[lying]

    def died(self, point: Point) -> int:
        return sum(self.deaths[point, how] for how in HOWS)

    def _tried(self, point: Point) -> int:
        return sum(self.tried[point, how] for how in HOWS)


@dataclass
class Victims:
    """The deaths of one world. ``most`` says how many there may have been by now: the faster it works, the more."""

    world: World
    schedule: Schedule
    dice: random.Random
    most: Callable[[], float]
    deaths: list[Death] = field(default_factory=list)
    lying: dict[Lying, float] = field(default_factory=dict)
    patient: set[Lying] = field(default_factory=set)
    _read: dict[str, int] = field(default_factory=dict)
    _looked_at: float = 0.0

    async def strike(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._knives())
            group.create_task(self._applies())
            group.create_task(self._redis())
            if self.world.plan.has_machines:
                group.create_task(self._machines())

    def rest(self) -> None:
        """Take every knife away; read what has happened up to now."""
        for point, how in list(self.lying):
            self._take_away(point, how)
        self.look()

    def look(self) -> bool:
        """Read the places met and the deaths since the last look; whether one was where somebody had died before."""
        for role, place in self._new("points", 2):
            self.schedule.points[Point(role, place)] += 1
        is_again = False
        for at, _pid, role, place, how in self._new("deaths", 5):
            point = Point(role, place)
            self.deaths.append(Death(float(at), role, place, how))
            is_again |= self.schedule.died(point) > 0
            self.schedule.deaths[point, how] += 1
            self._forget((point, how))
        return is_again

    async def _knives(self) -> None:
        while True:
            if self.look():  # who has just been started again gets a moment, or nobody would ever come further;
                self._clear()  # at a new place one dies but once, and those of a start are not reached otherwise
                await asyncio.sleep(CALM_S)
            await asyncio.sleep(0.1)
            if self._were_enough():
                self._clear()
                continue
            for knife, since in list(self.lying.items()):
                if knife not in self.patient and time.monotonic() - since > KNIFE_S:
                    self._take_away(*knife)
            quick = len(self.lying) - len(self.patient)
            for knife in self.schedule.next(AT_ONCE - quick):
                self._lay(knife)
            self._lay_rare()

    def _lay_rare(self) -> None:
        if time.monotonic() - self._looked_at < RARE_EVERY_S:
            return
        self._looked_at = time.monotonic()
        for knife in self.schedule.rare(PATIENT - len(self.patient), list(self.lying)):
            self.patient.add(knife)
            self._lay(knife)

    def _clear(self) -> None:
        """Take every knife up for now."""
        for knife in list(self.lying):
            self._pick_up(knife)

    def _lay(self, knife: Lying) -> None:
        point, how = knife
        self.lying[knife] = time.monotonic()
        self.schedule.taken[point] += 1
        (self.world.edge / "knives" / point.knife(how)).touch()

    def _take_away(self, point: Point, how: str) -> None:
        self._pick_up((point, how))
        self.schedule.tried[point, how] += 1

    def _pick_up(self, knife: Lying) -> None:
        point, how = knife
        (self.world.edge / "knives" / point.knife(how)).unlink(missing_ok=True)
        self._forget(knife)

    def _forget(self, knife: Lying) -> None:
        self.patient.discard(knife)
        if self.lying.pop(knife, None) is not None:
            self.schedule.taken[knife[0]] -= 1

    async def _applies(self) -> None:
        """Some applies lose their terraform, some their runner, at any moment of theirs."""
        seen = 0
        async with asyncio.TaskGroup() as group:
            while True:
                lines = self._started()
                for line in lines[seen:]:
                    group.create_task(self._maybe(int(line.split()[1])))
                seen = len(lines)
                await asyncio.sleep(0.03)

    async def _maybe(self, terraform: int) -> None:
        die = self.dice.random()
        if die > TERRAFORM + RUNNER:
            return
        victim = "terraform" if die < TERRAFORM else "runner"
        pid = terraform if victim == "terraform" else _parent(terraform)
        await asyncio.sleep(self.dice.uniform(0.0, ANSWERS))
        if pid and self.world.strike(pid, "bot.runner" if victim == "runner" else "terraform"):
            self._died(victim, "any moment of an apply")

    async def _redis(self) -> None:
        while True:
            await self._chance(REDIS_EVERY_S)
            server = self.world.redis
            if server and server.process:
                server.process.kill()
                server.process.wait()
                self._died("redis", "any moment")
                await asyncio.sleep(self.dice.uniform(0.0, 3.0))
                await self.world.start_redis()
            else:
                for process in await asyncio.to_thread(self.world.living, "m0/redis"):
                    process.kill()
                    self._died("redis", "any moment")

    def _were_enough(self) -> bool:
        return len(self.deaths) >= self.most()

    async def _chance(self, every_s: float) -> None:
        """About so many seconds, and then until there may be another death."""
        await asyncio.sleep(self.dice.uniform(0.5, 1.5) * every_s)
        while self._were_enough():  # noqa: ASYNC110 - what it waits for is people asking
            await asyncio.sleep(1.0)

    async def _machines(self) -> None:
        """Every other machine dies with an apply in the middle of its work on it, the first of them soon."""
        while True:
            name = await self._at_work()
            await self._machine(name)
            await self._chance(MACHINE_EVERY_S)
            await self._machine(self.dice.choice([name for name in self.world.roles if name != "front"]))
            await self._chance(MACHINE_EVERY_S)

    async def _at_work(self) -> str:
        """The worker on whose machine the next apply begins, a moment later."""
        seen = len(self._started())
        while len(self._started()) <= seen:  # noqa: ASYNC110 - what it waits for is another program
            await asyncio.sleep(0.05)
        home = Path(self._started()[seen].rsplit(" ", 1)[0]).relative_to(self.world.plan.directory).parts[0]
        await asyncio.sleep(self.dice.uniform(0.0, ANSWERS))
        return next(name for name, its in self.world.roles.items() if its == home and name != "front")

    async def _machine(self, name: str) -> None:
        self.world.absent.add(name)
        self._died("machine", "worker, runner, terraform, disk")
        try:
            await self.world.machine_dies(name)
            await asyncio.sleep(AWAY_S)
        finally:
            self.world.absent.discard(name)

    def _started(self) -> list[str]:
        """A line for each apply that began: its directory and its process."""
        log = self.world.plan.directory / "applies"
        return log.read_text().splitlines() if log.exists() else []

    def _died(self, victim: str, place: str) -> None:
        self.deaths.append(Death(time.time(), victim, place, "any"))

    def _new(self, name: str, columns: int) -> list[list[str]]:
        """The whole lines of a file of the edge that were not read before."""
        path = Path(self.world.edge / name)
        if not path.exists():
            return []
        with path.open("rb") as file:
            file.seek(self._read.get(name, 0))
            whole, _, _half = file.read().rpartition(b"\n")
        self._read[name] = self._read.get(name, 0) + (len(whole) + 1 if whole else 0)
        rows = [line.split("\t") for line in whole.decode().splitlines()]
        return [row for row in rows if len(row) == columns]


def _parent(pid: int) -> int | None:
    try:
        return psutil.Process(pid).ppid()
    except psutil.Error:
        return None
