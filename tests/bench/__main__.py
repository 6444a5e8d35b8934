"""``make bench``: speed as ratios within one run on real parts; the absolute figures are for orientation only.

Names of parts after the command measure those alone: ``python -m tests.bench way starts``.
"""

import sys
import tempfile
import time
from pathlib import Path

from bot import log
from bot.settings import Settings
from iac.terraform.toolchain import Toolchain, load
from tests.bench import acks, costs, crew, knowledge, placing, repositories, slack, starts, way
from tests.bench.processes import cold_start
from tests.bench.table import Table

PARTS = {
    "way": way,
    "acks": acks,
    "starts": starts,
    "costs": costs,
    "placing": placing,
    "repositories": repositories,
    "crew": crew,
    "knowledge": knowledge,
    "slack": slack,
}
TOOLS = Path(".threadform/tools")


def main() -> None:
    log.configure("json", "error")  # the table is the output
    toolchain = load(Settings().tools if Settings().tools_home else TOOLS)
    table = Table()
    with tempfile.TemporaryDirectory(prefix="tf-bench-") as home:
        for name in sys.argv[1:] or PARTS:
            _measure(name, table, Path(home) / name, toolchain)
        if not sys.argv[1:]:
            table.heading("Start")
            seconds = cold_start(Path(home) / "cold", toolchain.home)
            table.line("cold start to /ready (serve, SQLite, lab)", f"{seconds:.2f} s")
    table.end()


def _measure(name: str, table: Table, home: Path, toolchain: Toolchain) -> None:
    began = time.monotonic()
    try:
        PARTS[name].measure(table, home, toolchain)
    except Exception as fault:  # noqa: BLE001 - whatever one part meets, the others are measured
        table.broke(name, fault)
    table.part_ends(name, began)


if __name__ == "__main__":
    main()
