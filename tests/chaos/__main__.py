"""``make chaos``: kill -9 everywhere on the way from a request to its report; exit code 1 when a promise is broken."""

import asyncio
import os
import sys
from pathlib import Path

from bot import log
from bot.settings import Settings
from tests.chaos.running import run_all

TOOLS = Path(".threadform/tools")


def main() -> int:
    log.configure("json", "error")  # the table is the output
    tools = Settings().tools if Settings().tools_home else TOOLS.resolve()
    broken = asyncio.run(run_all(tools, int(os.environ.get("CHAOS_RUNS", "500"))))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
