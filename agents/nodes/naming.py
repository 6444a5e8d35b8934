"""A question that names a node or a storage is answered about that one, not about all of them. Pure."""

import re
from collections.abc import Sequence

from agents.rules.answering import MOST_SHOWN, cluster_state, guest_states
from agents.rules.page import fold
from iac.errors import Sentence, say
from iac.inventory import Inventory, Node

_NAMED_IN_LISTS = ("storage", "network")
_WORD = re.compile(r"[\w.-]*\w")


def nodes_named(text: str, inventory: Inventory) -> tuple[Node, ...]:
    """The nodes that a message names, by name."""
    words = _words(text)
    return tuple(sorted((n for n in inventory.nodes if n.name.lower() in words), key=lambda n: n.name))


def nodes_shown(nodes: Sequence[Node], inventory: Inventory) -> tuple[Sentence, ...]:
    """Each node in one sentence, then the machines that are on it."""
    states = {s.values["node"]: s for s in cluster_state(inventory)[1:]}
    return tuple(line for node in nodes for line in (states[node.name], *_on(node, inventory)))


def narrowed(lines: tuple[Sentence, ...], text: str) -> tuple[Sentence, ...]:
    """Of a list of storages or networks those that are named, without its head; the whole list where none is."""
    words = _words(text)
    named = tuple(s for s in lines if any(str(s.values.get(slot, "")).lower() in words for slot in _NAMED_IN_LISTS))
    return named or lines


def _on(node: Node, inventory: Inventory) -> tuple[Sentence, ...]:
    found = [guest for guest in inventory.machines if guest.node == node.name]
    if not found:
        return (say("answer.guests_on_none", node=node.name),)
    left = len(found) - MOST_SHOWN
    more = (say("answer.more", count=left),) if left > 0 else ()
    return say("answer.guests_on", count=len(found), node=node.name), *guest_states(found[:MOST_SHOWN]), *more


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(fold(text)))
