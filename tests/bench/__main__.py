"""``make bench``: speed as ratios within one run on real parts; the absolute figures are for orientation only."""

import asyncio
import statistics
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bot import log
from bot.settings import Settings
from bot.wiring.cluster import lab_home, standing
from bot.wiring.machines import credentials_of, runs_home
from iac.terraform.environment import for_terraform
from iac.terraform.toolchain import Toolchain, load
from tests.bench.processes import cold_start, rss_mb
from tests.fixtures.house import House, open_house, settings_for
from tests.fixtures.recorder import Recorder

ROUNDS = 12
THREADS = 1000
TOOLS = Path(".threadform/tools")


def main() -> None:
    log.configure("json", "error")  # the table is the output
    toolchain = load(Settings().tools if Settings().tools_home else TOOLS)
    with tempfile.TemporaryDirectory(prefix="tf-bench-") as home:
        asyncio.run(_bench(Path(home), toolchain))


async def _bench(home: Path, toolchain: Toolchain) -> None:
    settings = settings_for(home, toolchain, environments=("dev", "staging"))
    async with open_house(settings, Recorder()) as house:
        await house.app.warm()
        idle = rss_mb()
        cards, bare, starts = await _rounds(house, settings, toolchain)
        _line("message -> card (p50, p95)", f"{_ms(cards, 50)}, {_ms(cards, 95)} ms")
        _line("bare terraform plan, same directory (p50, p95)", f"{_ms(bare, 50)}, {_ms(bare, 95)} ms")
        ratio = statistics.median(cards) / statistics.median(bare)
        _line("message -> card : bare plan", f"{ratio:.2f}   (goal 1.10)")
        _line("approve -> terraform apply started (p50, p95)", f"{_ms(starts, 50)}, {_ms(starts, 95)} ms")
        start_ratio = statistics.median(starts) / statistics.median(bare)
        _line("approve -> apply started : bare plan", f"{start_ratio:.2f}")
        began = time.monotonic()
        await _talk(house)
        per_s = THREADS / (time.monotonic() - began)
        _line(f"answers in {THREADS} threads", f"{per_s:.0f} a second")
        _line("memory: idle, with those threads", f"{idle:.0f}, {rss_mb():.0f} MB   (x {rss_mb() / idle:.2f})")
    _line("cold start to /ready (serve, SQLite, lab)", f"{cold_start(home / 'cold', toolchain.home):.2f} s")


async def _rounds(house: House, settings: Settings, toolchain: Toolchain) -> tuple[list[float], ...]:
    """Message to card, a bare plan of the very same directory, approve to start: in turn, so all see one machine."""
    cards, bare, starts = [], [], []
    for number in range(ROUNDS + 1):
        thread, name = f"bench-{number}", f"speed{number:02d}"
        began = time.monotonic()
        await house.say("alice", f"1c/1g ubuntu 24.04, 20 GB, call it {name}", thread)
        card = await house.planned(thread)
        took = time.monotonic() - began
        run = (await house.runs())[-1]
        directory = runs_home(settings) / run.id
        plain = await asyncio.to_thread(_bare_plan, settings, toolchain, directory)
        clicked = time.time()
        await house.press("bob", card, "approve", thread)
        await house.chat.card(thread, lambda c: c.tone == "good")
        started = (directory / "apply.err").stat().st_mtime - clicked
        if number:  # the first round warms both sides
            cards.append(took)
            bare.append(plain)
            starts.append(started)
    return cards, bare, starts


def _bare_plan(settings: Settings, toolchain: Toolchain, directory: Path) -> float:
    """``terraform plan -out`` as a person would run it there, without anything of ours around it."""
    access = standing(settings)
    assert access is not None, lab_home(settings)
    environment = for_terraform(toolchain.config, credentials_of(access))
    began = time.monotonic()
    subprocess.run(
        [toolchain.binary.path, "plan", "-input=false", "-out=bare.tfplan"],
        cwd=directory,
        env=environment,
        check=True,
        capture_output=True,
    )
    return time.monotonic() - began


async def _talk(house: House) -> None:
    for number in range(THREADS):
        await house.say("alice", "help", f"talk-{number}")
    for number in range(THREADS):
        await house.chat.card(f"talk-{number}", lambda _: True, seconds=300)


def _ms(seconds: Sequence[float], percent: int) -> str:
    ordered = sorted(seconds)
    return f"{ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] * 1000:.0f}"


def _line(what: str, figure: str) -> None:
    print(f"{what:55s} {figure}", flush=True)


if __name__ == "__main__":
    main()
