"""Who is who in the settings: people, groups, and how much they may hold."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

RoleName = Literal["requester", "approver", "destroyer", "admin"]


class QuotaSetting(BaseModel):
    """The most that a person or a group may hold at a time; what is not named has no bound."""

    model_config = ConfigDict(extra="forbid")

    guests: int | None = Field(None, ge=0)
    cores: int | None = Field(None, ge=0)
    memory_mb: int | None = Field(None, ge=0)
    disk_gb: int | None = Field(None, ge=0)


class PersonSetting(BaseModel):
    """One person: ``id`` is ``platform:id``; roles are requester, approver, destroyer, admin."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(pattern=r"^[a-z]+:.+$")
    name: str
    roles: tuple[RoleName, ...] = ()
    ssh_keys: tuple[str, ...] = ()
    quota: QuotaSetting | None = None


class GroupSetting(BaseModel):
    """A group: its members are people's ids, or, where it is a group of the platform, those the platform names."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(pattern=r"^[a-z]+:.+$")
    name: str
    roles: tuple[RoleName, ...] = ()
    members: tuple[str, ...] = ()
    quota: QuotaSetting | None = None


LAB_ROLES: tuple[tuple[str, tuple[RoleName, ...]], ...] = (
    ("Alice", ("requester",)),
    ("Bob", ("requester", "approver")),
    ("Carol", ("requester", "approver", "admin")),
)
LAB_PEOPLE = tuple(
    PersonSetting(id=f"{platform}:{name.lower()}", name=name, roles=roles)
    for platform in ("web", "terminal")
    for name, roles in LAB_ROLES
)
