"""From a message to its card, against a bare ``terraform plan`` of the very same directory; and many threads."""

import asyncio
import statistics
import subprocess
import time
from pathlib import Path

from bot.settings import Settings
from bot.wiring.standing import credentials, lab_home, runs_home
from iac.terraform.environment import for_terraform
from iac.terraform.toolchain import Toolchain
from tests.bench.processes import rss_mb
from tests.bench.table import Table, both
from tests.fixtures.house import House, open_house, settings_for
from tests.fixtures.recorder import Recorder, can_be_approved

ROUNDS = 9
THREADS = 1000
CARD_GOAL = 1.10
MEMORY_GOAL = 1.25


def measure(table: Table, home: Path, toolchain: Toolchain) -> None:
    asyncio.run(_measure(table, home, toolchain))


async def _measure(table: Table, home: Path, toolchain: Toolchain) -> None:
    table.heading(f"A message until its card, and a bare plan of the same directory, in turn ({ROUNDS} rounds)")
    settings = settings_for(home, toolchain, environments=("dev", "staging"))
    async with open_house(settings, Recorder()) as house:
        await house.app.warm()
        idle = rss_mb()
        cards, bare = await _rounds(house, settings, toolchain)
        table.line("message -> card (p50, p95)", both(cards))
        table.line("bare terraform plan, same directory (p50, p95)", both(bare))
        table.goal("message -> card : bare plan, p50", statistics.median(cards) / statistics.median(bare), CARD_GOAL)
        began = time.monotonic()
        await _talk(house)
        table.line(f"answers in {THREADS} threads", f"{THREADS / (time.monotonic() - began):.0f} a second")
        also = f"{idle:.0f}, {rss_mb():.0f} MB"
        table.goal("memory: with those threads, against idle", rss_mb() / idle, MEMORY_GOAL, also=also)


async def _rounds(house: House, settings: Settings, toolchain: Toolchain) -> tuple[list[float], list[float]]:
    """Message to card, and a bare plan of the very same directory: in turn, so all see one machine."""
    cards, bare = [], []
    for number in range(ROUNDS + 1):
        thread, name = f"bench-{number}", f"speed{number:02d}"
        began = time.monotonic()
        await house.say("alice", f"1c/1g ubuntu 24.04, 20 GB, call it {name}", thread)
        card = await house.planned(thread)
        took = time.monotonic() - began
        run = (await house.runs())[-1]
        directory = runs_home(settings) / run.id
        plain = await asyncio.to_thread(_bare_plan, settings, toolchain, directory)
        await house.press("alice", card, "discard", thread)
        await house.chat.card(thread, lambda c: not can_be_approved(c))
        if number:  # the first round warms both sides
            cards.append(took)
            bare.append(plain)
    return cards, bare


def _bare_plan(settings: Settings, toolchain: Toolchain, directory: Path) -> float:
    """``terraform plan -out`` as a person would run it there, without anything of ours around it."""
    access = credentials(settings)
    assert access is not None, lab_home(settings)
    environment = for_terraform(toolchain.config, access)
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
