"""``python -m iac.lab``: serve a lab until told to stop."""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from iac.errors import Broken
from iac.lab.server import serve


def main(argv: list[str] | None = None) -> int:
    """Serve the lab in ``--home``; prints its address when it is ready, ends on SIGTERM or SIGINT with 0."""
    parser = argparse.ArgumentParser(prog="python -m iac.lab", description="An embedded fake of the Proxmox VE API.")
    parser.add_argument("--home", type=Path, required=True, help="the directory it lives in")
    parser.add_argument("--port", type=int, default=0, help="the port on 127.0.0.1 (0: a free one)")
    parser.add_argument("--pace", type=float, default=1.0, help="seconds that one second of model time lasts")
    parser.add_argument("--until-stdin-closes", action="store_true", help="end when the other end of stdin does")
    options = parser.parse_args(argv)
    try:
        asyncio.run(_serve(options))
    except (Broken, OSError) as failed:
        sys.stderr.write(f"{failed.why if isinstance(failed, Broken) else failed}\n")
        return 1
    return 0


async def _serve(options: argparse.Namespace) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for wanted in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(wanted, stop.set)
    if options.until_stdin_closes:
        # Nobody writes to it: readable means closed.
        loop.add_reader(sys.stdin.fileno(), stop.set)
    async with await serve(options.home, port=options.port, pace=options.pace) as lab:
        sys.stdout.write(f"{lab.access.endpoint}\n")
        sys.stdout.flush()
        await stop.wait()


if __name__ == "__main__":
    sys.exit(main())
