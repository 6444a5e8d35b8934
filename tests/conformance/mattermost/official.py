"""The official client in a process of its own, asked line by line."""

import asyncio
import contextlib
import itertools
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.fixtures.npm import npm_judge

HERE = Path(__file__).parent
LINE_MOST = 4 * 1024 * 1024
STOPS_S = 30.0


class Said(Exception):
    """What the client raised: the server's own error as it read it."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error["message"])
        self.error = error


@dataclass
class Official:
    """``api`` calls a method of the REST client; ``event`` is the next thing its websocket told."""

    process: asyncio.subprocess.Process
    ids: "itertools.count[int]" = field(default_factory=itertools.count)
    answers: dict[int, "asyncio.Future[Any]"] = field(default_factory=dict)
    events: "asyncio.Queue[dict[str, Any]]" = field(default_factory=asyncio.Queue)

    async def api(self, name: str, *args: Any, kind: str = "api") -> Any:
        at = next(self.ids)
        self.answers[at] = asyncio.get_running_loop().create_future()
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"id": at, "kind": kind, "name": name, "args": args}).encode() + b"\n")
        return await self.answers[at]

    async def socket(self, name: str, *args: Any) -> Any:
        return await self.api(name, *args, kind="socket")

    async def event(self) -> dict[str, Any]:
        return await self.events.get()

    async def read(self) -> None:
        """Hand every line to whoever waits for it, until there are no more."""
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            told = json.loads(line)
            if "id" not in told:
                self.events.put_nowait(told)
            elif "error" in told:
                self.answers.pop(told["id"]).set_exception(Said(told["error"]))
            else:
                self.answers.pop(told["id"]).set_result(told["said"])


@contextlib.asynccontextmanager
async def official(url: str, token: str) -> AsyncIterator[Official]:
    """The client, as the owner of ``token``, until the end of the block; raises ``NotInstalled``."""
    node, place = npm_judge("mattermost-client", HERE)
    process = await asyncio.create_subprocess_exec(
        node,
        str(HERE / "judge.cjs"),
        url,
        token,
        env={"NODE_PATH": str(place / "node_modules")},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=LINE_MOST,
    )
    judge = Official(process)
    reading = asyncio.create_task(judge.read())
    try:
        yield judge
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            async with asyncio.timeout(STOPS_S):
                await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
            await reading
