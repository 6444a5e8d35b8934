"""Done means usable: wait until agent, address, cloud-init and SSH hold, or say which did not."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from iac.errors import Broken
from iac.proxmox.access import Access
from iac.proxmox.door import Forbidden
from iac.spec import PlacedGuest
from iac.usable.agent import Agent
from iac.usable.ssh import SSH_PORT, greets_as_ssh, ssh_line

Reach = Callable[[str, int], Awaitable[tuple[str, int]]]
"""Maps a guest's address and port to the socket to dial."""

FIRST_PAUSE_S, LONGEST_PAUSE_S, SLOWER = 0.25, 1.0, 1.3
LAST_CHANCE_S = 2.0
"""After cloud-init has failed, SSH and the address get this long, so that the report does not blame them too."""


@dataclass(frozen=True, slots=True)
class Up:
    """Whether a guest is really up. Each field is None until it held; seconds since the check began.

    ``missing`` has what did not hold: agent, address, cloud_init, ssh; agent_forbidden or cloud_init_forbidden
    where the token may not ask; cloud_init_failed where it ended with an error.
    """

    guest: str
    address: str | None = None
    agent_s: float | None = None
    cloud_init_s: float | None = None
    ssh_s: float | None = None
    ssh_line: str = ""
    missing: tuple[str, ...] = ()


class UsableCheck:
    """Waits for guests of one cluster."""

    def __init__(self, access: Access, reach: Reach | None = None) -> None:
        """``reach`` is for places where guests are dialled elsewhere than at their own address."""
        self._access, self._reach = access, reach or _directly

    async def check(self, guest: PlacedGuest, *, seconds: float) -> Up:
        """Wait until the guest is usable, at most ``seconds``; never raises for what the cluster does meanwhile."""
        agent = Agent(self._access, guest.vmid, guest.node)
        watch = _Watch(guest, agent, self._reach)
        with contextlib.closing(agent), contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await watch.until_settled()
        return watch.result()


async def _directly(address: str, port: int) -> tuple[str, int]:
    return address, port


class _Watch:
    """One check under way: what held so far, and when."""

    def __init__(self, guest: PlacedGuest, agent: Agent, reach: Reach) -> None:
        self._guest, self._agent, self._reach = guest, agent, reach
        self._began = time.monotonic()
        self._held: dict[str, float] = {}
        self._gave_up: dict[str, str] = {}
        self._address: str | None = None
        self._dialled: tuple[str, int] | None = None

    async def until_settled(self) -> None:
        """Return when everything held, or when what is left can no longer hold."""
        inside, ssh = asyncio.ensure_future(self._inside()), asyncio.ensure_future(self._ssh())
        try:
            await inside
            patience = LAST_CHANCE_S if "cloud_init" in self._gave_up else None
            await asyncio.wait_for(ssh, patience)
        finally:
            inside.cancel()
            ssh.cancel()

    def result(self) -> Up:
        """What held and what did not, in the order people care."""
        guest = self._guest
        wanted = ("agent", "address", "cloud_init", "ssh")
        missing = tuple(self._gave_up.get(what, what) for what in wanted if what not in self._held)
        line = ssh_line(guest.user, *self._dialled) if self._dialled else ""
        return Up(
            guest=guest.spec.name,
            address=self._address,
            agent_s=self._held.get("agent"),
            cloud_init_s=self._held.get("cloud_init"),
            ssh_s=self._held.get("ssh"),
            ssh_line=line,
            missing=missing,
        )

    def _holds(self, what: str) -> None:
        self._held.setdefault(what, round(time.monotonic() - self._began, 2))

    async def _inside(self) -> None:
        """Everything the agent is needed for: itself, then the address and cloud-init side by side."""
        if await self._until("agent", self._ping):
            await asyncio.gather(self._until("address", self._see_address), self._until("cloud_init", self._cloud_init))

    async def _until(self, what: str, attempt: Callable[[], Awaitable[bool]]) -> bool:
        """Try until it holds; give up at once where the token may not ask."""
        async for _ in _turns():
            if what in self._gave_up:
                return False
            try:
                if await attempt():
                    self._holds(what)
                    return True
            except Forbidden:
                self._gave_up[what] = f"{what}_forbidden"
            except Broken:
                continue
        return False

    async def _ping(self) -> bool:
        await self._agent.ping()
        return True

    async def _see_address(self) -> bool:
        """The reserved address where there is one: another one would not be where people look for the guest."""
        seen = await self._agent.addresses()
        reserved = self._guest.address
        if reserved is None:
            self._address = next(iter(seen), None)
        elif reserved.ip in seen:
            self._address = reserved.ip
        return self._address is not None

    async def _cloud_init(self) -> bool:
        progress = await self._agent.cloud_init()
        if progress == "failed":
            self._gave_up["cloud_init"] = "cloud_init_failed"
        return progress == "done"

    async def _ssh(self) -> None:
        async for _ in _turns():
            address = self._address or (self._guest.address.ip if self._guest.address else None)
            if address is not None and await self._greets(address):
                self._holds("ssh")
                return

    async def _greets(self, address: str) -> bool:
        try:
            self._dialled = await self._reach(address, SSH_PORT)
        except (Broken, OSError, LookupError):
            return False
        return await greets_as_ssh(*self._dialled)


async def _turns() -> AsyncIterator[None]:
    """Turns with a pause between them that grows gently; the wall clock of the check ends them."""
    pause = FIRST_PAUSE_S
    while True:
        yield
        await asyncio.sleep(pause)
        pause = min(LONGEST_PAUSE_S, pause * SLOWER)
