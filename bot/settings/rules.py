"""What an operator decides about requests: limits, environments, prices."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from iac.acts.values import Automatic
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


class LeaseSetting(BaseModel):
    """How long guests live, in days. ``default`` holds where nobody said anything; ``most`` is the longest at a time.

    ``warn`` is how long before the end it is spoken of, ``extend`` what one press gives, ``extensions`` how often
    owners may press by themselves, ``grace`` how long after the end the removal is planned.
    """

    model_config = ConfigDict(extra="forbid")

    default: float | None = Field(None, gt=0)
    most: float | None = Field(None, gt=0)
    warn: tuple[float, ...] = (3, 1)
    extend: float = Field(14, gt=0)
    extensions: int | None = Field(None, ge=0)
    grace: float = Field(7, ge=0)

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.default and self.most and self.default > self.most:
            raise ValueError("a lease's default is longer than the most that is allowed")
        return self


class EnvironmentSetting(BaseModel):
    """What holds in one environment. Empty lists mean any approver, node, storage or network.

    ``auto_acts`` are acts that need nobody's yes; only those that cost a guest nothing can be among them.
    """

    model_config = ConfigDict(extra="forbid")

    approvals: int = Field(1, ge=1, le=9)
    approvers: tuple[str, ...] = ()
    nodes: tuple[str, ...] = ()
    storages: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    limits: LimitSetting | None = None
    auto_approve: LimitSetting | None = None
    auto_acts: tuple[Automatic, ...] = ()
    remind_hours: float = Field(4, gt=0)
    escalate_hours: float = Field(12, gt=0)
    escalate_to: str = ""
    discard_reason: bool = False
    lease: LeaseSetting | None = None


class PriceSetting(BaseModel):
    """What a month costs, in EUR: one virtual core, one GB of memory, one GB of disk."""

    model_config = ConfigDict(extra="forbid")

    core: float = Field(4.0, ge=0)
    memory_gb: float = Field(1.5, ge=0)
    disk_gb: float = Field(0.05, ge=0)
