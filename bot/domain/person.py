"""A person, as our own records know them: identity from the platform, rights from us."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person may do. An admin may do everything an approver may; no role approves its own request."""

    REQUESTER = "requester"
    APPROVER = "approver"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Person:
    """``id`` is ``platform:id``. ``ssh_keys`` go into the guests that this person asks for."""

    id: str
    name: str
    roles: frozenset[Role]
    ssh_keys: tuple[str, ...] = ()

    @property
    def may_approve(self) -> bool:
        """Whether this person may decide about other people's plans."""
        return bool(self.roles & {Role.APPROVER, Role.ADMIN})

    @property
    def is_admin(self) -> bool:
        """Whether this person runs the platform."""
        return Role.ADMIN in self.roles
