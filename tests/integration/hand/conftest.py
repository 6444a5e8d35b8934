"""A lab that answers at once, a run's directory, and the hand over both."""

import asyncio

import pytest

from iac.acts import expanded, plan_acts, written
from iac.hand import Doer
from iac.hand.doing import FILE
from iac.proxmox import Closely, ProxmoxEye
from tests.integration.proxmox.conftest import lab, lab_process

__all__ = ["lab", "lab_process"]


class Hands:
    """Plans acts against the lab as the product does, and does them."""

    def __init__(self, lab, home):
        self.lab, self.home, self.runs = lab, home, 0

    async def seen(self, *vmids):
        return await Closely(self.lab.access, seconds=60).look(vmids)

    async def planned(self, *deeds, mark="r1"):
        inventory = await ProxmoxEye(self.lab.access, seconds=60).read()
        asked = expanded(deeds, inventory)
        return plan_acts(asked, inventory, await self.seen(*(int(deed.guest) for deed in asked)), mark)

    async def changes(self):
        """What was asked of the lab since the last time that changes something."""
        return [(r["m"], r["p"].removeprefix("/api2/json")) for r in await self.lab.do("records") if r["m"] != "GET"]

    def doer(self, plan, seconds=60.0, **more):
        self.runs += 1
        directory = self.home / f"run{self.runs}"
        directory.mkdir()
        (directory / FILE).write_bytes(written(plan.steps))
        return Doer(self.lab.access, directory, seconds, **more)

    async def done(self, *deeds, mark="r1"):
        """Planned and done."""
        plan = await self.planned(*deeds, mark=mark)
        return await asyncio.to_thread(self.doer(plan).apply, plan.digest)


@pytest.fixture
async def hands(lab, tmp_path):
    await lab.do("record")
    await lab.do("records")
    return Hands(lab, tmp_path)
