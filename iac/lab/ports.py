"""Guests that can be reached: each one with power gets a real TCP port on loopback that answers as SSH does."""

import asyncio
import contextlib

from iac.lab.running import Lab
from iac.lab.world import Guest

SSH_SECONDS = 1.5
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
        self._servers: dict[str, asyncio.Server] = {}
        self._turn = asyncio.Lock()

    async def follow(self) -> None:
        """Open what should be open, close what should not."""
        async with self._turn:
            wanted = {vmid for vmid, guest in self.lab.world.guests.items() if is_open(self.lab, guest)}
            for vmid in self._servers.keys() - wanted:
                await _close(self._servers.pop(vmid))
            for vmid in wanted - self._servers.keys():
                self._servers[vmid] = await self._open(self.lab.world.guests[vmid])

    def next_due(self) -> float:
        """When the next guest should begin to answer, epoch seconds."""
        lab = self.lab
        waits = [g for vmid, g in lab.world.guests.items() if g.is_running and g.address and vmid not in self._servers]
        online = [g for g in waits if lab.world.nodes[g.node].is_online]
        return min((g.booted_at + lab.wall(SSH_SECONDS) for g in online), default=float("inf"))

    def reach(self) -> dict[str, dict[str, tuple[str, int]]]:
        """Address -> port -> where that really is."""
        found: dict[str, dict[str, tuple[str, int]]] = {}
        for vmid in self._servers:
            guest = self.lab.world.guests.get(vmid)
            if guest and guest.address and guest.ssh_port:
                found[guest.address] = {SSH_PORT: ("127.0.0.1", guest.ssh_port)}
        return found

    async def close(self) -> None:
        """Close them all; the numbers stay in the world, so that they are the same after a restart."""
        async with self._turn:
            for vmid in list(self._servers):
                await _close(self._servers.pop(vmid))

    async def _open(self, guest: Guest) -> asyncio.Server:
        banner = banner_of(guest)

        async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(OSError, TimeoutError):
                writer.write(banner)
                await writer.drain()
                await asyncio.wait_for(reader.read(256), timeout=10)
            writer.close()

        server = await _listen(greet, guest.ssh_port or 0)
        guest.ssh_port = server.sockets[0].getsockname()[1]
        self.lab.is_dirty = True
        return server


async def _listen(greet: object, port: int) -> asyncio.Server:
    """On the same port as before where it is free, else on any."""
    try:
        return await asyncio.start_server(greet, "127.0.0.1", port)  # type: ignore[arg-type]
    except OSError:
        return await asyncio.start_server(greet, "127.0.0.1", 0)  # type: ignore[arg-type]


async def _close(server: asyncio.Server) -> None:
    server.close()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(server.wait_closed(), timeout=1)
