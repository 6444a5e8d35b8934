"""The agents offline: what a turn costs, and what it costs to have them loaded before anybody speaks."""

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path

from agents.contracts import Turn
from agents.crew import AdkCrew
from iac.terraform.toolchain import Toolchain
from tests.bench.table import Table, percentile
from tests.integration.agents.world import crew

TURNS = 60
AT_ONCE = 20
REPEATS = 3
ASK = "ubuntu 24.04, 4 cores, 8 GB, 60 GB, call it api01"
LAZY = """
import json, os, time
began = time.perf_counter()
from agents.crew import AdkCrew, CrewSettings
from iac.spec import Limits
crew = AdkCrew(CrewSettings(Limits()), None, None)
{more}
seconds = time.perf_counter() - began
pages = int(open("/proc/self/statm").read().split()[1])
print(json.dumps({{"s": seconds, "mb": pages * os.sysconf("SC_PAGE_SIZE") / 2**20}}))
"""
WARM = "import asyncio\nasyncio.run(crew.warm())"
LEAST_OF_TIME, LEAST_OF_MEMORY = 0.6, 0.7
"""What the lazy crew may take of the loaded one: a process that never talks pays for no agent."""


def measure(table: Table, home: Path, toolchain: Toolchain) -> None:
    del home, toolchain  # no disk and no terraform: the agents alone
    table.heading(f"The agents, offline, over a cluster in memory ({TURNS} requests)")
    asyncio.run(_turns(table))
    table.heading(f"The agents before the first turn (best of {REPEATS} processes)")
    lazy, loaded = _process(""), _process(WARM)
    also = f"{lazy['s']:.2f}, {loaded['s']:.2f} s"
    table.goal("time to build the crew, lazy against loaded", lazy["s"] / loaded["s"], LEAST_OF_TIME, also=also)
    also = f"{lazy['mb']:.0f}, {loaded['mb']:.0f} MB"
    table.goal("memory of the process, lazy against loaded", lazy["mb"] / loaded["mb"], LEAST_OF_MEMORY, also=also)


async def _turns(table: Table) -> None:
    team = crew()
    await team.warm()
    await _turn(team, 0)
    began, busy = time.perf_counter(), time.process_time()
    took = [await _turn(team, number) for number in range(TURNS)]
    alone, cpu = TURNS / (time.perf_counter() - began), (time.process_time() - busy) / TURNS
    began = time.perf_counter()
    for first in range(0, TURNS, AT_ONCE):
        await asyncio.gather(*(_turn(team, first + number) for number in range(AT_ONCE)))
    together = TURNS / (time.perf_counter() - began)
    ms = [each * 1000 for each in took]
    table.line("a request until its proposal: p50, p95", f"{percentile(ms, 50):.0f}, {percentile(ms, 95):.0f} ms")
    table.line("processor time of a request", f"{cpu * 1000:.0f} ms")
    table.line(f"requests a second: one after the other, {AT_ONCE} at once", f"{alone:.0f}, {together:.0f}")


async def _turn(team: AdkCrew, number: int) -> float:
    began = time.perf_counter()
    result = await team.turn(Turn(thread=f"t{number}", text=ASK, author="Alice"))
    if result.kind != "proposal":
        raise RuntimeError(f"a bench that measures refusals measures nothing: {result.sentences}")
    return time.perf_counter() - began


def _process(more: str) -> dict[str, float]:
    """Time and memory of a process that builds the crew, the best of several: what the machine adds is not ours."""
    script = LAZY.format(more=more)
    runs = [json.loads(subprocess.check_output([sys.executable, "-c", script])) for _ in range(REPEATS)]
    return {name: min(run[name] for run in runs) for name in ("s", "mb")}
