"""Everything the environment may say, read once, loud when wrong. Every name begins with ``THREADFORM_``."""

import ipaddress
from pathlib import Path
from typing import Literal, Self

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from iac.spec import Address, Limits

MOST_ADDRESSES = 65_536
"""Each address of a range is a value in memory."""


class PersonSetting(BaseModel):
    """One person: ``id`` is ``platform:id``; roles are requester, approver, admin."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(pattern=r"^[a-z]+:.+$")
    name: str
    roles: tuple[Literal["requester", "approver", "admin"], ...]
    ssh_keys: tuple[str, ...] = ()


class NetworkSetting(BaseModel):
    """The addresses that guests on one network may be given: ``first`` to ``last``, both included.

    A network without such a setting hands addresses out by DHCP.
    """

    model_config = ConfigDict(extra="forbid")

    first: ipaddress.IPv4Address
    last: ipaddress.IPv4Address
    prefix: int = Field(ge=8, le=30)
    gateway: ipaddress.IPv4Address | None = None
    dns: tuple[ipaddress.IPv4Address, ...] = ()
    domain: str | None = None

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        if int(self.last) < int(self.first):
            raise ValueError(f"the last address {self.last} comes before the first, {self.first}")
        if int(self.last) - int(self.first) >= MOST_ADDRESSES:
            raise ValueError(f"from {self.first} to {self.last} are more than {MOST_ADDRESSES:,} addresses")
        subnet = ipaddress.IPv4Network((self.first, self.prefix), strict=False)
        for other in (self.last, *((self.gateway,) if self.gateway else ())):
            if other not in subnet:
                raise ValueError(f"{other} is not in {subnet}, the network of the first address")
        return self

    def addresses(self) -> tuple[Address, ...]:
        """Every address of the range that a guest may have, in order: never the gateway's or a name server's."""
        gateway = str(self.gateway) if self.gateway else None
        dns = tuple(str(server) for server in self.dns)
        subnet = ipaddress.IPv4Network((self.first, self.prefix), strict=False)
        never = {self.gateway, *self.dns, subnet.network_address, subnet.broadcast_address}
        every = map(ipaddress.IPv4Address, range(int(self.first), int(self.last) + 1))
        return tuple(Address(str(each), self.prefix, gateway, dns, self.domain) for each in every if each not in never)


class LimitSetting(BaseModel):
    """The most that one guest, and one request, may ask for."""

    model_config = ConfigDict(extra="forbid")

    max_cores: int = Field(32, ge=1)
    max_memory_mb: int = Field(131072, ge=128)
    max_disk_gb: int = Field(2048, ge=1)
    max_guests: int = Field(20, ge=1)

    def limits(self) -> Limits:
        """The same as the value that the rules take."""
        return Limits(self.max_cores, self.max_memory_mb, self.max_disk_gb, self.max_guests)


LAB_ROLES: tuple[tuple[str, tuple[Literal["requester", "approver", "admin"], ...]], ...] = (
    ("Alice", ("requester",)),
    ("Bob", ("requester", "approver")),
    ("Carol", ("requester", "approver", "admin")),
)
LAB_PEOPLE = tuple(
    PersonSetting(id=f"{platform}:{name.lower()}", name=name, roles=roles)
    for platform in ("web", "terminal")
    for name, roles in LAB_ROLES
)
LAB_NETWORKS = {
    "mainvnet": NetworkSetting.model_validate(
        {"first": "192.168.10.20", "last": "192.168.10.250", "prefix": 16, "gateway": "192.168.0.1"}
    )
}


class Settings(BaseSettings):
    """The settings of one installation. Without a Proxmox VE endpoint, the embedded lab stands in for a cluster."""

    model_config = SettingsConfigDict(
        env_prefix="THREADFORM_",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        populate_by_name=True,
        use_attribute_docstrings=True,
    )

    home: Path = Path(".threadform")
    """Directory of everything this installation keeps: database, keys, run directories, the lab."""
    tools_home: Path | None = None
    """Directory of the provider mirror and of a built terraform; `tools` in the home by default."""
    log_format: Literal["console", "json"] = "console"
    """How log lines look on stderr."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """The least severe line that is written."""

    database_url: str = ""
    """`postgresql://…` for many workers; SQLite in the home by default."""
    redis_url: str = ""
    """Redis or Valkey for jobs and short-term memory; an embedded server by default."""
    state_key: SecretStr | None = None
    """32 bytes in base64 that encrypt Terraform states at rest; a key file in the home by default."""

    tf_bin: str = ""
    """The terraform or tofu binary; found on PATH by default."""
    plan_seconds: float = Field(300, gt=0)
    """Wall clock of one plan."""
    apply_seconds: float = Field(3600, gt=0)
    """Wall clock of one apply; at its end terraform is interrupted once."""
    usable_seconds: float = Field(300, gt=0)
    """How long a new guest may take to become usable before the report says what is missing."""
    approval_hours: float = Field(24, gt=0)
    """How long a plan waits for a decision."""
    beat_seconds: float = Field(60, ge=5)
    """How long an apply counts as alive without a sign; longer than a database outage you expect."""

    pve_endpoint: str = ""
    """`https://node:8006` of your cluster; without it the embedded lab stands in."""
    pve_token: SecretStr | None = None
    """API token as `user@realm!name=uuid`."""
    pve_ca: Path | None = None
    """The cluster's CA certificate (PEM)."""
    pve_insecure: bool = False
    """Do not verify the cluster's certificate. Name a CA instead where you can."""
    pve_seconds: float = Field(10, gt=0)
    """Wall clock of one reading of the cluster."""
    lab_pace: float = Field(1.0, ge=0)
    """How fast time runs in the lab: 1 is a few seconds for a clone, 0 is at once."""

    web_host: str = "127.0.0.1"
    """Address that the page is bound to."""
    web_port: int = Field(8765, ge=0, le=65535)
    """Port of the page; 0 takes a free one."""

    people: tuple[PersonSetting, ...] = ()
    """Who may ask and who may approve, as JSON: `[{"id": "web:ann", "name": "Ann", "roles": ["approver"]}]`."""
    networks: dict[str, NetworkSetting] = Field(default_factory=dict)
    """Address ranges by network, as JSON: `{"vmbr0": {"first": …, "last": …, "prefix": 24}}`; others use DHCP."""
    limits: LimitSetting = LimitSetting()
    """The most one guest may ask for, as JSON: `{"max_cores": 32, "max_memory_mb": 131072, "max_disk_gb": 2048}`."""
    environments: tuple[str, ...] = ("dev", "test", "staging", "prod")
    """The environments there are, as JSON."""
    default_environment: str = "dev"
    """The environment of a request that names none."""
    vmid_first: int = Field(1000, ge=100)
    """First VMID that may be given to a guest."""
    vmid_last: int = Field(1999, le=999_999_999)
    """Last one."""

    gemini_key: SecretStr | None = Field(
        None, validation_alias=AliasChoices("THREADFORM_GEMINI_KEY", "GEMINI_API_KEY", "GOOGLE_API_KEY")
    )
    """Key of the Gemini API (`GEMINI_API_KEY` and `GOOGLE_API_KEY` are read too); without it the rules do the job."""
    gemini_model: str = "gemini-2.5-flash"
    """Gemini model to ask first."""
    openai_url: str = ""
    """Base URL of any OpenAI-compatible endpoint, asked when Gemini does not answer."""
    openai_key: SecretStr | None = None
    """Its key."""
    openai_model: str = ""
    """Its model."""

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if self.pve_endpoint and not self.pve_token:
            raise ValueError("THREADFORM_PVE_ENDPOINT is set but THREADFORM_PVE_TOKEN is not")
        if self.pve_endpoint and not self.pve_endpoint.startswith("https://"):
            raise ValueError("THREADFORM_PVE_ENDPOINT must begin with https://")
        if self.pve_endpoint and not self.people:
            raise ValueError("THREADFORM_PEOPLE names nobody: say who may ask and who may approve")
        twice = sorted({person.id for person in self.people if self._named(person.id) > 1})
        if twice:
            raise ValueError(f"THREADFORM_PEOPLE names {', '.join(twice)} more than once: whose roles hold?")
        if self.default_environment not in self.environments:
            raise ValueError(f"THREADFORM_DEFAULT_ENVIRONMENT {self.default_environment!r} is none of the environments")
        if self.vmid_last < self.vmid_first:
            raise ValueError("THREADFORM_VMID_LAST comes before THREADFORM_VMID_FIRST")
        return self

    def _named(self, person_id: str) -> int:
        return [person.id for person in self.people].count(person_id)

    @field_validator("home", "tools_home", "pve_ca")
    @classmethod
    def _is_at_home(cls, path: Path | None) -> Path | None:
        """Nothing but a shell turns ``~`` into a directory: a unit file or a compose file leaves it as it is."""
        return path.expanduser() if path else path

    @property
    def is_lab(self) -> bool:
        """Whether the embedded lab stands in for a cluster."""
        return not self.pve_endpoint

    @property
    def database(self) -> str:
        """The SQLAlchemy URL: SQLite in the home unless one is named."""
        return self.database_url or f"sqlite+aiosqlite:///{self.home.resolve() / 'threadform.db'}"

    @property
    def tools(self) -> Path:
        """Where terraform's provider mirror lives."""
        return (self.tools_home or self.home / "tools").resolve()

    @property
    def everybody(self) -> tuple[PersonSetting, ...]:
        """The people named; in the lab, three invented ones (on the page and in the terminal) where nobody is."""
        return self.people or LAB_PEOPLE

    @property
    def address_pools(self) -> dict[str, NetworkSetting]:
        """Address ranges by network name; in the lab, one range of its vnet."""
        return self.networks or (LAB_NETWORKS if self.is_lab else {})
