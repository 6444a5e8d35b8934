"""Guests that are moved at random while terraform plans and applies: what was replaced, what was lost.

The same scene with few guests stands among the tests, and with a hundred behind ``make moved``.
"""

import asyncio
import os
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from bot.flow.steadily import Steadily
from iac.errors import Broken
from iac.lab.server import RunningLab
from iac.plan import Plan
from iac.spec import FoundGuest, PlacedGuest, StackSpec
from iac.terraform.importer import TerraformImporter
from tests.fixtures.stacks import guest, stack
from tests.fixtures.workbench import Bench

NODES = ("pmox01", "pmox02", "pmox03")
FIRST = 1000
MOVE_EVERY_S = float(os.environ.get("MOVED_EVERY", "0.5"))
TRIES = 6
"""A guest that moves between plan and apply breaks that apply before it changes anything: it is planned again."""


@dataclass
class Tally:
    """What happened."""

    guests: int = 0
    most_moves: int = 1_000_000
    every_s: float = MOVE_EVERY_S
    moves: int = 0
    plans: int = 0
    applies: int = 0
    refused: int = 0
    broken: int = 0
    taken_in: int = 0
    updates: int = 0
    replaced: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    def saw(self, plan: Plan) -> None:
        """Note whatever in a plan that is applied would end a guest."""
        ended = [f"{c.action} {c.name}" for c in plan.changes if c.action in ("delete", "replace", "create")]
        self.replaced += ended


def small(number: int) -> PlacedGuest:
    """One of many: small enough that a hundred fit into the lab's three nodes."""
    sizes = {"name": f"many{number:03d}", "cores": 1, "memory_mb": 128, "disk_gb": 4}
    return guest(**sizes, vmid=FIRST + number, node=NODES[number % len(NODES)], address=None, tags=("threadform",))


@asynccontextmanager
async def moving(lab: RunningLab, tally: Tally, dice: random.Random) -> AsyncIterator[None]:
    """Until the end of the block, one guest after the other is on another node than before."""
    ends = tally.moves + tally.most_moves

    async def move() -> None:
        while tally.moves < ends:
            one = lab.lab.world.guests[str(FIRST + dice.randrange(tally.guests))]
            one.node = dice.choice([node for node in NODES if node != one.node])
            tally.moves += 1
            await asyncio.sleep(tally.every_s)

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
        chosen = dice.sample(range(count), max(1, count // 10))
        for number in chosen:
            spec = replace(guests[number].spec, cores=2 + turn)
            guests[number] = replace(guests[number], spec=spec)
        tally.updates += len(chosen)
        async with moving(lab, tally, dice):
            is_done = await _settle(bench, lab, guests, tally)
        # Whoever moved in the very last moment is asked about once more, while nobody moves.
        assert is_done or await _settle(bench, lab, guests, tally)
    tally.lost += [f"{name} is another guest" for name, now in _identities(lab, count).items() if was[name] != now]
    tally.lost += _missing(lab, guests)
    return tally


async def _settle(bench: Bench, lab: RunningLab, guests: Sequence[PlacedGuest], tally: Tally) -> bool:
    """Plan and apply as the product does, until nothing is left to change; whether that came about."""
    steadily = Steadily(_Counted(bench, tally), frozenset(guest.spec.name for guest in guests))
    for _ in range(TRIES):
        bench.runs += 1
        try:
            plan = await steadily.plan(bench.run_id, stack(*guests), bench.state)
        except Broken:
            continue
        if not plan.has_changes:
            return True
        if "create" in plan.counts or _has_moved(plan, lab):
            tally.refused += 1  # by policy, for the number is taken; or by the recheck before an apply
            continue
        tally.saw(plan)
        applied = await asyncio.to_thread(bench.apply, plan.digest, seconds=1800)
        tally.applies += 1
        tally.broken += applied.exit_code != 0
        await _regain(bench, lab, guests, tally)
    return False


def _has_moved(plan: Plan, lab: RunningLab) -> bool:
    """Whether a guest that changes is on another node than the plan says."""
    befores = [change.before for change in plan.changes if change.action != "no-op"]
    return any(lab.lab.world.guests[str(b["vm_id"])].node != b["node_name"] for b in befores if "vm_id" in b)


@dataclass
class _Counted:
    """A planner whose plans that do not count are counted."""

    bench: Bench
    tally: Tally

    async def plan(self, run_id: str, whole: StackSpec, state: bytes | None) -> Plan:
        self.tally.plans += 1
        return await self.bench.planner.plan(run_id, whole, state)


async def _regain(bench: Bench, lab: RunningLab, guests: Sequence[PlacedGuest], tally: Tally) -> None:
    """Take in again what moved while terraform read it back, as closing does."""
    importer = TerraformImporter(bench.toolchain, bench.home, bench.credentials)
    gone = [guest for guest in guests if guest.spec.name not in importer.known(bench.state)]
    for _ in range(TRIES if gone else 0):
        found = [
            FoundGuest(guest, lab.lab.world.guests[str(guest.vmid)].node, is_running=True, is_in_ha=False)
            for guest in gone
        ]
        taken = await importer.take_in(bench.run_id, stack(*guests), found, bench.state)
        tally.taken_in += len(gone) - len(taken.failed)
        bench.state = taken.state
        gone = [guest for guest in gone if guest.spec.name in taken.failed]
        if not gone:
            return


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
