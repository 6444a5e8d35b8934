"""What an operator decides about requests: limits, environments, prices."""

from pydantic import BaseModel, ConfigDict, Field

from iac.spec import Limits


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


class EnvironmentSetting(BaseModel):
    """What holds in one environment. Empty lists mean any approver, node, storage or network."""

    model_config = ConfigDict(extra="forbid")

    approvals: int = Field(1, ge=1, le=9)
    approvers: tuple[str, ...] = ()
    nodes: tuple[str, ...] = ()
    storages: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    limits: LimitSetting | None = None
    auto_approve: LimitSetting | None = None
    remind_hours: float = Field(4, gt=0)
    escalate_hours: float = Field(12, gt=0)
    escalate_to: str = ""
    discard_reason: bool = False


class PriceSetting(BaseModel):
    """What a month costs, in EUR: one virtual core, one GB of memory, one GB of disk."""

    model_config = ConfigDict(extra="forbid")

    core: float = Field(4.0, ge=0)
    memory_gb: float = Field(1.5, ge=0)
    disk_gb: float = Field(0.05, ge=0)
