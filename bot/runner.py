"""The detached runner: owns one apply, from the guarded door to the recorded end. Lives and dies apart from the bot.

It is started before it is needed: imports and connections are made while it waits for its order on standard input,
so that terraform starts a few milliseconds after the click. An end of the input without an order ends it.
"""

import gc
import sys

if __name__ == "__main__":  # people wait for what follows: nothing of it is garbage, and nobody reads a log in colour
    gc.disable()
    sys.modules["rich"] = None  # type: ignore[assignment]  # structlog would load all of it

import asyncio
import json
from dataclasses import dataclass

from bot import log
from bot.wiring.guarded import ready_hand


@dataclass(frozen=True, slots=True)
class Order:
    """What the worker tells a runner, as one line of JSON: which run, and the token of its attempt."""

    run: str
    token: str

    @classmethod
    def parse(cls, line: str) -> "Order":
        """Read the line; ``ValueError`` or ``TypeError`` where it is no order."""
        return cls(**json.loads(line))

    @property
    def line(self) -> str:
        """The line."""
        return json.dumps({"run": self.run, "token": self.token}) + "\n"


async def _main() -> None:
    async with ready_hand() as guarded_for:
        gc.freeze()
        gc.enable()
        line = await asyncio.to_thread(sys.stdin.readline)
        if not line:  # the worker has gone, or needs no spare any more
            return
        order = Order.parse(line)
        guarded = guarded_for(order.run)
        await guarded.run(order.run, order.token)


if __name__ == "__main__":
    log.configure("json", "info")
    asyncio.run(_main())
