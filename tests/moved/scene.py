"""Guests that are moved at random while terraform plans and applies: what was replaced, what was lost.

The same scene with few guests stands among the tests, and with a hundred behind ``make moved``.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from iac.errors import Broken
from iac.lab.server import RunningLab
from iac.plan import Plan
from iac.spec import PlacedGuest
from tests.fixtures.stacks import guest
from tests.fixtures.workbench import Bench

NODES = ("pmox01", "pmox02", "pmox03")
FIRST = 1000
MOVE_EVERY_S = 0.2
TRIES = 8
"""A guest that moves between plan and apply breaks that apply before it changes anything: it is planned again."""


@dataclass
class Tally:
    """What happened."""

    guests: int = 0
    most_moves: int = 1_000_000
    moves: int = 0
    plans: int = 0
    applies: int = 0
    planned_again: int = 0
    updates: int = 0
    replaced: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    def saw(self, plan: Plan) -> None:
        """Count a plan, and whatever in it would end a guest or make one."""
        self.plans += 1
        ended = [f"{c.action} {c.name}" for c in plan.changes if c.action in ("delete", "replace", "create")]
        self.replaced += ended


def small(number: int) -> PlacedGuest:
    """One of many: small enough that a hundred fit into the lab's three nodes."""
    sizes = {"name": f"many{number:03d}", "cores": 1, "memory_mb": 128, "disk_gb": 4}
    return guest(**sizes, vmid=FIRST + number, node=NODES[number % len(NODES)], address=None, tags=("threadform",))


@asynccontextmanager
async def moving(lab: RunningLab, tally: Tally, dice: random.Random) -> AsyncIterator[None]:
    """Until the end of the block, one guest after the other is on another node than before, the busiest hour ever."""
    ends = tally.moves + tally.most_moves

    async def move() -> None:
        while tally.moves < ends:
            one = lab.lab.world.guests[str(FIRST + dice.randrange(tally.guests))]
            one.node = dice.choice([node for node in NODES if node != one.node])
            tally.moves += 1
            await asyncio.sleep(MOVE_EVERY_S)

    task = asyncio.create_task(move())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def play(bench: Bench, lab: RunningLab, tally: Tally, rounds: int) -> Tally:
    """Build the guests; then change some of them ``rounds`` times while they all move; then look."""
    dice, count = random.Random(1), tally.guests
    guests = [small(number) for number in range(count)]
    made = await bench.plan(*guests)
    built = await asyncio.to_thread(bench.apply, made.digest, seconds=1800)
    assert built.errors == (), built.errors
    was = _identities(lab, count)
    for turn in range(rounds):
        chosen = dice.sample(range(count), max(1, count // 4))
        for number in chosen:
            spec = replace(guests[number].spec, cores=2 + turn)
            guests[number] = replace(guests[number], spec=spec)
        tally.updates += len(chosen)
        async with moving(lab, tally, dice):
            is_done = await _settle(bench, guests, tally)
        # Whoever moved in the very last moment is asked about once more, while nobody moves.
        assert is_done or await _settle(bench, guests, tally)
    tally.lost += [f"{name} is another guest" for name, now in _identities(lab, count).items() if was[name] != now]
    tally.lost += _missing(lab, guests)
    return tally


async def _settle(bench: Bench, guests: Sequence[PlacedGuest], tally: Tally) -> bool:
    """Plan and apply until nothing is left to change; whether that came about."""
    for _ in range(TRIES):
        try:
            plan = await bench.plan(*guests)
        except Broken:
            # It was looked up on one node and asked for there when it was on another: terraform says so and ends.
            tally.planned_again += 1
            continue
        tally.saw(plan)
        if not plan.has_changes:
            return True
        applied = await asyncio.to_thread(bench.apply, plan.digest, seconds=1800)
        tally.applies += 1
        tally.planned_again += applied.exit_code != 0
    return False


def _identities(lab: RunningLab, count: int) -> dict[str, object]:
    """What a guest keeps for as long as it lives, and no other has."""
    rows = [lab.lab.world.guests.get(str(FIRST + number)) for number in range(count)]
    return {f"many{n:03d}": row.config.get("vmgenid") if row else None for n, row in enumerate(rows)}


def _missing(lab: RunningLab, guests: Sequence[PlacedGuest]) -> list[str]:
    """The updates that the cluster does not know of."""
    found = []
    for each in guests:
        kept = lab.lab.world.guests[str(each.vmid)]
        cores = int(kept.pending.get("cores", kept.config.get("cores", 1)))
        if cores != each.spec.cores:
            found.append(f"{each.spec.name} has {cores} cores and should have {each.spec.cores}")
    return found
