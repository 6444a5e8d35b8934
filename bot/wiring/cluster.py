"""Where the cluster is: the one that is named, or the lab that stands in for it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.settings import Settings
from bot.wiring.standing import lab_home, named, of_lab
from iac.lab.child import start
from iac.lab.reach import LabReach
from iac.proxmox import Access
from iac.terraform.environment import Credentials

Reach = Callable[[str, int], Awaitable[tuple[str, int]]]


@dataclass(frozen=True, slots=True)
class Place:
    """How to talk to the cluster; ``reach`` maps a guest's address to the socket to dial, where they differ."""

    access: Access
    reach: Reach | None = None


@asynccontextmanager
async def open_cluster(settings: Settings) -> AsyncIterator[Place]:
    """The named cluster; or the lab, started as a child of ours unless one serves this home already."""
    if not settings.is_lab:
        yield Place(_as_read(named(settings)))
        return
    child = await asyncio.to_thread(start, lab_home(settings), pace=settings.lab_pace)
    try:
        yield Place(_as_read(of_lab(child.access)), LabReach(child.access))
    finally:
        await asyncio.to_thread(child.stop)


def _as_read(way: Credentials) -> Access:
    return Access(way.endpoint, way.api_token, way.ca_path, way.is_insecure)
