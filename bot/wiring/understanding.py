"""Conversations from a file through the crew as the bot runs it, over a context in place of a cluster."""

import json
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from agents.contracts import Past, Rights, RunLine, Snapshot, Surroundings, Turn, Understood
from agents.crew import AdkCrew, Beside, CrewSettings, ModelLink
from agents.models.purse import Purse, Spent
from iac.inventory import GIB, MIB, Guest, Inventory, Network, Node, Storage
from iac.spec import Limits

_LIMITS = Limits(max_cores=4096, max_memory_mb=64 * 1024 * 1024, max_disk_gb=1024 * 1024, max_guests=1000)
_TEMPLATE_DISK_GB = 2
_OWN = frozenset({"new_vm"})
"""Slots that help the crew and are no words of the language data."""


@dataclass(frozen=True)
class Context:
    """The world of a file of conversations: the cluster, and what one reading of it does not hold."""

    inventory: Inventory
    around: Surroundings
    roles: Mapping[str, Mapping[str, Any]]
    now: datetime

    async def read(self) -> Inventory:
        """The cluster, as the eye would read it."""
        return self.inventory

    def rights(self, user: Mapping[str, Any]) -> Rights | None:
        """What the person of a conversation may ask for; nothing is known of a role that the context does not name."""
        role = self.roles.get(str(user.get("role")))
        if role is None:
            return None
        return Rights(
            person=str(user.get("name") or ""),
            pools=tuple(role["pools"]) if "limit" not in role else None,
            is_own_only="own" in str(role.get("may_touch", "")),
            max_guests=role.get("max_vms_per_request", role.get("max_vms")),
            max_cores=role.get("max_total_cores"),
            max_memory_mb=role.get("max_total_memory_mb"),
            max_disk_gb=role.get("max_total_disk_gb"),
            may_use_ha=bool(role.get("may_use_ha", True)),
            may_use_prod=bool(role.get("may_use_env_prod", True)),
        )


class NoRuns:
    """A desk on which nothing lies."""

    async def runs(self, thread: str) -> tuple[RunLine, ...]:  # noqa: ARG002 - no thread has any
        """No runs."""
        return ()

    async def latest(self, limit: int) -> tuple[RunLine, ...]:  # noqa: ARG002 - there is none
        """No runs."""
        return ()


def read_context(path: Path) -> Context:
    """A context file as a world. Raises ``OSError`` and ``ValueError`` where it cannot be read."""
    told = json.loads(path.read_text(encoding="utf-8"))
    guests = tuple(told.get("vms", ()))
    around = Surroundings(
        snapshots={name: tuple(map(_snapshot, taken)) for name, taken in told.get("snapshots", {}).items()},
        owners={vm["name"]: vm["owner"] for vm in guests if vm.get("owner")},
        expiries={vm["name"]: date.fromisoformat(vm["expires"]) for vm in guests if vm.get("expires")},
    )
    return Context(_inventory(told), around, told.get("roles", {}), datetime.fromisoformat(told["now"]))


class Tally:
    """A purse without a bottom: it only adds up what live models took for a file."""

    def __init__(self) -> None:
        """Nothing is spent yet."""
        self.spent: list[Spent] = []

    async def may_spend(self, person: str) -> bool:  # noqa: ARG002 - whoever runs the command pays
        """Always: the operator asked for it."""
        return True

    async def pay(self, spent: Spent) -> None:
        """Keep it."""
        self.spent.append(spent)

    def text(self) -> str:
        """The sum, in one line."""
        costs = [each.cost_eur for each in self.spent]
        known = sum(cost for cost in costs if cost is not None)
        price = "price not known" if None in costs else f"EUR {known:.4f}"
        return f"{len(self.spent)} answers of live models, {sum(each.tokens for each in self.spent):,} tokens, {price}"


def crew_over(context: Context, models: tuple[ModelLink, ...] = (), purse: Purse | None = None) -> AdkCrew:
    """The bot's own crew, looking at the context; bounds of an installation are left to the context's roles."""
    return AdkCrew(CrewSettings(limits=_LIMITS, models=models), context, NoRuns(), Beside(purse))


async def predictions(
    items: Iterable[Mapping[str, Any]], context: Context, crew: AdkCrew
) -> AsyncIterator[dict[str, Any]]:
    """One prediction a conversation, in the documented form."""
    for item in items:
        yield predicted(str(item["id"]), await understood(item, context, crew))


async def understood(item: Mapping[str, Any], context: Context, crew: AdkCrew) -> Understood:
    """What the last message of a conversation comes to; every message of the person goes through the crew in turn."""
    slots: Mapping[str, Any] = {}
    history: list[Past] = []
    found: Understood | None = None
    user = item.get("user", {})
    for turn in item["turns"]:
        if turn["role"] == "user":
            said = Turn(
                thread=f"file:{item['id']}", text=turn["text"], author=str(user.get("name") or user.get("role")),
                slots=slots, history=tuple(history), said_at=context.now, rights=context.rights(user),
                around=context.around,
            )  # fmt: skip
            result = await crew.turn(said)
            slots, found = result.slots, result.understood
        history.append(Past(role="person" if turn["role"] == "user" else "bot", author="", text=turn["text"]))
    return found or Understood(intent="unclear")


def predicted(name: str, said: Understood) -> dict[str, Any]:
    """One line of a file of predictions."""
    return {
        "id": name,
        "intent": said.intent,
        "slots": {slot: value for slot, value in said.slots.items() if slot not in _OWN},
        "ask": list(said.asks),
        "refuse": bool(said.refusals),
        "refuse_reason": said.refusals[0] if said.refusals else None,
        "extra_actions": [{"intent": act.intent, "slots": dict(act.slots)} for act in said.further],
    }


def _inventory(told: Mapping[str, Any]) -> Inventory:
    names = tuple(told.get("nodes", {}))
    networks = told.get("networks", {})
    guests = [_guest(vm) for vm in told.get("vms", ())]
    templates = [_template(vmid, name, names[0]) for vmid, name in told.get("templates", {}).items()]
    bridges = [Network(name, "bridge", names, cidr.split(" ")[0]) for name, cidr in networks.get("bridges", {}).items()]
    vnets = [Network(name, "vnet", names, cidr) for name, cidr in networks.get("vnets", {}).items()]
    return Inventory(
        cluster=str(told.get("cluster", "context")),
        version="8",
        is_quorate=True,
        nodes=tuple(_node(name, node) for name, node in told.get("nodes", {}).items()),
        guests=(*templates, *guests),
        storages=tuple(_storage(name, storage, names) for name, storage in told.get("storages", {}).items()),
        networks=(*bridges, *vnets),
        pools=tuple(dict.fromkeys(g.pool for g in guests if g.pool)),
        read_at=datetime.fromisoformat(told["now"]).timestamp(),
    )


def _node(name: str, told: Mapping[str, Any]) -> Node:
    memory = int(told["memory_gb"]) * GIB
    return Node(
        name,
        told["state"] != "offline",
        int(told["cores"]),
        0.1,
        memory,
        memory // 4,
        1,
        told["state"] == "maintenance",
    )


def _guest(vm: Mapping[str, Any]) -> Guest:
    kind: Literal["lxc", "qemu"] = "lxc" if vm.get("type") == "ct" else "qemu"
    memory, disk = int(vm.get("memory_mb", 0)) * MIB, int(vm.get("disk_gb", 0)) * GIB
    return Guest(
        vmid=int(vm["vmid"]), name=vm["name"], node=vm["node"], kind=kind, status=vm["status"], is_template=False,
        cores=int(vm.get("cores", 0)), memory_bytes=memory, disk_bytes=disk, pool=vm.get("pool"),
    )  # fmt: skip


def _template(vmid: str, name: str, node: str) -> Guest:
    return Guest(
        vmid=int(vmid), name=name, node=node, kind="qemu", status="stopped", is_template=True,
        cores=2, memory_bytes=2 * GIB, disk_bytes=_TEMPLATE_DISK_GB * GIB,
    )  # fmt: skip


def _storage(name: str, told: Mapping[str, Any], nodes: tuple[str, ...]) -> Storage:
    free = int(told.get("free_gb", told.get("free_gb_per_node", 0))) * GIB
    total = max(free, int(told.get("total_gb", 0)) * GIB)
    return Storage(name, "dir", bool(told["shared"]), frozenset(told["content"]), total, total - free, nodes)


def _snapshot(told: Mapping[str, Any]) -> Snapshot:
    return Snapshot(name=told["name"], taken_on=date.fromisoformat(told["date"]) if told.get("date") else None)
