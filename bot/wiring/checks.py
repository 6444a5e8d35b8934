"""What /ready asks: whether each part would do its work now, in a few words and without a secret."""

import asyncio
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bot.http import Check
from bot.store.second import unsent
from bot.store.signs import SEEN_S, Signs
from bot.wiring.parts import Parts
from iac.errors import Broken, ToolMissing
from iac.terraform.standby import Standby

MB: Final = 1024 * 1024
LATE_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Checks:
    """Every part of a process. A check answers a remark or nothing, and raises where the part is not ready."""

    parts: Parts
    standby: Standby
    signs: Signs

    def all(self) -> Mapping[str, Check]:
        """The checks by the names that a person reads."""
        return {
            "database": self.signs.probe,
            "memory": self.parts.threads.ping,
            "cluster": self.cluster,
            "toolchain": self.toolchain,
            "workers": self.workers,
            "audit": self.audit,
            "disk": self.disk,
            "chat": self.chat,
            **({"second way": self.second_way} if self.parts.settings.second_ways else {}),
        }

    async def cluster(self) -> str | None:
        """It can be read; a lost quorum is said."""
        seen = await self.parts.cluster.read()
        return None if seen.is_quorate else "ready to read; without a quorum nothing is applied"

    async def toolchain(self) -> None:
        """Terraform and its provider are where they were at the start."""
        toolchain = self.standby.toolchain
        for path in (toolchain.binary.path, toolchain.mirror.provider):
            if not await asyncio.to_thread(path.exists):
                raise ToolMissing(path.name, "it is gone; run: threadform tools install")

    async def workers(self) -> None:
        """Somebody works, here or elsewhere."""
        if not await self.signs.workers():
            raise Broken("looking for a worker", f"none gave a sign within {SEEN_S:.0f} s; start threadform worker")

    async def audit(self) -> None:
        """The whole trail was read and adds up."""
        self.parts.trust.check_trail()

    async def disk(self) -> None:
        """The home has room for a state, a plan and a database that grows."""
        least = self.parts.settings.disk_free_mb
        free = (await asyncio.to_thread(shutil.disk_usage, self.parts.settings.home)).free // MB
        if free < least:
            raise Broken("looking at the disk of the home", f"{free} MB free, {least} are needed")

    async def second_way(self) -> str | None:
        """It does not work only where it is tried: what it could not take is said, and is no reason to stop."""
        owed = await unsent(self.parts.database)
        return f"ready; {owed} messages went out neither by their chat nor by another way yet" if owed else None

    async def chat(self) -> None:
        """What was to be said is being said."""
        late = await self.parts.outbox.late(LATE_S)
        if late is not None:
            raise Broken("speaking", f"{late.count} messages wait, the oldest for {late.seconds:.0f} s: {late.why}")
