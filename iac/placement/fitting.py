"""Whether a node can take a guest at all, and with which storage, network and template."""

from collections.abc import Sequence
from dataclasses import dataclass

from iac.errors import Sentence, say
from iac.inventory import GIB, Guest, Inventory, Network, Node, Storage
from iac.placement.asking import Question
from iac.placement.limits import broken_limit
from iac.placement.room import Room, room_on, storage_room_bytes

__all__ = ["Fit", "Question", "fit", "is_shared", "network_for", "storage_for", "template_for"]


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
    room = room_on(node, question.ground, question.held)
    broken = broken_limit(question, room)
    if broken is not None:
        return broken
    storage = storage_for(question, node)
    network = network_for(question, node)
    template = template_for(question, node)
    if isinstance(storage, Sentence):
        return storage
    if network is None:
        return _no_network(question, node)
    if template is None:
        return _no_template(question, node)
    return Fit(node, room, storage, network, template)


def storage_for(question: Question, node: Node) -> Storage | Sentence:
    """The storage for the disk: the one wished for, else a shared one before a local one, then the roomiest."""
    spec = question.spec
    here = question.ground.storages.get(node.name, ())
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
    rooms = {s.name: storage_room_bytes(s, question.held) for s in reliable}
    ranked = sorted(reliable, key=lambda s: (s.is_shared, rooms[s.name], s.name))
    roomy = [s for s in ranked if rooms[s.name] >= spec.disk_gb * GIB]
    if not roomy:
        best = ranked[-1].name
        free = int(rooms[best] / GIB)
        return say("place.storage_full", node=node.name, storage=best, disk_gb=spec.disk_gb, free_gb=free)
    return roomy[-1]


def network_for(question: Question, node: Node) -> Network | None:
    """The network: the one wished for, else one whose addresses are known, a vnet before a bridge."""
    spec, allowed = question.spec, question.bounds.networks
    wished = [n for n in question.ground.networks.get(node.name, ()) if spec.network in (None, n.name)]
    here = [n for n in wished if n.name in (allowed or (n.name,))]
    return min(here, key=lambda n: (n.cidr is None, n.kind != "vnet", n.gateway is None, n.name), default=None)


def _no_network(question: Question, node: Node) -> Sentence:
    spec, bounds, here = question.spec, question.bounds, question.ground.networks.get(node.name, ())
    if bounds.networks and not any(n.name in bounds.networks for n in here):
        return say("place.no_network_allowed", node=node.name, environment=bounds.environment)
    if spec.network is not None and bounds.networks and spec.network not in bounds.networks:
        return say("place.network_not_allowed", node=node.name, network=spec.network, environment=bounds.environment)
    if spec.network is None:
        return say("place.no_network", node=node.name)
    return say("place.network_not_here", node=node.name, network=spec.network)


def template_for(question: Question, node: Node) -> Guest | None:
    """The template to clone onto that node: one that lives there, else one whose every disk is shared.

    A template on a node that is offline cannot be cloned, wherever its disks lie: its own node copies it.
    """
    ground = question.ground
    same = [g for g in ground.templates.get(question.spec.template, ()) if g.node in ground.online]
    usable = [g for g in same if g.node == node.name or is_shared(g, ground.inventory, (g.node, node.name))]
    return min(usable, key=lambda g: (g.node != node.name, g.vmid), default=None)


def _no_template(question: Question, node: Node) -> Sentence:
    ground, wanted = question.ground, question.spec.template
    homes = {g.node for g in ground.templates.get(wanted, ())}
    key = "place.no_template" if homes & ground.online else "place.template_offline"
    return say(key, node=node.name, template=wanted, template_node=", ".join(sorted(homes)))


def is_shared(template: Guest, inventory: Inventory, nodes: Sequence[str]) -> bool:
    """Whether all disks of a template lie on shared storages that all those nodes reach; unknown counts as no."""
    reached = {s.name for s in inventory.storages if s.is_shared and s.is_active and set(nodes) <= set(s.nodes)}
    return bool(template.storages) and set(template.storages) <= reached
