"""Done means usable: wait until agent, address, cloud-init, SSH and HTTP hold, or say which did not."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from iac.errors import Broken
from iac.proxmox.access import Access
from iac.proxmox.door import Forbidden
from iac.spec import HttpCheck, PlacedGuest
from iac.usable.agent import Agent
from iac.usable.http import GOOD, status_of
from iac.usable.ssh import SSH_PORT, greets_as_ssh, ssh_line

Reach = Callable[[str, int], Awaitable[tuple[str, int]]]
"""Maps a guest's address and port to the socket to dial."""

FIRST_PAUSE_S, LONGEST_PAUSE_S, SLOWER = 0.25, 1.0, 1.3
LAST_CHANCE_S = 2.0
"""After cloud-init has failed, SSH and the address get this long, so that the report does not blame them too."""
WORDS_S = 5.0
"""So long the words of a failure are waited for; that it failed is reported with or without them."""


@dataclass(frozen=True, slots=True)
class Up:
    """Whether a guest is really up. Each field is None until it held; seconds since the check began.

    ``missing`` has what did not hold: agent, address, cloud_init, ssh, http; agent_forbidden or cloud_init_forbidden
    where the token may not ask; cloud_init_failed where it ended with an error, of which ``said`` has the last lines,
    written by the guest; cloud_init_absent where there is none; http_status where ``http_status`` is no good one,
    http_untried where SSH did not open before.
    """

    guest: str
    address: str | None = None
    agent_s: float | None = None
    cloud_init_s: float | None = None
    ssh_s: float | None = None
    ssh_line: str = ""
    missing: tuple[str, ...] = ()
    http_s: float | None = None
    http_status: int | None = None
    said: tuple[str, ...] = ()


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
        self._http_status: int | None = None
        self._said: tuple[str, ...] = ()

    async def until_settled(self) -> None:
        """Return when everything held, or when what is left can no longer hold."""
        inside, outside = asyncio.ensure_future(self._inside()), asyncio.ensure_future(self._outside())
        try:
            await inside
            async with asyncio.timeout(LAST_CHANCE_S if "cloud_init" in self._gave_up else None):
                await outside
        finally:
            inside.cancel()
            outside.cancel()

    def result(self) -> Up:
        """What held and what did not, in the order people care."""
        guest = self._guest
        wanted = ("agent", "address", "cloud_init", "ssh", *(("http",) if guest.spec.http else ()))
        missing = tuple(self._why_not(what) for what in wanted if what not in self._held)
        line = ssh_line(guest.user, *self._dialled) if self._dialled else ""
        return Up(
            guest=guest.spec.name,
            address=self._address,
            agent_s=self._held.get("agent"),
            cloud_init_s=self._held.get("cloud_init"),
            ssh_s=self._held.get("ssh"),
            ssh_line=line,
            missing=missing,
            http_s=self._held.get("http"),
            http_status=self._http_status,
            said=self._said,
        )

    def _why_not(self, what: str) -> str:
        if what == "http" and "ssh" not in self._held:
            return "http_untried"
        if what == "http" and self._http_status is not None:
            return "http_status"
        return self._gave_up.get(what, what)

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
        if progress in ("failed", "absent"):
            self._gave_up["cloud_init"] = f"cloud_init_{progress}"
        if progress == "failed":
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(WORDS_S):
                    self._said = await self._agent.cloud_init_words()
        return progress == "done"

    async def _outside(self) -> None:
        """What is seen from here: SSH, then the page where one was asked for."""
        await self._seen("ssh", self._greets)
        wanted = self._guest.spec.http
        if wanted:
            await self._seen("http", lambda address: self._answers(address, wanted))

    async def _seen(self, what: str, attempt: Callable[[str], Awaitable[bool]]) -> None:
        async for _ in _turns():
            address = self._address or (self._guest.address.ip if self._guest.address else None)
            if address is not None and await attempt(address):
                self._holds(what)
                return

    async def _answers(self, address: str, wanted: HttpCheck) -> bool:
        try:
            socket = await self._reach(address, wanted.port)
        except (Broken, OSError, LookupError):
            return False
        host = f"[{address}]" if ":" in address else address
        status = await status_of(socket, host=f"{host}:{wanted.port}", path=wanted.path)
        self._http_status = status or self._http_status
        return status in GOOD

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
