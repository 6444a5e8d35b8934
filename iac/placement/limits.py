"""The hard limits of a node itself, in the order in which they are told: the first that is broken is the reason."""

from collections.abc import Callable

from iac.errors import Sentence, say
from iac.inventory import GIB, MIB
from iac.placement.asking import Question
from iac.placement.room import Room
from iac.spec import CPU_TYPES

Limit = Callable[[Question, Room], Sentence | None]


def broken_limit(question: Question, room: Room) -> Sentence | None:
    """The first limit that the guest breaks on that node; None where it breaks none."""
    return next((said for limit in _LIMITS if (said := limit(question, room)) is not None), None)


def _online(_: Question, room: Room) -> Sentence | None:
    return None if room.node.is_online else say("place.offline", node=room.node.name)


def _maintained(_: Question, room: Room) -> Sentence | None:
    return say("place.maintenance", node=room.node.name) if room.node.is_in_maintenance else None


def _allowed(question: Question, room: Room) -> Sentence | None:
    nodes = question.bounds.nodes
    if not nodes or room.node.name in nodes:
        return None
    return say("place.not_in_environment", node=room.node.name, environment=question.bounds.environment)


def _wished(question: Question, room: Room) -> Sentence | None:
    wish = question.spec.node
    return None if wish in (None, room.node.name) else say("place.not_wished", node=room.node.name, wish=str(wish))


def _near(question: Question, room: Room) -> Sentence | None:
    """Beside every guest that was named and that is somewhere; one that is still to be placed says nothing yet."""
    for guest in question.spec.near:
        home = question.home_of(guest)
        if home not in (None, room.node.name):
            return say("place.not_near", node=room.node.name, guest=guest, home=str(home))
    return None


def _apart(question: Question, room: Room) -> Sentence | None:
    there = [guest for guest in question.spec.apart if question.home_of(guest) == room.node.name]
    return say("place.not_apart", node=room.node.name, guest=there[0]) if there else None


def _processor(question: Question, room: Room) -> Sentence | None:
    """The type of processor that the guest gets; what a node does not tell is not held against it."""
    wanted, able = question.spec.cpu, room.node.cpu_types
    if able is None or wanted in able or wanted not in CPU_TYPES:
        return None
    return say("place.no_cpu_type", node=room.node.name, cpu=wanted, model=room.node.cpu_model or "?")


def _devices(question: Question, room: Room) -> Sentence | None:
    """Every device that was named is on the node, and one of it is free."""
    node, ground = room.node.name, question.ground
    for name in dict.fromkeys(question.spec.devices):
        device = ground.devices.get((name, node))
        if device is None:
            return say("place.no_device", node=node, device=name)
        free = device.free - question.held.devices.get((name, node), 0)
        if free < question.spec.devices.count(name):
            return say("place.device_taken", node=node, device=name, most=device.count, count=device.count)
    return None


def _cores(question: Question, room: Room) -> Sentence | None:
    if question.spec.cores <= room.node.cores:
        return None
    return say("place.too_few_cores", node=room.node.name, cores=question.spec.cores, most=room.node.cores)


def _memory(question: Question, room: Room) -> Sentence | None:
    if question.spec.memory_mb * MIB <= room.memory_free_bytes:
        return None
    asked, free = question.spec.memory_mb / 1024, room.memory_free_bytes / GIB
    return say("place.too_little_memory", node=room.node.name, asked_gb=round(asked, 1), free_gb=round(free, 1))


_LIMITS: tuple[Limit, ...] = (
    _online,
    _maintained,
    _allowed,
    _wished,
    _near,
    _apart,
    _processor,
    _devices,
    _cores,
    _memory,
)
