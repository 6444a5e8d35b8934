"""Where the cluster is: the one that is named, or the lab that stands in for it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.settings import Settings
from iac.lab.access import LabAccess, read_access
from iac.lab.child import start
from iac.lab.reach import LabReach
from iac.proxmox import Access

Reach = Callable[[str, int], Awaitable[tuple[str, int]]]


@dataclass(frozen=True, slots=True)
class Place:
    """How to talk to the cluster; ``reach`` maps a guest's address to the socket to dial, where they differ."""

    access: Access
    reach: Reach | None = None


def lab_home(settings: Settings) -> Path:
    """Where the lab of this installation lives."""
    return settings.home.resolve() / "lab"


@asynccontextmanager
async def open_cluster(settings: Settings) -> AsyncIterator[Place]:
    """The named cluster; or the lab, started as a child of ours unless one serves this home already."""
    if not settings.is_lab:
        yield Place(named(settings))
        return
    child = await asyncio.to_thread(start, lab_home(settings), pace=settings.lab_pace)
    try:
        yield Place(_of_lab(child.access), LabReach(child.access))
    finally:
        await asyncio.to_thread(child.stop)


def named(settings: Settings) -> Access:
    """The cluster of the settings."""
    token = settings.pve_token.get_secret_value() if settings.pve_token else ""
    return Access(settings.pve_endpoint, token, settings.pve_ca, settings.pve_insecure)


def standing(settings: Settings) -> Access | None:
    """The same for a process that starts nothing: the lab only where it is up already."""
    if not settings.is_lab:
        return named(settings)
    access = read_access(lab_home(settings))
    return _of_lab(access) if access else None


def _of_lab(access: LabAccess) -> Access:
    return Access(access.endpoint, access.bot_token, access.ca_path)
