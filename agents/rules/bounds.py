"""Why an act cannot be, or not for this person: rights, quota, capacity, maintenance, networks. Pure.

This says no early and kindly. It grants nothing: roles, policy and the plan decide again later.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from agents.contracts import Act
from agents.rules.grasping import AIMED
from agents.rules.measures import shrinks_disk
from agents.rules.world import Being, World

_NEW = frozenset({"create_vm", "create_ct", "clone_vm", "modify_plan"})
_SIZES = ("cores", "memory_mb", "disk_gb")
_EVERY_FLAVOR = {
    "small": (1, 2048, 20), "medium": (2, 4096, 40), "large": (4, 8192, 80), "xlarge": (8, 16384, 160),
}  # fmt: skip


def refusals_of(act: Act, world: World) -> tuple[str, ...]:
    """The reasons, most telling first; none where the act may be planned."""
    reasons = [
        *_unauthorized(act, world), *_impossible(act, world), *_misplaced(act, world), *_over_quota(act, world),
    ]  # fmt: skip
    return tuple(dict.fromkeys(reasons))


def guests_asked(slots: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each new guest with its sizes, groups and counts unrolled; sizes that are not known are left out."""
    groups = slots.get("groups") or [slots]
    return [group for group in groups for _ in range(min(int(group.get("count", 1) or 1), 1000))]


def _unauthorized(act: Act, world: World) -> Iterator[str]:
    rights = world.rights
    if rights is None:
        return
    slots = act.slots
    if any(_is_foreign(being, world) for being in _touched(act, world)):
        yield "unauthorized"
    if act.intent == "drain_node" and not rights.may_use_prod:
        yield "unauthorized"
    if slots.get("ha") and not rights.may_use_ha:
        yield "unauthorized"
    if act.intent in _NEW | {"k3s_create", "deploy_app"} and slots.get("env") == "prod" and not rights.may_use_prod:
        yield "unauthorized"
    if act.intent in _NEW and rights.pools is not None and slots.get("pool") not in {None, *rights.pools}:
        yield "unauthorized"


def _touched(act: Act, world: World) -> list[Being]:
    """The guests that an act would change, those of a cluster too."""
    named = act.slots.get("targets", ()) if act.intent in AIMED | {"deploy_app"} else ()
    cluster = act.slots.get("cluster") if act.intent in {"k3s_scale", "k3s_delete", "deploy_app"} else None
    return [b for b in world.beings if b.name in named or (cluster and b.name.startswith(f"{cluster}-"))]


def _is_foreign(being: Being, world: World) -> bool:
    rights = world.rights
    if rights is None or rights.pools is None:
        return False
    is_own = bool(rights.person) and being.owner.lower() == rights.person.lower()
    return being.pool not in rights.pools or (rights.is_own_only and not is_own)


def _impossible(act: Act, world: World) -> Iterator[str]:
    beings = [b for name in act.slots.get("targets", ()) if (b := world.being(name))]
    if act.intent == "resize_vm" and shrinks_disk(act.slots, beings):
        yield "impossible_disk_shrink"
    open_hosts = [h for h in world.hosts if h.is_open]
    if act.intent not in _NEW | {"resize_vm", "k3s_create"} or not open_hosts:
        return
    named = [h for h in open_hosts if h.name == act.slots.get("node")]
    hosts = named or open_hosts
    guests = guests_asked(act.slots)
    if any(
        _at_most(g, "cores", max(h.cores for h in hosts))
        or _at_most(g, "memory_mb", max(h.memory_gb for h in hosts) * 1024)
        for g in guests
    ):
        yield "impossible_capacity"
    memory = sum(int(g.get("memory_mb", 0) or 0) for g in guests)
    storage = str(act.slots.get("storage"))
    room = [world.free_gb[storage]] if storage in world.free_gb else list(world.free_gb.values())
    disk = sum(_more_disk(g, beings) for g in guests)
    if memory > 1024 * sum(h.memory_gb for h in hosts) or (room and disk > max(room)):
        yield "impossible_capacity"


def _more_disk(slots: Mapping[str, Any], beings: Sequence[Being]) -> float:
    wanted = float(slots.get("disk_gb", 0) or 0)
    return sum(max(0.0, wanted - b.disk_gb) for b in beings) if beings else wanted


def _at_most(slots: Mapping[str, Any], slot: str, most: int) -> bool:
    return int(slots.get(slot, 0) or 0) > most


def _misplaced(act: Act, world: World) -> Iterator[str]:
    closed = {h.name for h in world.hosts if not h.is_open}
    to_node = {act.slots.get("to_node")} | ({act.slots.get("node")} if act.intent in _NEW | {"k3s_create"} else set())
    if closed & to_node:
        yield "node_in_maintenance"
    networks = {act.slots.get("bridge"), act.slots.get("vnet"), act.slots.get("no_network")} - {None}
    if networks - {*world.bridges, *world.vnets}:
        yield "invalid_network"


def _over_quota(act: Act, world: World) -> Iterator[str]:
    rights = world.rights
    if rights is None:
        return
    most = dict(zip(_SIZES, (rights.max_cores, rights.max_memory_mb, rights.max_disk_gb), strict=True))
    if act.intent in _NEW:
        guests = [_sized(g) for g in guests_asked(act.slots)]
        wanted = {slot: sum(int(g.get(slot, 0) or 0) for g in guests) for slot in _SIZES}
        if rights.max_guests is not None and len(guests) > rights.max_guests:
            yield "over_quota"
    elif act.intent == "resize_vm":
        wanted = _grown(act, world)
    elif act.intent in {"k3s_create", "k3s_scale"}:
        wanted = _nodes(act)
    else:
        return
    if any(limit is not None and wanted[slot] > limit for slot, limit in most.items()):
        yield "over_quota"


def _sized(slots: Mapping[str, Any]) -> dict[str, Any]:
    flavor = _EVERY_FLAVOR.get(str(slots.get("flavor")))
    return dict(slots) | (dict(zip(_SIZES, flavor, strict=True)) if flavor else {})


def _grown(act: Act, world: World) -> dict[str, int]:
    beings = [b for name in act.slots.get("targets", ()) if (b := world.being(name))]
    added = {"cores": "cores_add", "memory_mb": "memory_add_mb", "disk_gb": "disk_add_gb"}
    return {
        slot: sum(max(0, int(act.slots[slot]) - getattr(b, slot)) for b in beings)
        if slot in act.slots
        else int(act.slots.get(added[slot], 0) or 0) * max(1, len(beings))
        for slot in _SIZES
    }


def _nodes(act: Act) -> dict[str, int]:
    count = sum(int(act.slots.get(slot, 0) or 0) for slot in ("workers", "control_planes", "add_workers"))
    return {slot: count * int(act.slots.get(slot, 0) or 0) for slot in _SIZES}
