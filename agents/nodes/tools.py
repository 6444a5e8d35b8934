"""The collector's tools: each reads the one inventory of the turn. None changes anything.

What they return was partly written by people outside (names, tags, pools): it is marked as such.
"""

from agents.nodes.lookups import LOOKUPS
from agents.nodes.marking import Answer, fails_alone, marked
from agents.nodes.work import WORK
from iac.inventory import GIB, Inventory

MOST_GUESTS_OF_A_RULE = 20


@fails_alone("the nodes")
async def nodes() -> Answer:
    """The nodes of the cluster: their load now, over the last hour, and what is to be expected within a day."""
    inventory = await WORK.get().inventory()
    seen = inventory.signals.of
    return marked([
        {"node": n.name, "is_online": n.is_online, "is_in_maintenance": n.is_in_maintenance, "threads": n.cores,
         "cpu_load": round(n.cpu_load, 3), "memory_gb": round(n.memory_bytes / GIB, 1),
         "memory_used_gb": round(n.memory_used_bytes / GIB, 1), "cpu_model": n.cpu_model,
         "cpu_types": sorted(n.cpu_types or ()), "cpu_load_last_hour": _round(seen(n.name).busy),
         "cpu_load_to_expect": _round(seen(n.name).expected), "waiting_for_storage": _round(seen(n.name).pressure),
         "failed_tasks_last_day": seen(n.name).failed, "tasks_under_way": seen(n.name).running}
        for n in inventory.nodes
    ], not_measured=_not_measured(inventory))  # fmt: skip


@fails_alone("the templates")
async def templates() -> Answer:
    """The templates that can be cloned."""
    inventory = await WORK.get().inventory()
    return marked([
        {"template": g.name, "vmid": g.vmid, "node": g.node, "disk_gb": round(g.disk_bytes / GIB, 1)}
        for g in inventory.templates
    ])  # fmt: skip


@fails_alone("the storages")
async def storages() -> Answer:
    """The storages with their free space."""
    inventory = await WORK.get().inventory()
    return marked([
        {"storage": s.name, "kind": s.kind, "is_shared": s.is_shared, "is_active": s.is_active,
         "content": sorted(s.content), "free_gb": round(s.free_bytes / GIB), "nodes": list(s.nodes)}
        for s in inventory.storages
    ])  # fmt: skip


@fails_alone("the networks")
async def networks() -> Answer:
    """The bridges and vnets that a guest can be plugged into."""
    inventory = await WORK.get().inventory()
    return marked([
        {"network": n.name, "kind": n.kind, "nodes": list(n.nodes), "cidr": n.cidr} for n in inventory.networks
    ])  # fmt: skip


@fails_alone("the guests")
async def guests() -> Answer:
    """The guests that exist, templates left out."""
    inventory = await WORK.get().inventory()
    return marked([
        {"guest": g.name, "vmid": g.vmid, "node": g.node, "status": g.status, "cores": g.cores, "tags": list(g.tags)}
        for g in inventory.machines
    ])  # fmt: skip


@fails_alone("the pools")
async def pools() -> Answer:
    """The pools, with what the guests in them take together."""
    inventory = await WORK.get().inventory()
    members = {pool: [g for g in inventory.machines if g.pool == pool] for pool in inventory.pools}
    return marked([
        {"pool": pool, "guests": len(found), "cores": sum(g.cores for g in found),
         "memory_gb": round(sum(g.memory_bytes for g in found) / GIB, 1)}
        for pool, found in members.items()
    ])  # fmt: skip


@fails_alone("high availability")
async def high_availability() -> Answer:
    """The guests that high availability looks after, and the rules that hold guests on nodes, together or apart."""
    inventory = await WORK.get().inventory()
    names = {g.vmid: g.name for g in inventory.machines}
    rules = [
        {"rule": a.name, "kind": a.kind, "nodes": list(a.nodes), "is_strict": a.is_strict,
         "guests": [names.get(vmid, str(vmid)) for vmid in sorted(a.guests)[:MOST_GUESTS_OF_A_RULE]],
         "guests_left_off": max(0, len(a.guests) - MOST_GUESTS_OF_A_RULE)}
        for a in inventory.affinities
    ]  # fmt: skip
    looked_after = [{"guest": g.name, "node": g.node, "state": g.ha_state} for g in inventory.machines if g.ha_state]
    return marked([*rules, *looked_after], not_measured=_not_measured(inventory))


@fails_alone("the devices")
async def devices() -> Answer:
    """The devices of nodes that a guest may be given, such as graphics cards, and how many are free."""
    inventory = await WORK.get().inventory()
    return marked([
        {"device": d.mapping, "node": d.node, "count": d.count, "free": d.free, "description": d.description}
        for d in inventory.devices
    ], not_measured=_not_measured(inventory))  # fmt: skip


FIRST_LOOK = (nodes, templates, storages, networks, guests)
"""What every request is grounded on."""

TOOLS = (*FIRST_LOOK, pools, high_availability, devices, *LOOKUPS)
NAMES = frozenset(tool.__name__ for tool in TOOLS)
FIRST_NAMES = tuple(sorted(tool.__name__ for tool in FIRST_LOOK))


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _not_measured(inventory: Inventory) -> list[str]:
    """What could not be read apart, and why."""
    return [f"{s.key.rpartition('.')[2]}: {s.values.get('why', 'left out')}" for s in inventory.signals.missing]
