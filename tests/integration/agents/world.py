"""A small cluster and a desk for the crew's journeys: values in memory, the one seam that the crew has."""

from dataclasses import replace

from agents.contracts import Proposal, Reply, RunLine, Turn
from agents.crew import AdkCrew, CrewSettings
from iac.errors import ClusterSilent
from iac.inventory import GIB, Guest, Inventory, Network, Node, Storage
from iac.spec import Limits

NODES = ("pmox01", "pmox02", "pmox03")


def template(vmid, name, disk_gb=10):
    return Guest(vmid, name, "pmox01", "qemu", "stopped", True, 2, 2 * GIB, disk_gb * GIB, storages=("ceph-vm",))


def guest(vmid, name, node="pmox02", status="running", **more):
    return Guest(vmid, name, node, "qemu", status, False, 4, 8 * GIB, 40 * GIB, **more)


def inventory(*more_guests):
    nodes = tuple(Node(name, True, 20, 0.1 * i, 32 * GIB, 4 * GIB) for i, name in enumerate(NODES, 1))
    templates = (
        template(100, "ubuntu-2404-cloud"),
        template(101, "debian-12-cloud", 8),
        template(102, "rocky-9-cloud"),
    )
    storages = (
        Storage("ceph-vm", "rbd", True, frozenset({"images"}), 4096 * GIB, 1000 * GIB, NODES),
        Storage("backup", "cephfs", True, frozenset({"backup"}), 4096 * GIB, 0, NODES),
    )
    networks = (Network("mainvnet", "vnet", NODES, "192.168.0.0/16"), Network("vmbr0", "bridge", NODES))
    return Inventory(
        cluster="lab",
        version="8.4",
        is_quorate=True,
        nodes=(*nodes, Node("pmox04", False, 20, 0.0, 32 * GIB, 0)),
        guests=(*templates, guest(200, "web01"), guest(201, "old01", "pmox01", "stopped"), *more_guests),
        storages=storages,
        networks=networks,
        pools=("dev", "prod"),
        read_at=0.0,
    )


class Seen:
    """A cluster that answers with one inventory, and counts how often it was read."""

    def __init__(self, *more_guests):
        self.inventory, self.reads = inventory(*more_guests), 0

    async def read(self):
        self.reads += 1
        return self.inventory

    def without_quorum(self):
        self.inventory = replace(self.inventory, is_quorate=False)
        return self


class Silent:
    async def read(self):
        raise ClusterSilent("reading the cluster", "connection refused")


class Faulty:
    async def read(self):
        raise ZeroDivisionError("a mistake in the program")


class Desk:
    def __init__(self, *lines):
        self.lines = lines

    async def runs(self, thread):
        return self.lines

    async def latest(self, limit):
        return self.lines[:limit]


RUN = RunLine(id="4f2", title="api01", state="planned", requester="Alice", environment="dev", guests=("api01",))


def crew(cluster=None, desk=None, **settings):
    return AdkCrew(CrewSettings(Limits(), **settings), cluster or Seen(), desk or Desk())


class Talk:
    """One thread: what is remembered goes out and comes back through JSON, as the store does it."""

    def __init__(self, crew, thread="web:team:general:1"):
        self.crew, self.thread, self.slots, self.results = crew, thread, {}, []

    async def say(self, text="", **answers) -> Reply | Proposal:
        turn = Turn(thread=self.thread, text=text, author="Alice", answers=answers, slots=self.slots)
        result = await self.crew.turn(turn)
        self.slots = type(result).model_validate_json(result.model_dump_json()).slots
        self.results.append(result)
        return result

    async def proposal(self, text="", **answers) -> Proposal:
        result = await self.say(text, **answers)
        assert isinstance(result, Proposal), keys(result)
        return result

    async def reply(self, text="", **answers) -> Reply:
        result = await self.say(text, **answers)
        assert isinstance(result, Reply), result
        return result


def agents_of(result):
    """The steps of agents, which ask a model; the linter asks none."""
    return [step for step in result.trace if step.agent != "linter"]


def keys(reply):
    return [s.key for s in reply.sentences] + [q.ask.key for q in reply.questions]


def sizes(proposal):
    return [(g.template, g.cores, g.memory_mb, g.disk_gb) for g in proposal.guests]
