"""What a person may ask for, bounded; and what is handed to the manifest once everything is decided."""

import re
from dataclasses import dataclass

DEFAULT_ENVIRONMENT = "dev"

LAST_PORT = 65535

DEFAULT_CPU = "x86-64-v2-AES"
"""Every processor of the last ten years has it, so a guest can move to any node."""

CPU_TYPES = ("x86-64-v2", DEFAULT_CPU, "x86-64-v3", "x86-64-v4")
"""Types that are the same on every node that can give them; a node's own type would tie a guest to its like."""


@dataclass(frozen=True, slots=True)
class HttpCheck:
    """What has to answer on a new guest before it counts as done: ``GET path`` on ``port``, without TLS."""

    port: int = 80
    path: str = "/"

    def __str__(self) -> str:
        """As a URL ends: ``:8080/health``."""
        return f":{self.port}{self.path}"


_HTTP = re.compile(r":(\d{1,5})(/[\w./~%?=&+-]{0,120})", re.ASCII)


def parse_http(text: str) -> HttpCheck | None:
    """Read ``:8080/health`` back; None where it is no port between 1 and 65535 with a plain path."""
    found = _HTTP.fullmatch(text)
    is_port = found is not None and 0 < int(found[1]) <= LAST_PORT
    return HttpCheck(int(found[1]), found[2]) if found and is_port else None


@dataclass(frozen=True, slots=True)
class GuestSpec:
    """One virtual machine as wished for: sizes are final, places are wishes (None: the placement picks).

    ``template`` is the name of a template seen in the inventory. ``memory_mb`` counts 1 GB as 1024 MB;
    ``disk_gb`` is the size of the first disk in GiB. ``cpu`` is the type of the virtual processor, one of
    ``CPU_TYPES``; ``devices`` are names of PVE's mapped devices. ``near`` and ``apart`` name guests whose node is
    wanted, or not; those that are ``is_spread`` go to as many nodes as can be. ``http`` is what must answer on it.
    """

    name: str
    template: str
    cores: int
    memory_mb: int
    disk_gb: int
    node: str | None = None
    storage: str | None = None
    network: str | None = None
    pool: str | None = None
    is_ha: bool = False
    cpu: str = DEFAULT_CPU
    devices: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    is_spread: bool = False
    http: HttpCheck | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """A reserved IPv4 address: ``ip`` plain, ``prefix`` its length; gateway and DNS may be absent."""

    ip: str
    prefix: int
    gateway: str | None = None
    dns: tuple[str, ...] = ()
    domain: str | None = None


@dataclass(frozen=True, slots=True)
class PlacedGuest:
    """One virtual machine with every place decided; what the manifest writes, value by value.

    ``address`` is None where the network hands addresses out by DHCP. ``tags`` are sorted and lower-case.
    """

    spec: GuestSpec
    vmid: int
    node: str
    storage: str
    network: str
    template_vmid: int
    template_node: str
    address: Address | None
    user: str
    ssh_keys: tuple[str, ...]
    tags: tuple[str, ...]
    description: str


@dataclass(frozen=True, slots=True)
class FoundGuest:
    """A guest that the cluster has and the state does not: as it was placed, and how it was found, on ``node``."""

    placed: PlacedGuest
    node: str
    is_running: bool
    is_in_ha: bool

    @property
    def name(self) -> str:
        """Its name."""
        return self.placed.spec.name

    @property
    def vmid(self) -> int:
        """Its number."""
        return self.placed.vmid


@dataclass(frozen=True, slots=True)
class StackSpec:
    """What one thread builds: its guests, in the order they were asked for."""

    stack_id: str
    environment: str
    guests: tuple[PlacedGuest, ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one guest, and one request, may ask for; an operator sets these."""

    max_cores: int = 32
    max_memory_mb: int = 131072
    max_disk_gb: int = 2048
    max_guests: int = 20
