"""What the lab holds: one mutable world of nodes, guests, storages, tasks and tables; bytes and epoch seconds."""

from dataclasses import dataclass, field
from typing import Any

KIB, MIB, GIB, TIB = 2**10, 2**20, 2**30, 2**40
FLAGS = (
    "fpu vme pse msr pae cx8 sep mmx fxsr sse sse2 ht syscall nx lm pni pclmulqdq vmx ssse3 fma cx16 sse4_1 sse4_2"
    " movbe popcnt aes xsave avx f16c rdrand lahf_lm abm bmi1 avx2 smep bmi2 rdseed adx sha_ni"
)
"""What /proc/cpuinfo says of a processor of the third generic level, x86-64-v3."""

Row = dict[str, Any]
Params = dict[str, str]


class ApiError(Exception):
    """An answer that is a "no": HTTP status, reason phrase and, for a 400, the fault of each parameter."""

    def __init__(self, code: int, reason: str, errors: dict[str, str] | None = None) -> None:
        """``reason`` becomes the HTTP reason phrase, which is where PVE puts its own words."""
        super().__init__(reason)
        self.code, self.reason, self.errors = code, reason, errors


@dataclass
class Node:
    """A member of the cluster; ``base_memory`` is what the host itself uses.

    ``waiting`` is the share of the time in which work waits for storage, beside what is usual.
    """

    name: str
    ip: str
    threads: int = 20
    memory: int = 32 * GIB
    base_memory: int = 2 * GIB
    is_online: bool = True
    cpu_flags: str = FLAGS
    waiting: float = 0.0


@dataclass
class Storage:
    """A storage; ``used`` counts what does not belong to guests; a local one has that on each node."""

    name: str
    kind: str
    content: str
    total: int
    used: int
    is_shared: bool
    path: str
    is_full: bool = False


@dataclass
class Snapshot:
    """A kept configuration; ``parent`` names the one before it."""

    name: str
    description: str
    taken_at: int
    config: Row
    parent: str | None = None
    has_memory: bool = False


@dataclass
class Guest:
    """A virtual machine or container.

    ``config`` is what is stored; ``pending`` is what waits for a power cycle; ``shadow`` is why a loaded
    cluster looks loaded: the mean share of its CPUs and memory it uses.
    """

    vmid: int
    node: str
    kind: str = "qemu"
    config: Row = field(default_factory=dict)
    pending: Row = field(default_factory=dict)
    status: str = "stopped"
    lock: str | None = None
    booted_at: float = 0.0
    address: str | None = None
    ssh_port: int | None = None
    is_agent_silent: bool = False
    next_disk: int = 1
    snapshots: list[Snapshot] = field(default_factory=list)
    shadow: float = 0.3
    firewall: Row = field(default_factory=dict)
    runs: dict[str, Row] = field(default_factory=dict)

    @property
    def is_template(self) -> bool:
        """Whether it can only be cloned."""
        return bool(int(self.config.get("template", 0)))

    @property
    def is_running(self) -> bool:
        """Whether it has power."""
        return self.status == "running"

    @property
    def cores(self) -> int:
        """All virtual CPUs."""
        return int(self.config.get("cores", 1)) * int(self.config.get("sockets", 1))

    @property
    def memory(self) -> int:
        """Configured memory, in bytes."""
        return int(self.config.get("memory", 512)) * MIB

    @property
    def name(self) -> str:
        """The name as PVE lists it."""
        return str(self.config.get("name") or self.config.get("hostname") or f"VM{self.vmid}")


@dataclass
class Task:
    """One piece of work with a UPID; ``ends_at`` None means it never ends. ``then`` names what its end does."""

    upid: str
    node: str
    kind: str
    id: str
    user: str
    started_at: float
    ends_at: float | None
    exitstatus: str = "OK"
    is_done: bool = False
    then: str = ""
    args: Row = field(default_factory=dict)
    log: list[str] = field(default_factory=list)


@dataclass
class Event:
    """Something the cluster does by itself later, such as HA moving a guest."""

    due_at: float
    then: str
    args: Row


@dataclass
class Fault:
    """A planned fault; see ``iac.lab.faults`` for the kinds. ``times`` below zero means until reset."""

    kind: str
    path: str = ".*"
    method: str = ""
    times: int = -1
    code: int = 500
    reason: str = "got timeout"
    text: str = ""
    seconds: float = 0.0


@dataclass
class World:
    """The whole cluster; ``tables`` holds what is only stored and given back, keyed by the path's name."""

    cluster: str = "lab"
    born_at: float = 0.0
    pace: float = 1.0
    version: str = "9.1.4"
    has_quorum: bool = True
    is_silent: bool = False
    next_pid: int = 1000
    nodes: dict[str, Node] = field(default_factory=dict)
    storages: dict[str, Storage] = field(default_factory=dict)
    guests: dict[str, Guest] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    pools: dict[str, Row] = field(default_factory=dict)
    backups: list[Row] = field(default_factory=list)
    tables: dict[str, dict[str, Row]] = field(default_factory=dict)
    acl: list[Row] = field(default_factory=list)
    secrets: dict[str, str] = field(default_factory=dict)

    def table(self, name: str) -> dict[str, Row]:
        """The rows kept under ``name``; made empty on first use."""
        return self.tables.setdefault(name, {})

    @property
    def is_before_9(self) -> bool:
        """Whether it speaks as PVE 8 did: groups in place of rules, coarser histories, no pressure."""
        return int(self.version.partition(".")[0]) < 9  # noqa: PLR2004 - the version that changed it

    @property
    def is_quorate(self) -> bool:
        """Whether more than half of the nodes are there, and nobody took the quorum away."""
        online = sum(node.is_online for node in self.nodes.values())
        return self.has_quorum and online * 2 > len(self.nodes)

    def pool_of(self, vmid: int) -> str | None:
        """The pool that guest is in."""
        return next((name for name, row in self.pools.items() if vmid in row["vms"]), None)
