"""Who is in which group: as the settings say, or as the platform said a short while ago."""

import asyncio
import contextlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from bot.ports import Clock, Directory, Naming
from bot.settings import GroupSetting
from iac.errors import Broken

log = structlog.get_logger()

ASK_EVERY_S = 60.0
FRESH_S = 900.0
"""What a platform said longer ago is not believed any more: in doubt, the group has no members."""
FIRST_S = 10.0
"""How long work waits after a start for the platforms' first answer; without it their groups have no members."""


@dataclass(slots=True)
class Roster:
    """The members of every group; ``directories`` are the platforms that can be asked, by their name.

    A group that names its members in the settings is never asked for elsewhere.
    """

    groups: Mapping[str, GroupSetting] = field(default_factory=dict)
    directories: Mapping[str, Directory] = field(default_factory=dict)
    now: Clock = time.monotonic
    fresh_s: float = FRESH_S
    _read: dict[str, tuple[float, frozenset[str]]] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)
    _first: asyncio.Event = field(default_factory=asyncio.Event)

    def members(self, group_id: str) -> frozenset[str]:
        """Who is in it; nobody where that is not known, or was read too long ago."""
        group = self.groups.get(group_id)
        if group is None or group.members:
            return frozenset(group.members) if group else frozenset()
        at, found = self._read.get(group_id, (0.0, frozenset()))
        return found if found and self.now() - at <= self.fresh_s else frozenset()

    def everybody(self) -> frozenset[str]:
        """The ids of all members of all groups."""
        return frozenset(person for group_id in self.groups for person in self.members(group_id))

    def name_of(self, account: str) -> str:
        """What the platform calls a member of one of its groups; empty where that is not known."""
        return self._names.get(account, "")

    async def refresh(self) -> None:
        """Ask the platforms for their groups; one that does not answer keeps what it said, for as long as it holds."""
        for group_id in self._asked():
            try:
                found = await self.directories[_platform(group_id)].members(group_id)
            except Broken as fault:
                log.warning("group.not_read", group=group_id, why=str(fault))
            else:
                self._read[group_id] = (self.now(), frozenset(found))
        self._first.set()
        await self._learn()

    async def _learn(self) -> None:
        """The names of members that have none yet: nobody is called by an id for long."""
        for account in sorted(member for _at, found in self._read.values() for member in found):
            directory: object = self.directories.get(_platform(account))
            if account not in self._names and isinstance(directory, Naming):
                name = await directory.name_of(account)
                if name:
                    self._names[account] = name

    async def begun(self, seconds: float = FIRST_S) -> None:
        """Until every platform was asked once, at most ``seconds``: nobody is judged by a list not yet read."""
        if self._asked():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._first.wait()

    def _asked(self) -> Sequence[str]:
        named = (group_id for group_id, group in self.groups.items() if not group.members)
        return [group_id for group_id in named if _platform(group_id) in self.directories]


def _platform(group_id: str) -> str:
    return group_id.partition(":")[0]
