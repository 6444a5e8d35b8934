"""What a message costs, with few and with many open requests: a cost that grows with them is a defect."""

import asyncio
from functools import partial
from pathlib import Path

from bot.domain.run import RunState
from iac.terraform.toolchain import Toolchain
from tests.bench.seed import open_requests
from tests.bench.served import Served, serving
from tests.bench.table import Table, percentile

FEW, MANY = 10, 1000
WORDS = 40
PLANS = 5
IDLE_S = 5.0
GROWS = 1.25
"""A ratio within one run on a shared machine: what grows with the requests is far above this."""


def measure(table: Table, home: Path, toolchain: Toolchain) -> None:
    asyncio.run(_measure(table, home, toolchain))


async def _measure(table: Table, home: Path, toolchain: Toolchain) -> None:
    table.heading(f"What a message costs at {FEW} and at {MANY} open requests (SQLite, one process)")
    async with serving(home, toolchain) as served:
        await _plan(served, "sample")
        await open_requests(served.database, FEW)
        await served.quiet()
        idle, memory = await _idle(served), served.rss_mb()
        few, few_plan = await _words(served), await _plans(served, "few")
        await open_requests(served.database, MANY)
        await served.quiet()
        many, many_plan = await _words(served), await _plans(served, "many")
        await served.quiet()
        busy, full = await _idle(served), served.rss_mb()
    table.goal("an answer in words: processor", many[0] / few[0], GROWS, also=f"{few[0]:.0f}, {many[0]:.0f} ms")
    table.goal("an answer in words: wall, p50", many[1] / few[1], GROWS, also=f"{few[1]:.0f}, {many[1]:.0f} ms")
    table.goal("a request until its card, p50", many_plan / few_plan, GROWS, also=f"{few_plan:.0f}, {many_plan:.0f} ms")
    table.goal("idle, share of one core at many open requests", busy * 100, 5, " %", f"{idle * 100:.1f} % at few")
    table.goal("memory of the process", full / memory, GROWS, also=f"{memory:.0f}, {full:.0f} MB")


async def _words(served: Served) -> tuple[float, float]:
    """Milliseconds of processor, and of wall clock until the answer stands on the page, for each of some messages."""
    wire = served.wire("alice")
    before, walls = served.cpu_s(), []
    for _ in range(WORDS):
        began = asyncio.get_running_loop().time()
        event = await served.say(wire, "help")
        await served.when(partial(served.is_answered, event), "an answer", 0.005)
        walls.append((asyncio.get_running_loop().time() - began) * 1000)
    await wire.close()
    return (served.cpu_s() - before) / WORDS * 1000, percentile(walls, 50)


async def _plans(served: Served, name: str) -> float:
    return percentile([await _plan(served, f"{name}{number}") for number in range(PLANS)], 50)


async def _plan(served: Served, name: str) -> float:
    """Milliseconds from a request until its card can be decided about."""
    wire = served.wire("alice")
    before = await served.count(RunState.PLANNED)
    began = asyncio.get_running_loop().time()
    await served.say(wire, f"1c/1g ubuntu 24.04, 10 GB, call it {name}")

    async def is_planned() -> bool:
        return await served.count(RunState.PLANNED) > before

    await served.when(is_planned, "its plan", 0.01)
    await wire.close()
    return (asyncio.get_running_loop().time() - began) * 1000


async def _idle(served: Served) -> float:
    """Share of one core that is used while nobody says anything."""
    before, began = served.cpu_s(), asyncio.get_running_loop().time()
    await asyncio.sleep(IDLE_S)
    return (served.cpu_s() - before) / (asyncio.get_running_loop().time() - began)
