"""How soon a message is acknowledged, which means stored; and how that compares with an app that only echoes."""

import asyncio
import secrets
from pathlib import Path

from iac.terraform.toolchain import Toolchain
from tests.bench.load import Shot, Wire, as_fast_as_can_be, at_rate
from tests.bench.served import echoing, serving
from tests.bench.table import Table, percentile

RATE = 50
RATE_S = 8.0
FULL_S = 3.0
WIRES = 16


def measure(table: Table, home: Path, toolchain: Toolchain) -> None:
    asyncio.run(_measure(table, home, toolchain))


async def _measure(table: Table, home: Path, toolchain: Toolchain) -> None:
    table.heading(f"HTTP: a message on the page until its answer, which comes when it is stored ({WIRES} connections)")
    with echoing() as port:
        bare = await _full([Wire(port) for _ in range(WIRES)])
    async with serving(home, toolchain) as served:
        wires = [served.wire("alice") for _ in range(WIRES)]
        paced = await at_rate(wires, _say, RATE, RATE_S)
        _check(paced)
        ms = [shot.seconds * 1000 for shot in paced]
        also = f"p50 {percentile(ms, 50):.0f}, most {max(ms):.0f} ms, {len(ms)} messages"
        table.goal(f"ack at {RATE} messages a second, p99", percentile(ms, 99), 500, " ms", also)
        await _hang_up(wires)  # a server closes a connection on which nothing was said for some seconds
        await served.quiet()
        ours = await _full(wires)
        health = await _full(wires, _health)
    table.line("messages stored a second, as fast as can be", f"{ours:.0f}")
    table.line("the bare echo in the same run", f"{bare:.0f}   (x {bare / ours:.1f} of ours)")
    table.line("our /health in the same run", f"{health:.0f}   (x {bare / health:.1f})")


async def _full(wires: list[Wire], shoot=None) -> float:
    shots = await as_fast_as_can_be(wires, shoot or _say, FULL_S)
    _check(shots)
    await _hang_up(wires)
    return len(shots) / FULL_S


async def _hang_up(wires: list[Wire]) -> None:
    await asyncio.gather(*(wire.close() for wire in wires))


async def _say(wire: Wire) -> Shot:
    return await wire.post("/say", {"text": "help", "nonce": secrets.token_hex(12)})


async def _health(wire: Wire) -> Shot:
    return await wire.get("/health")


def _check(shots: list[Shot]) -> None:
    wrong = {shot.status for shot in shots} - {200}
    assert not wrong, f"answers of status {wrong}"
