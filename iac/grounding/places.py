"""Wished places: does the node, storage, network or pool exist, and may it be used now? Pure."""

from collections.abc import Iterator

from iac.grounding.findings import Finding, found, shown
from iac.grounding.nearest import nearest, offered
from iac.inventory import GIB, Guest, Inventory, Storage
from iac.spec import GuestSpec


def place_findings(spec: GuestSpec, inventory: Inventory, *, now: Guest | None) -> Iterator[Finding]:
    """What is wrong with the wished places; a wish that was not made is never wrong.

    ``now`` is the guest as it is where an existing one is changed: its disk is on a storage already.
    """
    yield from _node(spec.node, inventory)
    if now is None:
        yield from _storage(spec, inventory)
    yield from _network(spec.network, inventory)
    yield from _pool(spec.pool, inventory)


def _node(wish: str | None, inventory: Inventory) -> Iterator[Finding]:
    if wish is None:
        return
    ready = nearest(wish, (n.name for n in inventory.online_nodes if not n.is_in_maintenance))
    node = inventory.node(wish)
    if node is None:
        yield found("node", "ask.node.unknown", ready, node=shown(wish), nodes=offered(ready))
    elif not node.is_online:
        yield found("node", "ask.node.offline", ready, node=wish, nodes=offered(ready))
    elif node.is_in_maintenance:
        yield found("node", "ask.node.maintenance", ready, node=wish, nodes=offered(ready))


def _storage(spec: GuestSpec, inventory: Inventory) -> Iterator[Finding]:
    if spec.storage is None:
        yield from _no_storage_at_all(spec, inventory)
        return
    able = nearest(spec.storage, (s.name for s in inventory.storages if s.holds_images and s.is_active))
    named = [s for s in inventory.storages if s.name == spec.storage]
    if not named:
        yield found("storage", "ask.storage.unknown", able, storage=shown(spec.storage), storages=offered(able))
    elif not any(s.holds_images for s in named):
        yield found("storage", "ask.storage.no_images", able, storage=spec.storage, storages=offered(able))
    elif not any(s.is_active for s in named):
        yield found("storage", "ask.storage.inactive", able, storage=spec.storage, storages=offered(able))
    else:
        yield from _too_full(spec, max(named, key=lambda s: s.room_bytes), inventory)


def _no_storage_at_all(spec: GuestSpec, inventory: Inventory) -> Iterator[Finding]:
    able = [s for s in inventory.storages if s.holds_images and s.is_active]
    if not able:
        yield found("storage", "ask.storage.none")
        return
    roomiest = max(able, key=lambda s: (s.room_bytes, s.name))
    yield from _too_full(spec, roomiest, inventory)


def _too_full(spec: GuestSpec, storage: Storage, inventory: Inventory) -> Iterator[Finding]:
    if spec.disk_gb * GIB <= storage.room_bytes:
        return
    able = (s for s in inventory.storages if s.holds_images and s.is_active)
    roomy = tuple(sorted({s.name for s in able if s.room_bytes >= spec.disk_gb * GIB}))
    key = "ask.storage.full" if spec.storage else "ask.storage.all_full"
    free = storage.room_bytes // GIB
    yield found("storage", key, roomy, storage=storage.name, disk_gb=spec.disk_gb, free_gb=free)


def _network(wish: str | None, inventory: Inventory) -> Iterator[Finding]:
    known = nearest(wish or "", (n.name for n in inventory.networks))
    if wish is not None and wish not in known:
        yield found("network", "ask.network.unknown", known, network=shown(wish), networks=offered(known))


def _pool(wish: str | None, inventory: Inventory) -> Iterator[Finding]:
    known = nearest(wish or "", inventory.pools)
    if wish is not None and wish not in known:
        key = "ask.pool.unknown" if known else "ask.pool.none"
        yield found("pool", key, known, pool=shown(wish), pools=offered(known))
