"""Planning while guests move: one that HA moves at the moment when terraform looks for it seems gone, and is not."""

from collections.abc import Collection
from dataclasses import dataclass

import structlog

from bot.ports import Planner
from iac.errors import Broken
from iac.inventory import Inventory
from iac.plan import Plan
from iac.spec import PlacedGuest, StackSpec

log = structlog.get_logger()

LOOKS = 4
"""A move is over in a moment: who is not found so often in a row is not moving."""
AWAY = "does not exist"
"""Proxmox VE's words where a guest is asked for on the node that it has just left."""


@dataclass(frozen=True, slots=True)
class Steadily:
    """Plans until no guest that stands seems gone. ``standing`` are the names of those that were seen just before."""

    planner: Planner
    standing: Collection[str]

    async def plan(self, run_id: str, stack: StackSpec, state: bytes | None) -> Plan:
        """The plan; after ``LOOKS`` of them the last as it is: policy lets no guest that stands be made anew."""
        for look in range(1, LOOKS + 1):
            try:
                plan = await self.planner.plan(run_id, stack, state)
            except Broken as fault:
                if AWAY not in fault.why or look == LOOKS:
                    raise
            else:
                if look == LOOKS or not self._gone(plan):
                    return plan
            log.info("plan.made_again", run=run_id, look=look)
        raise AssertionError("the last look returns or raises")

    def _gone(self, plan: Plan) -> bool:
        return any(change.action == "create" and change.name in self.standing for change in plan.changes)


def seen_standing(standing: Collection[PlacedGuest], inventory: Inventory) -> frozenset[str]:
    """The names of those guests that a reading of the cluster shows under their own number."""
    there = {(guest.vmid, guest.name) for guest in inventory.machines}
    return frozenset(guest.spec.name for guest in standing if (guest.vmid, guest.spec.name) in there)
