"""The hard limits: whether a node can take a guest at all, and with which storage, network and template."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from iac.errors import Sentence, say
from iac.inventory import GIB, MIB, Guest, Inventory, Network, Node, Storage
from iac.placement.room import Room, room_on, storage_room_bytes
from iac.placement.values import ANYWHERE, Bounds, Claim
from iac.spec import GuestSpec


@dataclass(frozen=True, slots=True)
class Question:
    """One guest asked of one reading of the cluster, with the room that others hold."""

    spec: GuestSpec
    inventory: Inventory
    claims: tuple[Claim, ...]
    bounds: Bounds = ANYWHERE


@dataclass(frozen=True, slots=True)
class Fit:
    """A node that can take the guest, and what it would use there."""

    node: Node
    room: Room
    storage: Storage
    network: Network
    template: Guest


def fit(question: Question, node: Node) -> Fit | Sentence:
    """Everything the guest needs on that node, or the first limit it breaks."""
    room = room_on(node, question.inventory, question.claims)
    for limit in _LIMITS:
        broken = limit(question, room)
        if broken is not None:
            return broken
    storage = storage_for(question, node)
    network = network_for(question, node)
    template = template_for(question.spec, question.inventory, node)
    if isinstance(storage, Sentence):
        return storage
    if network is None:
        return _no_network(question, node)
    if template is None:
        return _no_template(question, node)
    return Fit(node, room, storage, network, template)


# ---------------------------------------------------------------- limits of the node itself


def _wished(question: Question, room: Room) -> Sentence | None:
    wish = question.spec.node
    return None if wish in (None, room.node.name) else say("place.not_wished", node=room.node.name, wish=str(wish))


def _allowed(question: Question, room: Room) -> Sentence | None:
    nodes = question.bounds.nodes
    if not nodes or room.node.name in nodes:
        return None
    return say("place.not_in_environment", node=room.node.name, environment=question.bounds.environment)


def _online(_: Question, room: Room) -> Sentence | None:
    return None if room.node.is_online else say("place.offline", node=room.node.name)


def _maintained(_: Question, room: Room) -> Sentence | None:
    return say("place.maintenance", node=room.node.name) if room.node.is_in_maintenance else None


def _cores(question: Question, room: Room) -> Sentence | None:
    if question.spec.cores <= room.node.cores:
        return None
    return say("place.too_few_cores", node=room.node.name, cores=question.spec.cores, most=room.node.cores)


def _memory(question: Question, room: Room) -> Sentence | None:
    if question.spec.memory_mb * MIB <= room.memory_free_bytes:
        return None
    asked, free = question.spec.memory_mb / 1024, room.memory_free_bytes / GIB
    return say("place.too_little_memory", node=room.node.name, asked_gb=round(asked, 1), free_gb=round(free, 1))


_LIMITS: tuple[Callable[[Question, Room], Sentence | None], ...] = (
    _online,
    _maintained,
    _allowed,
    _wished,
    _cores,
    _memory,
)


# ---------------------------------------------------------------- what the node must reach


def storage_for(question: Question, node: Node) -> Storage | Sentence:
    """The storage for the disk: the one wished for, else a shared one before a local one, then the roomiest."""
    spec = question.spec
    here = [s for s in question.inventory.storages if node.name in s.nodes and s.is_active and s.holds_images]
    allowed = [s for s in here if s.name in (question.bounds.storages or (s.name,))]
    wished = [s for s in allowed if spec.storage in (None, s.name)]
    if here and not allowed:
        return say("place.no_storage_allowed", node=node.name, environment=question.bounds.environment)
    if not wished:
        key = "place.no_storage" if spec.storage is None else "place.storage_not_here"
        return say(key, node=node.name, storage=spec.storage or "")
    reliable = [s for s in wished if s.is_shared or not spec.is_ha]
    if not reliable:
        return say("place.ha_needs_shared", node=node.name)
    best = max(reliable, key=lambda s: (s.is_shared, storage_room_bytes(s, question.claims), s.name))
    roomy = [s for s in reliable if storage_room_bytes(s, question.claims) >= spec.disk_gb * GIB]
    if not roomy:
        free = storage_room_bytes(best, question.claims) / GIB
        return say("place.storage_full", node=node.name, storage=best.name, disk_gb=spec.disk_gb, free_gb=int(free))
    return max(roomy, key=lambda s: (s.is_shared, storage_room_bytes(s, question.claims), s.name))


def network_for(question: Question, node: Node) -> Network | None:
    """The network: the one wished for, else one whose addresses are known, a vnet before a bridge."""
    spec, allowed = question.spec, question.bounds.networks
    wished = [n for n in question.inventory.networks if node.name in n.nodes and spec.network in (None, n.name)]
    here = [n for n in wished if n.name in (allowed or (n.name,))]
    return min(here, key=lambda n: (n.cidr is None, n.kind != "vnet", n.gateway is None, n.name), default=None)


def _no_network(question: Question, node: Node) -> Sentence:
    spec, bounds = question.spec, question.bounds
    if bounds.networks and not any(n.name in bounds.networks and node.name in n.nodes for n in _networks(question)):
        return say("place.no_network_allowed", node=node.name, environment=bounds.environment)
    if spec.network is not None and bounds.networks and spec.network not in bounds.networks:
        return say("place.network_not_allowed", node=node.name, network=spec.network, environment=bounds.environment)
    if spec.network is None:
        return say("place.no_network", node=node.name)
    return say("place.network_not_here", node=node.name, network=spec.network)


def _networks(question: Question) -> tuple[Network, ...]:
    return question.inventory.networks


def template_for(spec: GuestSpec, inventory: Inventory, node: Node) -> Guest | None:
    """The template to clone onto that node: one that lives there, else one whose every disk is shared.

    A template on a node that is offline cannot be cloned, wherever its disks lie: its own node copies it.
    """
    online = {n.name for n in inventory.online_nodes}
    named = [g for g in inventory.templates if spec.template in (g.name, str(g.vmid)) and g.kind == "qemu"]
    same = [g for g in named if g.node in online]
    usable = [g for g in same if g.node == node.name or is_shared(g, inventory, (g.node, node.name))]
    return min(usable, key=lambda g: (g.node != node.name, g.vmid), default=None)


def _no_template(question: Question, node: Node) -> Sentence:
    spec, inventory = question.spec, question.inventory
    online = {n.name for n in inventory.online_nodes}
    homes = {g.node for g in inventory.templates if spec.template in (g.name, str(g.vmid))}
    key = "place.no_template" if homes & online else "place.template_offline"
    return say(key, node=node.name, template=spec.template, template_node=", ".join(sorted(homes)))


def is_shared(template: Guest, inventory: Inventory, nodes: Sequence[str]) -> bool:
    """Whether all disks of a template lie on shared storages that all those nodes reach; unknown counts as no."""
    reached = {s.name for s in inventory.storages if s.is_shared and s.is_active and set(nodes) <= set(s.nodes)}
    return bool(template.storages) and set(template.storages) <= reached
