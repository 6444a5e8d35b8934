"""Answers to questions about what is there: lists and states, from the inventory and from the runs. Pure."""

from collections.abc import Callable, Collection, Sequence

from agents.contracts import RunLine
from agents.rules.page import fold
from agents.rules.reading import Reading
from iac.errors import Sentence, say
from iac.inventory import GIB, Guest, Inventory, Node, Storage

MOST_SHOWN = 30
"""Lines of one list in a thread; the answer says how many more there are."""

OF_GUESTS = frozenset({"", "guests"})
"""Topics that are no list of something else."""

_RUN_STATES = frozenset(
    [
        "draft",
        "pending",
        "planning",
        "planned",
        "approved",
        "applying",
        "applied",
        "no_changes",
        "discarded",
        "superseded",
        "expired",
        "errored",
        "refused",
    ]
)


def listed(topic: str, text: str, reading: Reading, inventory: Inventory) -> tuple[Sentence, ...]:
    """The list that was asked for; guests can be narrowed by node, pool and state."""
    lists: dict[str, Callable[[], Sequence[Sentence]]] = {
        "templates": lambda: _templates(inventory),
        "nodes": lambda: [_node(n) for n in sorted(inventory.nodes, key=lambda n: n.name)],
        "storages": lambda: [_storage(s) for s in sorted(inventory.storages, key=lambda s: (s.name, s.nodes))],
        "networks": lambda: [
            say("answer.network", network=n.name, kind=n.kind, cidr=n.cidr or "-") for n in inventory.networks
        ],
    }
    if topic in lists:
        lines = list(lists[topic]())
        return _cut([say(f"answer.{topic}", count=len(lines), cluster=inventory.cluster), *lines])
    return guests_listed(text, reading, inventory)


def guests_listed(text: str, reading: Reading, inventory: Inventory) -> tuple[Sentence, ...]:
    """The guests that match what was said about them."""
    found = [g for g in inventory.machines if _matches(g, text, reading)]
    head = say("answer.guests", count=len(found), cluster=inventory.cluster)
    return _cut([head, *(_guest(g) for g in found)])


def own_listed(text: str, reading: Reading, inventory: Inventory, own: Collection[str]) -> tuple[Sentence, ...]:
    """The person's own guests that match what was said; ``own`` are the names of all of them."""
    found = [g for g in inventory.machines if g.name in own and _matches(g, text, reading)]
    if not found:
        return (say("answer.guests_mine_none"),)
    return _cut([say("answer.guests_mine", count=len(found), cluster=inventory.cluster), *(_guest(g) for g in found)])


def named_guests(text: str, inventory: Inventory) -> tuple[Guest, ...]:
    """The guests that a message names, by name or by VMID, in the order of their VMID."""
    words = set(fold(text).replace("?", " ").replace(",", " ").replace("'", " ").split())
    words |= {word.strip('.!:;()"') for word in words}
    return tuple(g for g in inventory.guests if g.name.lower() in words or str(g.vmid) in words)


def guest_states(guests: Sequence[Guest]) -> tuple[Sentence, ...]:
    """One sentence a guest."""
    return tuple(_guest(guest) for guest in guests)


def runs_listed(runs: Sequence[RunLine], *, is_thread: bool) -> tuple[Sentence, ...]:
    """One sentence a run, newest first; a kind sentence where there is none."""
    if not runs:
        return (say("answer.no_runs_here" if is_thread else "answer.no_runs"),)
    return _cut([_run(run) for run in runs])


def cluster_state(inventory: Inventory) -> tuple[Sentence, ...]:
    """The cluster in one sentence, then its nodes."""
    online = len(inventory.online_nodes)
    key = "answer.cluster" if inventory.is_quorate else "answer.cluster_no_quorum"
    head = say(key, cluster=inventory.cluster, version=inventory.version, online=online, all=len(inventory.nodes))
    return head, *(_node(n) for n in sorted(inventory.nodes, key=lambda n: n.name))


def _templates(inventory: Inventory) -> list[Sentence]:
    names = {g.name: g for g in inventory.templates}
    return [
        say("answer.template", template=g.name, vmid=g.vmid, disk_gb=-(-g.disk_bytes // GIB)) for g in names.values()
    ]


def _node(node: Node) -> Sentence:
    if not node.is_online:
        return say("answer.node_offline", node=node.name)
    free = max(0, node.memory_bytes - node.memory_used_bytes)
    key = "answer.node_maintenance" if node.is_in_maintenance else "answer.node"
    return say(key, node=node.name, cores=node.cores, busy=round(node.cpu_load * 100), free_gb=round(free / GIB, 1))


def _storage(storage: Storage) -> Sentence:
    key = "answer.storage" if storage.is_active else "answer.storage_away"
    free, total = round(storage.free_bytes / GIB), round(storage.total_bytes / GIB)
    return say(key, storage=storage.name, kind=storage.kind, free_gb=free, total_gb=total, nodes=storage.nodes)


def _guest(guest: Guest) -> Sentence:
    state = {"running": "running", "stopped": "stopped"}.get(guest.status, "other")
    key = "answer.guest_template" if guest.is_template else f"answer.guest_{state}"
    return say(
        key,
        guest=guest.name,
        vmid=guest.vmid,
        node=guest.node,
        cores=guest.cores,
        memory_gb=round(guest.memory_bytes / GIB, 1),
        state=guest.status,
    )


def _run(run: RunLine) -> Sentence:
    state = run.state if run.state in _RUN_STATES else "other"
    return say(f"answer.run_{state}", run=run.id, title=run.title, who=run.requester, state=run.state)


def _matches(guest: Guest, text: str, reading: Reading) -> bool:
    folded = fold(text)
    wish = reading.wish.guests[0] if reading.wish.guests else None
    if wish and wish.node and guest.node != wish.node:
        return False
    if wish and wish.pool and guest.pool != wish.pool:
        return False
    if any(word in folded for word in ("stopped", "arretee", "eteint", "arrete")):
        return guest.status == "stopped"
    if any(word in folded for word in ("running", "allumee", "qui tourne", "demarree", "en marche")):
        return guest.status == "running"
    return True


def _cut(lines: Sequence[Sentence]) -> tuple[Sentence, ...]:
    """At most ``MOST_SHOWN`` lines, and one that says how many were left off."""
    left = len(lines) - MOST_SHOWN
    return tuple(lines) if left <= 0 else (*lines[:MOST_SHOWN], say("answer.more", count=left))
