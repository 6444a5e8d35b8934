"""From what people call things to numbers: one deed a guest, and a drained node as one move a guest. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from iac.acts.values import Deed
from iac.errors import Refused
from iac.inventory import Guest, Inventory, Node

CLOSED_TO_GUESTS = "acts.node_closed"


def expanded(deeds: Sequence[Deed], inventory: Inventory) -> tuple[Deed, ...]:
    """The deeds with every guest by its number, each once; ``Refused`` where one is not there or could be several."""
    found = [each for deed in deeds for each in _expanded(deed, inventory)]
    return tuple(dict.fromkeys(found))


def _expanded(deed: Deed, inventory: Inventory) -> Iterator[Deed]:
    if deed.verb == "drain":
        yield from drained(deed.node, inventory)
    else:
        yield replace(deed, guest=str(_meant(deed.guest, inventory).vmid))


def _meant(name: str, inventory: Inventory) -> Guest:
    """The guest of that number or name. Names need not be unique in Proxmox VE: two are never guessed about."""
    found = [g for g in inventory.guests if str(g.vmid) == name]
    found = found or [g for g in inventory.guests if g.name.lower() == name.lower()]
    if not found:
        raise Refused("acts.no_guest", guest=name, cluster=inventory.cluster)
    if len(found) > 1:
        raise Refused("acts.several", guest=name, vmids=tuple(str(g.vmid) for g in found))
    return found[0]


def drained(name: str, inventory: Inventory) -> Iterator[Deed]:
    """One move for each running guest of a node, the largest first, each to where most memory is free by then."""
    node_of(name, inventory)
    free = {n.name: _free(n) for n in inventory.online_nodes if n.name != name and not n.is_in_maintenance}
    moving = [g for g in inventory.machines if g.node == name and g.status == "running"]
    for guest in sorted(moving, key=lambda g: (-g.memory_bytes, g.vmid)):
        target = max(sorted(free), key=lambda n: free[n], default="")
        if not target or free[target] < guest.memory_bytes:
            raise Refused("acts.no_refuge", guest=guest.name, node=name)
        free[target] -= guest.memory_bytes
        yield Deed("migrate", str(guest.vmid), target)


def node_of(name: str, inventory: Inventory) -> Node:
    """The node of that name; ``Refused`` where there is none."""
    node = inventory.node(name)
    if node is None:
        raise Refused("acts.no_node", node=name, nodes=tuple(n.name for n in inventory.nodes))
    return node


def _free(node: Node) -> int:
    return node.memory_for_guests_bytes - node.memory_used_bytes


def check_takes(name: str, guest: Guest, inventory: Inventory) -> None:
    """``Refused`` where that node takes no guests now, or has not the memory for this one while it runs."""
    node = node_of(name, inventory)
    if not node.is_online or node.is_in_maintenance:
        raise Refused(CLOSED_TO_GUESTS, node=name)
    if guest.status == "running" and _free(node) < guest.memory_bytes:
        raise Refused("acts.no_room", node=name, guest=guest.name)
