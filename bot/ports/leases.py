"""How long guests may live, as it is kept."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from bot.domain.lease import Lease
from bot.ports.records import Noted, Outgoing


class Leases(Protocol):
    """The leases of all guests that have one."""

    async def begin(self, leases: Iterable[Lease]) -> None:
        """Keep them; a guest that has one gets this one in its place."""
        ...

    async def forget(self, stack_id: str, guests: Iterable[str]) -> None:
        """These guests of the stack are gone."""
        ...

    async def get(self, stack_id: str, guest: str) -> Lease | None:
        """The lease of that guest, if it has one."""
        ...

    async def all(self) -> Sequence[Lease]:
        """Every lease, the soonest to end first."""
        ...

    async def due(self, now: float, limit: int) -> Sequence[Lease]:
        """Those about which something is due, the longest waiting first."""
        ...

    async def change(self, old: Lease, new: Lease, noted: Noted, messages: Sequence[Outgoing] = ()) -> bool:
        """Compare-and-set with its audit row and messages, in one transaction; False where it changed meanwhile."""
        ...
