"""A small HTTP load of our own: keep-alive connections on loopback, little else, so that the server is what is seen."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Shot:
    """One answer: its status, its body, and how long it took from the first byte sent."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float


@dataclass(slots=True)
class Wire:
    """One keep-alive connection to a server on loopback."""

    port: int
    headers: Mapping[str, str] = field(default_factory=dict)
    _open: "tuple[asyncio.StreamReader, asyncio.StreamWriter] | None" = None

    async def post(self, path: str, content: object) -> Shot:
        return await self._ask("POST", path, json.dumps(content).encode())

    async def get(self, path: str) -> Shot:
        return await self._ask("GET", path, b"")

    async def _ask(self, method: str, path: str, body: bytes) -> Shot:
        if self._open is None:
            self._open = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self._open
        host = f"127.0.0.1:{self.port}"
        said = {"host": host, "origin": f"http://{host}", "content-type": "application/json", **self.headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in said.items())
        began = time.perf_counter()
        writer.write(f"{method} {path} HTTP/1.1\r\n{head}content-length: {len(body)}\r\n\r\n".encode() + body)
        lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        answered = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        content = await reader.readexactly(int(answered.get("content-length", 0)))
        return Shot(int(lines[0].split()[1]), answered, content, time.perf_counter() - began)

    async def close(self) -> None:
        if self._open is not None:
            self._open[1].close()
            await self._open[1].wait_closed()
            self._open = None


Shoot = Callable[[Wire], Awaitable[Shot]]


async def at_rate(wires: list[Wire], shoot: Shoot, rate: float, seconds: float) -> list[Shot]:
    """``rate`` shots a second whatever the answers take; each is timed from when it was due, so that a queue shows."""
    free: asyncio.Queue[Wire] = asyncio.Queue()
    for wire in wires:
        free.put_nowait(wire)

    async def one(due: float) -> Shot:
        wire = await free.get()
        shot = await shoot(wire)
        free.put_nowait(wire)
        return Shot(shot.status, shot.headers, shot.body, time.monotonic() - due)

    began, shots = time.monotonic(), []
    for n in range(int(rate * seconds)):
        due = began + n / rate
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        shots.append(asyncio.create_task(one(due)))
    return list(await asyncio.gather(*shots))


async def as_fast_as_can_be(wires: list[Wire], shoot: Shoot, seconds: float) -> list[Shot]:
    """Each connection asks again as soon as it is answered."""
    until = time.monotonic() + seconds

    async def one(wire: Wire) -> list[Shot]:
        shots = []
        while time.monotonic() < until:
            shots.append(await shoot(wire))
        return shots

    return [shot for shots in await asyncio.gather(*(one(wire) for wire in wires)) for shot in shots]
