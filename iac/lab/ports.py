"""Guests that can be reached: each one with power has a port on loopback for SSH, and one for its page."""

import asyncio

from iac.lab.running import Lab
from iac.lab.web import WebDoor, opens_at, web_of
from iac.lab.world import Guest

SSH_SECONDS, PATIENCE_SECONDS = 1.5, 30.0
BANNERS = {"debian": b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u7\r\n", "rocky": b"SSH-2.0-OpenSSH_8.7\r\n"}
DEFAULT_BANNER = b"SSH-2.0-OpenSSH_9.6p1 Ubuntu-3ubuntu13.13\r\n"
SSH_PORT = "22"


def is_open(lab: Lab, guest: Guest) -> bool:
    """Whether the guest's SSH answers: it has power, its node is there, and its start is a moment past."""
    has_power = guest.is_running and lab.world.nodes[guest.node].is_online and guest.address
    return bool(has_power) and lab.now >= guest.booted_at + lab.wall(SSH_SECONDS)


def banner_of(guest: Guest) -> bytes:
    """What its SSH server says first."""
    told = f"{guest.config.get('tags', '')} {guest.name}"
    return next((line for name, line in BANNERS.items() if name in told), DEFAULT_BANNER)


class Ports:
    """The listening sockets of the guests; ``follow`` brings them in line with the world."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self._servers: dict[str, SshDoor] = {}
        self._webs: dict[str, WebDoor] = {}
        self._turn = asyncio.Lock()

    async def follow(self) -> None:
        """Open what should be open, close what should not."""
        async with self._turn:
            wanted = {vmid for vmid, guest in self.lab.world.guests.items() if is_open(self.lab, guest)}
            for vmid in [
                vmid for vmid, door in self._servers.items() if vmid not in wanted or not self._is(vmid, door)
            ]:
                self._servers.pop(vmid).close()
            for vmid in wanted - self._servers.keys():
                self._servers[vmid] = await self._open(self.lab.world.guests[vmid])
            await self._follow_webs()

    async def _follow_webs(self) -> None:
        """The same for their pages; a page opens no sooner than the guest's SSH."""
        lab = self.lab
        due = {v: web_of(lab, g) for v in self._servers if lab.now >= opens_at(lab, g := lab.world.guests[v])}
        for vmid in [vmid for vmid, door in self._webs.items() if due.get(vmid) != door.web]:
            self._webs.pop(vmid).close()
        for vmid, web in due.items():
            if web and vmid not in self._webs:
                self._webs[vmid] = await WebDoor.at(web)

    def next_due(self) -> float:
        """When the next guest should begin to answer, epoch seconds."""
        lab = self.lab
        waits = [g for vmid, g in lab.world.guests.items() if g.is_running and g.address and vmid not in self._servers]
        online = [g for g in waits if lab.world.nodes[g.node].is_online]
        soonest = min((g.booted_at + lab.wall(SSH_SECONDS) for g in online), default=float("inf"))
        closed = [lab.world.guests[vmid] for vmid in self._servers if vmid not in self._webs]
        return min([soonest, *(opens_at(lab, g) for g in closed)])

    def reach(self) -> dict[str, dict[str, tuple[str, int]]]:
        """Address -> port -> where that really is."""
        found: dict[str, dict[str, tuple[str, int]]] = {}
        for vmid in self._servers:
            guest = self.lab.world.guests.get(vmid)
            if guest and guest.address and guest.ssh_port:
                found[guest.address] = {SSH_PORT: ("127.0.0.1", guest.ssh_port)}
                if door := self._webs.get(vmid):
                    found[guest.address][str(door.web.port)] = ("127.0.0.1", door.port)
        return found

    async def close(self) -> None:
        """Close them all; the numbers stay in the world, so that they are the same after a restart."""
        async with self._turn:
            for vmid in list(self._servers):
                self._servers.pop(vmid).close()
            for vmid in list(self._webs):
                self._webs.pop(vmid).close()

    def _is(self, vmid: str, door: "SshDoor") -> bool:
        """Whether that is the guest's own door: after a reset, another guest may have its number."""
        return self.lab.world.guests[vmid].ssh_port == door.port

    async def _open(self, guest: Guest) -> "SshDoor":
        door = await SshDoor.at(banner_of(guest), guest.ssh_port or 0)
        guest.ssh_port = door.port
        self.lab.is_dirty = True
        return door


class SshDoor:
    """One listening port and the connections it took; closing it ends them all, as a power cut would."""

    def __init__(self, banner: bytes) -> None:
        self.banner = banner
        self.connections: set[asyncio.BaseTransport] = set()
        self.server: asyncio.Server | None = None

    @classmethod
    async def at(cls, banner: bytes, port: int) -> "SshDoor":
        """Listen on ``port`` where it is free, else on any."""
        door, loop = cls(banner), asyncio.get_running_loop()
        try:
            door.server = await loop.create_server(lambda: Greeting(door), "127.0.0.1", port)
        except OSError:
            door.server = await loop.create_server(lambda: Greeting(door), "127.0.0.1", 0)
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


class Greeting(asyncio.Protocol):
    """Says the banner at once, listens, and hangs up after a while."""

    def __init__(self, door: SshDoor) -> None:
        self._door = door

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        self._door.connections.add(transport)
        if isinstance(transport, asyncio.Transport):
            transport.write(self._door.banner)
        asyncio.get_running_loop().call_later(PATIENCE_SECONDS, transport.close)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio names it
        """Forget it."""
        self._door.connections.discard(self._transport)
