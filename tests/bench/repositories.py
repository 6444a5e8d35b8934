"""What a repository costs: fetched and read in its sandbox, and what of it is the reading itself."""

import asyncio
import os
import time
from pathlib import Path

from agents.repository.reading import read_files
from iac.terraform.toolchain import Toolchain
from tests.bench.table import Table, both, percentile
from tests.fixtures.repositories import from_directory, reader

FIXTURES = Path("tests/evals/repository/fixtures")
ROUNDS = 3
SHARE = 0.5
"""Most of the time must go into the process and git: readers that take half of it have become slow."""


def measure(table: Table, home: Path, _: Toolchain) -> None:
    shelf = home / "shelf"
    names = sorted(place.name for place in FIXTURES.iterdir() if place.is_dir())
    for name in names:
        from_directory(FIXTURES / name, shelf / name)
    table.heading(f"Reading a repository ({len(names)} of our own, git over file://, a process each)")
    whole = asyncio.run(_read(home, shelf, names))
    bare = [_parsed(FIXTURES / name) for name in names for _ in range(ROUNDS)]
    table.line("fetched and read, p50 and p95 a repository", both(whole))
    table.line("the readers alone, p50 and p95 a repository", both(bare))
    share = percentile(bare, 50) / percentile(whole, 50)
    table.goal("the readers' share of it", share, SHARE)


async def _read(home: Path, shelf: Path, names: list[str]) -> list[float]:
    repositories = reader(home / "reading", shelf)
    seconds = []
    for name in names * ROUNDS:
        began = time.perf_counter()
        await repositories.read(repositories.address(f"file://{shelf / name}"))
        seconds.append(time.perf_counter() - began)
    return seconds


def _parsed(place: Path) -> float:
    paths = [path for path in place.rglob("*") if path.is_file() and path.name != "expected.json"]
    files = {os.fspath(path.relative_to(place)): path.read_text("utf-8", "replace") for path in paths}
    began = time.perf_counter()
    read_files(files, place.name)
    return time.perf_counter() - began
