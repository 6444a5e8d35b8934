"""The typed values that pass between the agents; small and flat, so that every model can fill them."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Intent = Literal[
    "create_vm",
    "modify_plan",
    "list_resources",
    "get_status",
    "cluster_question",
    "approve_plan",
    "cancel_plan",
    "delete_vm",
    "help",
    "smalltalk",
    "off_topic",
    "policy_bypass",
    "unclear",
    "create_ct",
    "clone_vm",
    "start_vm",
    "stop_vm",
    "restart_vm",
    "resize_vm",
    "migrate_vm",
    "drain_node",
    "snapshot_create",
    "snapshot_rollback",
    "snapshot_delete",
    "backup_vm",
    "get_quota",
    "forecast_capacity",
    "k3s_create",
    "k3s_scale",
    "k3s_delete",
    "deploy_app",
    "set_ha",
    "protect_vm",
    "extend_ttl",
    "docs_question",
    "troubleshoot",
]
SIZES = ("cores", "memory_mb", "disk_gb")
NEEDED = ("image", *SIZES)
"""What must be known before anything is proposed; it is asked for and never guessed."""


class Shape(BaseModel):
    """A value that does not change. Unknown fields are dropped: a model may talk, only these fields are heard."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Route(Shape):
    """The manager's decision; ``topic`` narrows a list ("nodes", "templates")."""

    intent: Intent
    topic: str = ""


class GuestWish(Shape):
    """What is known about one group of alike guests. Memory in MB (1 GB = 1024), disk in GB."""

    count: int = 1
    names: list[str] = Field(default_factory=list)
    image: str | None = None
    cores: int | None = None
    memory_mb: int | None = None
    disk_gb: int | None = None
    node: str | None = None
    storage: str | None = None
    network: str | None = None
    pool: str | None = None
    is_ha: bool = False
    is_clone: bool = False


class Wish(Shape):
    """A whole request as far as it is known; ``left_out`` names what was asked for and is not done yet.

    Beside the node that a group names, all are kept off the nodes of the guests in ``apart``, spread, or together.
    ``http`` is what must answer once they run (``:8080/health``), on the guests of ``http_on`` or on all of them.
    ``ttl_hours`` or ``expires_on`` (a day, ISO) is how long it is wanted, ``ip`` an address with its prefix.
    """

    guests: list[GuestWish] = Field(default_factory=list)
    environment: str | None = None
    left_out: list[str] = Field(default_factory=list)
    ttl_hours: int | None = None
    expires_on: str | None = None
    ip: str | None = None
    vlan: int | None = None
    apart: list[str] = Field(default_factory=list)
    is_spread: bool = False
    is_together: bool = False
    http: str | None = None
    http_on: list[str] = Field(default_factory=list)


class Facts(Shape):
    """What the collector saw: names only, each of them in the live inventory."""

    templates: list[str] = Field(default_factory=list)
    nodes: list[str] = Field(default_factory=list)
    storages: list[str] = Field(default_factory=list)
    networks: list[str] = Field(default_factory=list)
    taken_names: list[str] = Field(default_factory=list)


class Pick(Shape):
    """One guest and the node it goes to."""

    guest: str
    node: str


class Analysis(Shape):
    """The analyser's picks; the published rule decides, a pick that differs is noted and overruled."""

    picks: list[Pick] = Field(default_factory=list)


class DraftGuest(Shape):
    """One guest, every size known."""

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
    near: list[str] = Field(default_factory=list)
    apart: list[str] = Field(default_factory=list)
    is_spread: bool = False
    devices: list[str] = Field(default_factory=list)
    http: str | None = None


class Draft(Shape):
    """What the builder writes: typed values only; code turns them into HCL much later."""

    environment: str
    guests: list[DraftGuest] = Field(default_factory=list)


class Objections(Shape):
    """What a reviewer adds: slot and reason in plain words. It can object, never approve."""

    objections: list[str] = Field(default_factory=list)
