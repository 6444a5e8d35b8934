"""Who is who in the settings: people, groups, and how much they may hold."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

RoleName = Literal["requester", "approver", "destroyer", "operator", "admin"]


class QuotaSetting(BaseModel):
    """The most that a person or a group may hold at a time; what is not named has no bound."""

    model_config = ConfigDict(extra="forbid")

    guests: int | None = Field(None, ge=0)
    cores: int | None = Field(None, ge=0)
    memory_mb: int | None = Field(None, ge=0)
    disk_gb: int | None = Field(None, ge=0)


Account = Annotated[str, Field(pattern=r"^[a-z]+:.+$")]
"""Somebody as a platform names them: ``platform:id``."""


class PersonSetting(BaseModel):
    """One person: ``id`` is ``platform:id``; roles are requester, approver, destroyer, operator, admin.

    ``also`` are the same human's other accounts: they are one person, who approves nothing of their own by another.
    """

    model_config = ConfigDict(extra="forbid")

    id: Account
    name: str
    also: tuple[Account, ...] = ()
    roles: tuple[RoleName, ...] = ()
    ssh_keys: tuple[str, ...] = ()
    quota: QuotaSetting | None = None

    @property
    def accounts(self) -> tuple[str, ...]:
        """Every id of theirs."""
        return (self.id, *self.also)

    def on(self, platform: str) -> tuple[str, ...]:
        """What a platform calls them, without the platform's name; usually one id, or none."""
        mine = (account.partition(":") for account in self.accounts)
        return tuple(name for where, _, name in mine if where == platform)


class GroupSetting(BaseModel):
    """A group: its members are people's ids, or, where it is a group of the platform, those the platform names."""

    model_config = ConfigDict(extra="forbid")

    id: Account
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
    PersonSetting(id=f"web:{name.lower()}", name=name, roles=roles, also=(f"terminal:{name.lower()}",))
    for name, roles in LAB_ROLES
)
