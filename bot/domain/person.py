"""A person, as our own records know them: identity from the platform, rights from us."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person may do. An admin may do everything the others may; no role approves its own request.

    Approving a plan that destroys or replaces a guest, or an act that loses something for good, needs ``DESTROYER``
    beside the right to approve; approving what interrupts a running guest needs ``OPERATOR`` beside it.
    """

    REQUESTER = "requester"
    APPROVER = "approver"
    DESTROYER = "destroyer"
    OPERATOR = "operator"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Person:
    """``id`` is ``platform:id``. ``ssh_keys`` go into the guests that this person asks for.

    ``groups`` are the ids of the groups they are in, by our own records; ``roles`` has what those bring along.
    ``also`` are the ids of their other accounts: whatever a record calls them, it is one person.
    ``was`` are accounts that were linked with theirs once: they give no right, and never count as a second person.
    """

    id: str
    name: str
    roles: frozenset[Role]
    ssh_keys: tuple[str, ...] = ()
    groups: frozenset[str] = frozenset()
    also: tuple[str, ...] = ()
    was: tuple[str, ...] = ()

    def is_called(self, person_id: str | None) -> bool:
        """Whether that id is this person's, by any of their accounts."""
        return person_id == self.id or person_id in self.also

    def is_one_with(self, person_id: str | None) -> bool:
        """Whether that id is, or ever was, this person's: four eyes are not two because a link was undone."""
        return self.is_called(person_id) or person_id in self.was

    @property
    def may_approve(self) -> bool:
        """Whether this person may decide about other people's plans."""
        return bool(self.roles & {Role.APPROVER, Role.ADMIN})

    @property
    def may_destroy(self) -> bool:
        """Whether this person may say yes to a plan that destroys or replaces a guest."""
        return bool(self.roles & {Role.DESTROYER, Role.ADMIN})

    @property
    def may_interrupt(self) -> bool:
        """Whether this person may say yes to what stops or restarts a running guest."""
        return bool(self.roles & {Role.OPERATOR, Role.ADMIN})

    @property
    def is_admin(self) -> bool:
        """Whether this person runs the platform."""
        return Role.ADMIN in self.roles
