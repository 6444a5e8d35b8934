"""What a person may still ask for, and whose guests are whose: told to the crew, so that a no comes early.

It grants nothing. Planning looks again, under a lock, and decides.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from agents.contracts import Rights, Surroundings
from bot.domain.person import Person
from bot.domain.quota import Amount, Quota, Quotas
from bot.flow.claiming import held_by, owned
from bot.ports import Claimed, Claims, Leases, People

BOUNDS = ("guests", "cores", "memory_mb", "disk_gb")


@dataclass(frozen=True, slots=True)
class Entitling:
    """``stack_of`` is the id of the stack that a conversation of that key builds, begun or not."""

    claims: Claims
    leases: Leases
    people: People
    stack_of: Callable[[str], str]
    quotas: Quotas = field(default_factory=Quotas)

    async def of(self, person: Person, conversation: str) -> tuple[Rights, Surroundings]:
        """The person's rights in that conversation, and the owners of the guests that we made."""
        claimed = owned(await self.claims.all(), self.people)
        stack = self.stack_of(conversation)
        # What this thread's own stack holds may be what is asked about: it is never counted twice here.
        others = [claim for claim in claimed if claim.stack_id != stack]
        free = [_free(quota, held) for quota, held in self._bounds(person, others)]
        least = {bound: _least(amounts[bound] for amounts in free) for bound in BOUNDS}
        rights = Rights(
            person=person.name,
            max_guests=least["guests"],
            max_cores=least["cores"],
            max_memory_mb=least["memory_mb"],
            max_disk_gb=least["disk_gb"],
        )
        owners = {claim.guest: self.people.named(claim.owner).name for claim in claimed if claim.is_kept}
        expiries = {lease.guest: datetime.fromtimestamp(lease.ends_at, UTC).date() for lease in await self.leases.all()}
        return rights, Surroundings(owners=owners, expiries=expiries)

    def _bounds(self, person: Person, claimed: Sequence[Claimed]) -> list[tuple[Quota, Amount]]:
        """The quotas that hold for the person, each with what its holder has already."""
        own = self.quotas.of_person(person.id)
        found = [(own, held_by({person.id}, claimed))] if own else []
        groups = {owner: self.people.named(owner).groups for owner in {claim.owner for claim in claimed}}
        for group in sorted(person.groups & self.quotas.by_holder.keys()):
            members = {owner for owner, theirs in groups.items() if group in theirs}
            found.append((self.quotas.by_holder[group], held_by(members, claimed)))
        return found


def _free(quota: Quota, held: Amount) -> dict[str, int | None]:
    """What is left of each bound, never below nothing; None where there is no bound."""
    most = {bound: getattr(quota, bound) for bound in BOUNDS}
    return {bound: None if most[bound] is None else max(0, most[bound] - getattr(held, bound)) for bound in BOUNDS}


def _least(values: Iterable[int | None]) -> int | None:
    return min((value for value in values if value is not None), default=None)
