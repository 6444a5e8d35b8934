"""What a repository says about the application in it, as values. Names only: no value of a variable is ever kept."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, Self

Kind = Literal["dockerfile", "compose", "kubernetes", "helm"]
Reason = Literal[
    "aliases", "binary", "deep", "encoding", "entries", "extends", "files", "hcl", "include", "kind", "left_out", "lfs",
    "no_services", "no_stage", "odd_name", "open_image", "package_file", "path", "port", "submodule", "symlink",
    "template", "templates", "too_large", "unused", "values_only", "variant", "volume", "yaml",
]  # fmt: skip
"""Why something was not read, or not as it would be run: each is a sentence of the catalogues."""


_SYSTEM_PLACES = ("..", "/etc", "/proc", "/sys", "/dev", "/run", "/var/run", "/boot", "/root")


@dataclass(frozen=True, slots=True)
class Port:
    """A port that a service listens on; ``published`` is the machine's own for it, None where none is opened."""

    container: int
    published: int | None = None
    protocol: str = "tcp"
    address: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it is reached from other machines: published, and not on this machine's own address alone."""
        return self.published is not None and not self.address.startswith(("127.", "::1", "localhost"))


@dataclass(frozen=True, slots=True)
class Volume:
    """Where a service keeps what must stay: ``target`` is its own path, ``size_gb`` what was asked for it.

    Of a ``claim_each`` every copy of the service has one of its own.
    """

    kind: Literal["named", "bind", "anonymous", "tmpfs", "claim", "claim_each", "configuration"]
    target: str
    source: str = ""
    is_read_only: bool = False
    size_gb: float | None = None

    @property
    def keeps(self) -> bool:
        """Whether something in it must stay when the service is made anew."""
        is_system = self.source == "/" or self.source.startswith(_SYSTEM_PLACES)
        return self.kind not in {"tmpfs", "configuration"} and not self.is_read_only and not is_system

    @property
    def reaches_out(self) -> bool:
        """Whether it is a place of the machine itself, outside the directory of the application."""
        return self.kind in {"bind", "configuration"} and self.source.startswith(("/", "~", ".."))


@dataclass(frozen=True, slots=True)
class Health:
    """How a service says that it is well; of a command only the program is kept, for its words may hold a password."""

    kind: Literal["command", "http", "tcp", "grpc", "off"]
    program: str = ""
    port: int | None = None
    path: str = ""
    interval_s: float | None = None


@dataclass(frozen=True, slots=True)
class Gpu:
    """A GPU that is needed: ``count`` None is all there are or nobody said; ``evidence`` is where it was read."""

    vendor: Literal["nvidia", "amd", "intel", "any"]
    count: int | None
    evidence: Literal["reservation", "runtime", "image", "limit"]


@dataclass(frozen=True, slots=True)
class Resources:
    """What is reserved for one copy of a service and what it may take at most. Memory in MB, cores may be parts."""

    cores: float | None = None
    memory_mb: int | None = None
    most_cores: float | None = None
    most_memory_mb: int | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """One thing that runs, and where it is written: ``line`` counts from 1."""

    name: str
    kind: Kind
    source_file: str
    line: int
    image: str = ""
    build: str = ""
    ports: tuple[Port, ...] = ()
    volumes: tuple[Volume, ...] = ()
    health: Health | None = None
    environment_names: tuple[str, ...] = ()
    environment_files: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    configuration: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    user: str = ""
    gpu: Gpu | None = None
    replicas: int = 1
    resources: Resources = Resources()

    def with_more(self, **more: object) -> Self:
        """The same service with these fields in place of its own."""
        return replace(self, **more)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Declared:
    """One block of Terraform: ``of`` is the type of a resource or the source of a module or provider."""

    kind: Literal["resource", "data", "module", "provider", "variable", "output", "backend"]
    name: str
    source_file: str
    line: int
    of: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A Helm chart and the charts that it needs."""

    name: str
    version: str
    source_file: str
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Language:
    """A language that is written here, its version where one is named, and the known packages that say what it is."""

    name: str
    source_file: str
    version: str = ""
    packages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """What was not read, or not as it would be run: ``file`` and ``what`` are names in the repository."""

    reason: Reason
    file: str = ""
    what: str = ""
    count: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """What one file says, to be put together with the others."""

    services: tuple[Service, ...] = ()
    declared: tuple[Declared, ...] = ()
    charts: tuple[Chart, ...] = ()
    languages: tuple[Language, ...] = ()
    notes: tuple[Note, ...] = ()
    title: str = ""

    @classmethod
    def joined(cls, parts: Iterable[Self]) -> Self:
        """Several files as one; the first title holds."""
        every = list(parts)
        return cls(
            services=tuple(s for part in every for s in part.services),
            declared=tuple(d for part in every for d in part.declared),
            charts=tuple(c for part in every for c in part.charts),
            languages=tuple(one for part in every for one in part.languages),
            notes=tuple(n for part in every for n in part.notes),
            title=next((part.title for part in every if part.title), ""),
        )


@dataclass(frozen=True, slots=True)
class Repository:
    """What was read at one commit. ``notes`` name everything that was left out, and why."""

    url: str
    commit: str = ""
    branch: str = ""
    title: str = ""
    services: tuple[Service, ...] = ()
    declared: tuple[Declared, ...] = ()
    charts: tuple[Chart, ...] = ()
    languages: tuple[Language, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def is_bare(self) -> bool:
        """Whether nothing in it says what runs."""
        return not self.services

    @property
    def gpu_services(self) -> tuple[Service, ...]:
        """The services that need a GPU."""
        return tuple(service for service in self.services if service.gpu)
