"""Everything the environment may say, read once, loud when wrong. Every name begins with ``THREADFORM_``."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, Self
from urllib.parse import unquote, urlsplit

from pydantic import AliasChoices, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.settings.chats import SlackSettings
from bot.settings.matrix import MatrixSettings
from bot.settings.mattermost import MattermostSettings
from bot.settings.models import ModelBudgetSetting, ModelPriceSetting, without_price
from bot.settings.people import LAB_PEOPLE, GroupSetting, PersonSetting, QuotaSetting
from bot.settings.places import LAB_NETWORKS, NetworkSetting
from bot.settings.repositories import RepositorySetting
from bot.settings.rules import EnvironmentSetting, LimitSetting, PriceSetting
from bot.settings.second import SecondWaySettings


class Settings(SlackSettings, MattermostSettings, MatrixSettings, SecondWaySettings, BaseSettings):
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
    claim_seconds: float = Field(30, ge=3)
    """How long work counts as taken without a sign from its worker: a dead worker's work is taken up after that."""
    recover_seconds: float = Field(900, gt=0)
    """How long a guest that a broken apply left locked is waited for, before the card says what could not be saved."""
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
    groups: tuple[GroupSetting, ...] = ()
    """Groups with roles or a quota, as JSON: `[{"id": "web:ops", "name": "Ops", "members": […], "roles": […]}]`."""
    networks: dict[str, NetworkSetting] = Field(default_factory=dict)
    """Address ranges by network, as JSON: `{"vmbr0": {"first": …, "last": …, "prefix": 24}}`; others use DHCP."""
    limits: LimitSetting = LimitSetting()
    """The most one guest may ask for, as JSON: `{"max_cores": 32, "max_memory_mb": 131072, "max_disk_gb": 2048}`."""
    environments: tuple[str, ...] = ("dev", "test", "staging", "prod")
    """The environments there are, as JSON."""
    default_environment: str = "dev"
    """The environment of a request that names none."""
    environment_rules: dict[str, EnvironmentSetting] = Field(default_factory=dict)
    """What holds in an environment, as JSON: `{"prod": {"approvals": 2, "approvers": ["web:ops"]}}`."""
    quota: QuotaSetting | None = None
    """The most one person may hold at a time where nothing else is said, as JSON: `{"guests": 10, "cores": 40}`."""
    protected: tuple[str, ...] = ()
    """Guests that nothing may touch, by name (`*` stands for anything) or VMID, as JSON: `["dc-*", "100"]`."""
    prices: PriceSetting | None = PriceSetting()
    """EUR a month, as JSON: `{"core": 4, "memory_gb": 1.5, "disk_gb": 0.05}`; `null` shows no costs."""
    retention_days: float = Field(90, ge=1)
    """How long delivered messages and heard events are kept; the audit trail is kept for ever."""
    disk_free_mb: int = Field(500, ge=0)
    """Least free space on the disk of the home, in MB; below it `/ready` says no."""
    repositories: RepositorySetting = RepositorySetting()
    """Git repositories that may be read, as JSON: `{"hosts": ["github.com"], "seconds": 20, "most_mb": 50}`."""
    vmid_first: int = Field(1000, ge=100)
    """First VMID that may be given to a guest."""
    vmid_last: int = Field(1999, le=999_999_999)
    """Last one."""

    knowledge_hosts: tuple[str, ...] = ()
    """Hosts that `knowledge add` may read pages from, as JSON: `["wiki.example.org"]`; any public one by default."""

    gemini_key: SecretStr | None = Field(
        None, validation_alias=AliasChoices("THREADFORM_GEMINI_KEY", "GEMINI_API_KEY", "GOOGLE_API_KEY")
    )
    """Key of the Gemini API (`GEMINI_API_KEY` and `GOOGLE_API_KEY` are read too); without it the rules do the job."""
    gemini_model: str = "gemini-2.5-flash"
    """Gemini model to ask first."""
    gemini_url: str = ""
    """Another address of the Gemini API, such as a gateway of yours; Google's own by default."""
    openai_url: str = ""
    """Base URL of any OpenAI-compatible endpoint, asked when Gemini does not answer."""
    openai_key: SecretStr | None = None
    """Its key."""
    openai_model: str = ""
    """Its model."""
    local_url: str = ""
    """Base URL of an OpenAI-compatible server of yours (Ollama, llama.cpp, vLLM), asked when no other answers."""
    local_model: str = ""
    """Its model."""
    local_key: SecretStr | None = None
    """Its key, where it wants one."""
    model_seconds: float = Field(20, gt=0)
    """Wall clock of one answer of a model; then the next one is asked."""
    model_turn_seconds: float = Field(60, gt=0)
    """Wall clock of all models in one turn; then the rules finish it."""
    model_tries: int = Field(3, ge=1, le=10)
    """How often one question is put to a model that is busy or away."""
    model_prices: dict[str, ModelPriceSetting] = Field(default_factory=dict)
    """EUR for a million tokens, as JSON, `*` stands for anything: `{"gemini-2.5-*": {"input": 0.3, "output": 2.5}}`."""
    model_budget: ModelBudgetSetting | None = None
    """The most that models may take, as JSON: `{"request_tokens": 50000, "person_eur": 5, "month_eur": 100}`."""

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if self.pve_endpoint and not self.pve_token:
            raise ValueError("THREADFORM_PVE_ENDPOINT is set but THREADFORM_PVE_TOKEN is not")
        if self.pve_endpoint and not self.pve_endpoint.startswith("https://"):
            raise ValueError("THREADFORM_PVE_ENDPOINT must begin with https://")
        if self.pve_endpoint and not self.people:
            raise ValueError("THREADFORM_PEOPLE names nobody: say who may ask and who may approve")
        twice = sorted(account for account, count in self._accounts().items() if count > 1)
        if twice:
            raise ValueError(f"THREADFORM_PEOPLE names {', '.join(twice)} more than once: whose are they?")
        for wrong in (*self._unknown_names(), *self._unfinished_models()):
            raise ValueError(wrong)
        if self.default_environment not in self.environments:
            raise ValueError(f"THREADFORM_DEFAULT_ENVIRONMENT {self.default_environment!r} is none of the environments")
        if self.vmid_last < self.vmid_first:
            raise ValueError("THREADFORM_VMID_LAST comes before THREADFORM_VMID_FIRST")
        return self

    def _unknown_names(self) -> Iterator[str]:
        """A rule for an environment that there is not, or a group that there is not, would hold for nobody."""
        groups = {group.id for group in self.groups}
        for name, rules in self.environment_rules.items():
            if name not in self.environments:
                yield f"THREADFORM_ENVIRONMENT_RULES names {name!r}, which is none of the environments"
            for group in (*rules.approvers, *([rules.escalate_to] if rules.escalate_to else [])):
                if group not in groups:
                    yield f"THREADFORM_ENVIRONMENT_RULES of {name!r} names the group {group!r}, which is not in _GROUPS"

    def _unfinished_models(self) -> Iterator[str]:
        """An endpoint without a model cannot be asked; money without a price cannot be counted."""
        for name, url, model in (
            ("OPENAI", self.openai_url, self.openai_model),
            ("LOCAL", self.local_url, self.local_model),
        ):
            if url and not model:
                yield f"THREADFORM_{name}_URL is set but THREADFORM_{name}_MODEL is not"
        paid = [self.gemini_model] if self.gemini_key else []
        paid += [self.openai_model] if self.openai_url else []
        counts_money = self.model_budget is not None and self.model_budget.counts_money
        for model in without_price(paid, self.model_prices) if counts_money else ():
            yield f"THREADFORM_MODEL_BUDGET counts money, and THREADFORM_MODEL_PRICES has no price for {model}"

    def _accounts(self) -> Counter[str]:
        """How often each account is somebody's."""
        return Counter(account for person in self.people for account in person.accounts)

    @field_validator("home", "tools_home", "pve_ca", "mattermost_ca")
    @classmethod
    def _is_at_home(cls, path: Path | None) -> Path | None:
        """Nothing but a shell turns ``~`` into a directory: a unit file or a compose file leaves it as it is."""
        return path.expanduser() if path else path

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret word that was set: what no log, card, prompt or record may show."""
        own = (self.pve_token, self.state_key, self.gemini_key, self.openai_key, self.local_key)
        given = (*own, *self.chat_secrets, *self.mattermost_secrets, self.matrix_token, *self.way_secrets)
        words = [secret.get_secret_value() for secret in given if secret]
        words += [word.partition("=")[2] for word in words if "!" in word]
        words += [unquote(urlsplit(url).password or "") for url in self._urls]
        return tuple(word for word in words if word)

    @property
    def _urls(self) -> tuple[str, ...]:
        """Addresses that may carry a password."""
        mail = self.mail_url.get_secret_value() if self.mail_url else ""
        return (self.database_url, self.redis_url, self.gemini_url, self.openai_url, self.local_url, mail)

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
