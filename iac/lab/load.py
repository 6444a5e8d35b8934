"""A plausible load: every number is a pure function of who is asked about and when, so history and now agree."""

import hashlib
import math

from iac.lab.disks import used_by_guests
from iac.lab.world import GIB, Guest, Node, Row, Storage, World

DAY = 86400
# Step and number of points of each timeframe on PVE 9 (facts: ml.md, section 1).
FRAMES = {
    "hour": (60, 60),
    "day": (60, 1440),
    "week": (1800, 336),
    "month": (21600, 121),
    "year": (21600, 1140),
    "decade": (604800, 570),
}
FRAMES_8 = {"hour": (60, 70), "day": (1800, 70), "week": (10800, 70), "month": (43200, 70), "year": (604800, 70)}
# PVE 8 keeps 70 points of each, and has no decade.
NOISE = 0.06


def noise(name: str, at: float) -> float:
    """A number in [-1, 1) that is always the same for the same name and minute."""
    seed = hashlib.blake2b(f"{name}/{int(at // 60)}".encode(), digest_size=4).digest()
    return int.from_bytes(seed, "big") / 2**31 - 1


def rhythm(at: float) -> float:
    """The working day and the quiet weekend, around 1: most at 14:00 UTC, least at 02:00."""
    hour = at % DAY / 3600
    weekday = int(at // DAY + 3) % 7
    swing = 0.35 * math.cos((hour - 14) / 24 * 2 * math.pi)
    return (1 + swing) * (0.7 if weekday >= 5 else 1.0)  # noqa: PLR2004 - Saturday and Sunday


def guest_cpu(guest: Guest, at: float) -> float:
    """The share of its virtual CPUs that a running guest uses."""
    level = guest.shadow * 0.6 * rhythm(at) + NOISE * guest.shadow * noise(f"cpu/{guest.vmid}", at)
    return round(min(1.0, max(0.002, level)), 6)


def guest_memory(guest: Guest, at: float) -> int:
    """Bytes of memory that a running guest uses."""
    share = 0.35 + 0.5 * guest.shadow + 0.06 * (rhythm(at) - 1) + 0.01 * noise(f"mem/{guest.vmid}", at)
    return int(guest.memory * min(0.98, max(0.1, share)))


def running_on(world: World, node: str) -> list[Guest]:
    """The guests that have power on that node."""
    return [g for g in world.guests.values() if g.node == node and g.is_running]


def node_cpu(world: World, node: Node, at: float) -> float:
    """The share of all its threads that a node uses."""
    used = sum(guest_cpu(guest, at) * guest.cores for guest in running_on(world, node.name))
    own = 0.015 + 0.004 * noise(f"node/{node.name}", at)
    return round(min(1.0, max(0.001, own + used / node.threads)), 6)


def node_memory(world: World, node: Node, at: float) -> int:
    """Bytes of memory that a node uses, its own included."""
    used = node.base_memory + sum(guest_memory(guest, at) for guest in running_on(world, node.name))
    return min(node.memory, used)


def storage_used(world: World, storage: Storage, node: str) -> int:
    """Bytes in use on a storage, as that node sees it."""
    if storage.is_full:
        return storage.total
    return min(storage.total, storage.used + used_by_guests(world, storage.name, None if storage.is_shared else node))


def frames(world: World) -> dict[str, tuple[int, int]]:
    """The timeframes of this version: step in seconds and number of points."""
    return FRAMES_8 if world.is_before_9 else FRAMES


def times(frame: str, now: float, grid: dict[str, tuple[int, int]] | None = None) -> list[int]:
    """The moments of a timeframe, oldest first, on the grid of its step; that of PVE 9 where none is named."""
    step, count = (grid or FRAMES)[frame]
    last = int(now // step) * step
    return [last - step * n for n in range(count - 1, -1, -1)]


def node_point(world: World, node: Node, at: int) -> Row:
    """One row of a node's ``rrddata``."""
    cpu = node_cpu(world, node, at)
    used = node_memory(world, node, at)
    return {
        "time": at,
        "cpu": cpu,
        "maxcpu": node.threads,
        "loadavg": round(cpu * node.threads, 4),
        "iowait": waiting(node, at),
        "memtotal": node.memory,
        "memused": used,
        **({} if world.is_before_9 else _pressure(node, at) | {"memavailable": node.memory - used}),
        "swaptotal": 8 * GIB,
        "swapused": 0,
        "roottotal": 100 * GIB,
        "rootused": 12 * GIB,
        **_traffic(node.name, at),
    }


def waiting(node: Node, at: float) -> float:
    """The share of the time in which a node's processor waits for storage."""
    return round(min(1.0, node.waiting + abs(noise(f"io/{node.name}", at)) * 0.01), 6)


def _pressure(node: Node, at: float) -> Row:
    """Pressure stall information, in percent: how long some, or all, of the work waited."""
    stalled = round(waiting(node, at) * 100, 2)
    some = {"pressurecpusome": 0.3, "pressureiosome": stalled, "pressurememorysome": 0.0}
    return some | {"pressureiofull": round(stalled * 0.8, 2), "pressurememoryfull": 0.0}


def guest_point(guest: Guest, at: int) -> Row:
    """One row of a guest's ``rrddata``; without power there is nothing but its limits."""
    row: Row = {"time": at, "maxcpu": guest.cores, "maxmem": guest.memory, "maxdisk": 0, "disk": 0}
    if not guest.is_running:
        return row
    flow = {**_traffic(str(guest.vmid), at), "diskread": 20000.0, "diskwrite": 120000.0 * (1 + rhythm(at))}
    memory = guest_memory(guest, at)
    return row | {"cpu": guest_cpu(guest, at), "mem": memory, "memhost": int(memory * 1.04), **flow}


def storage_point(world: World, storage: Storage, node: str, at: int, now: float) -> Row:
    """One row of a storage's ``rrddata``: it has been filling by 0.2 % of its use a day."""
    used = storage_used(world, storage, node)
    return {"time": at, "total": storage.total, "used": int(used * max(0.1, 1 - 0.002 * (now - at) / DAY))}


def _traffic(name: str, at: float) -> Row:
    level = 250_000.0 * rhythm(at)
    return {
        "netin": round(level * (1 + 0.3 * noise(f"in/{name}", at)), 2),
        "netout": round(level * 0.6 * (1 + 0.3 * noise(f"out/{name}", at)), 2),
    }
