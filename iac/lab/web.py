"""Guests that serve a page: steered by name, as what runs in a machine is no business of the API."""

import asyncio
from dataclasses import dataclass
from typing import Self

from iac.lab.running import Lab
from iac.lab.world import Guest

MOST_ASKED = 65_536
"""Bytes of one request; whoever says more is cut off."""


@dataclass(frozen=True, slots=True)
class Web:
    """A page of a guest: ``path`` answers with ``status``, anything else with 404, ``seconds`` after its start."""

    port: int
    path: str = "/"
    status: int = 200
    seconds: float = 0.0


def web_of(lab: Lab, guest: Guest) -> Web | None:
    """What the guest serves, if it serves anything."""
    row = lab.world.table("webs").get(guest.name)
    return Web(**row) if row else None


def opens_at(lab: Lab, guest: Guest) -> float:
    """When its page begins to answer, epoch seconds; never where it has none."""
    web = web_of(lab, guest)
    return guest.booted_at + web.seconds if web and guest.is_running and guest.address else float("inf")


class WebDoor:
    """One listening port and the connections it took; closing it ends them all."""

    def __init__(self, web: Web) -> None:
        self.web = web
        self.connections: set[asyncio.BaseTransport] = set()
        self.server: asyncio.Server | None = None

    @classmethod
    async def at(cls, web: Web) -> Self:
        """Listen on any free port."""
        door = cls(web)
        door.server = await asyncio.get_running_loop().create_server(lambda: Serving(door), "127.0.0.1", 0)
        return door

    @property
    def port(self) -> int:
        """Where it listens; 0 where it does not."""
        return int(self.server.sockets[0].getsockname()[1]) if self.server else 0

    def close(self) -> None:
        """Stop listening and cut every connection."""
        if self.server:
            self.server.close()
        for connection in list(self.connections):
            connection.close()


class Serving(asyncio.Protocol):
    """Answers one request and hangs up."""

    def __init__(self, door: WebDoor) -> None:
        self._door, self._asked = door, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember it, so that a power cut can end it."""
        self._door.connections.add(transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer once the request is whole."""
        self._asked += data
        if b"\r\n\r\n" not in self._asked and len(self._asked) < MOST_ASKED:
            return
        web, asked = self._door.web, self._asked.split(b" ", 2)
        is_there = len(asked) > 1 and asked[1] == web.path.encode()
        status = web.status if is_there else 404
        answer = f"HTTP/1.1 {status} Lab\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        if isinstance(self._transport, asyncio.Transport):
            self._transport.write(answer.encode())
        self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio names it
        """Forget it."""
        self._door.connections.discard(self._transport)
