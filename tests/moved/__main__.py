"""``make moved``: a hundred guests moved at random while plans run; 0 replaced, 0 updates lost, or it fails."""

import asyncio
import os
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from bot.settings import Settings
from iac.lab.server import serve
from iac.terraform.environment import Credentials
from iac.terraform.toolchain import load
from tests.fixtures.workbench import Bench
from tests.moved.scene import Tally, play

GUESTS = int(os.environ.get("MOVED_GUESTS", "100"))
ROUNDS = int(os.environ.get("MOVED_ROUNDS", "2"))


async def _play(home: Path) -> Tally:
    settings = Settings()
    (home / "lab").mkdir()
    async with await serve(home / "lab", pace=0) as lab:
        access = Credentials(lab.access.endpoint, lab.access.bot_token, lab.access.ca_path)
        toolchain = load(settings.tools, binary=settings.tf_bin or None)
        return await play(Bench(toolchain, home / "runs", access), lab, Tally(GUESTS), ROUNDS)


def main() -> int:
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as home:
        tally = asyncio.run(_play(Path(home)))
    for name, value in asdict(tally).items():
        print(f"{name:14} {value}")
    print(f"{'seconds':14} {time.monotonic() - began:.0f}")
    return bool(tally.replaced or tally.lost)


if __name__ == "__main__":
    sys.exit(main())
