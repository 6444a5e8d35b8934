"""What the guests of a plan cost a month, by a price book of our own in EUR. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from iac.inventory import GIB, MIB
from iac.plan import Plan
from iac.plan.quiet import VM

MB_PER_GB = GIB // MIB


@dataclass(frozen=True, slots=True)
class Prices:
    """EUR a month for one virtual core, one GB of memory, one GB of disk."""

    core: float
    memory_gb: float
    disk_gb: float


@dataclass(frozen=True, slots=True)
class Cost:
    """EUR a month: what the guests of a stack cost as they are, and as the plan would have them."""

    before_eur: float
    after_eur: float

    @property
    def change_eur(self) -> float:
        """What the plan adds; below zero where it saves."""
        return self.after_eur - self.before_eur


def cost_of(plan: Plan, prices: Prices | None) -> Cost | None:
    """What the plan costs; None without prices, or where a size is not known: no figure is better than a wrong one."""
    if prices is None:
        return None
    guests = [change for change in plan.changes if change.kind == VM]
    before = [_monthly(change.before, prices) for change in guests]
    after = [_monthly(change.after, prices) for change in guests]
    if None in before or None in after:
        return None
    return Cost(_sum(before), _sum(after))


def _sum(parts: list[float | None]) -> float:
    return round(sum(part or 0.0 for part in parts), 2)


def _monthly(values: Mapping[str, Any], prices: Prices) -> float | None:
    """One guest as terraform shows it; nothing where it does not exist, None where a size is missing."""
    if not values:
        return 0.0
    try:
        cpu, memory = values["cpu"][0], values["memory"][0]["dedicated"]
        cores = float(cpu["cores"]) * float(cpu.get("sockets") or 1)
        disks = sum(float(disk["size"]) for disk in values.get("disk") or ())
        return cores * prices.core + float(memory) / MB_PER_GB * prices.memory_gb + disks * prices.disk_gb
    except (LookupError, TypeError, ValueError):
        return None
