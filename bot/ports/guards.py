"""What stands between a yes and the machines: the freeze, the room that a plan claims, and a trail that adds up."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.domain.budget import Used
from bot.domain.run import Run
from bot.ports.records import Noted


@dataclass(frozen=True, slots=True)
class Freeze:
    """Nothing may be changed: who said so, why, and when (seconds since the epoch, UTC)."""

    by: str
    reason: str
    at: float

    @property
    def why(self) -> str:
        """The reason as it stands behind the name in a sentence; nothing where none was given."""
        return f" ({self.reason})" if self.reason else ""


class Freezes(Protocol):
    """The one switch that stops every apply. An apply that has begun goes on; none begins."""

    async def current(self) -> Freeze | None:
        """The freeze that holds now, or None."""
        ...

    async def freeze(self, by: str, reason: str, at: float) -> Freeze:
        """Switch it on, with its audit row; one that holds already is left as it is and answered."""
        ...

    async def unfreeze(self, by: str, at: float) -> Freeze | None:
        """Switch it off, with its audit row; the freeze that held, or None."""
        ...


@dataclass(frozen=True, slots=True)
class Claimed:
    """What one guest takes, or will take once its run is applied. ``owner`` is the requester; ``is_kept``: applied."""

    run_id: str
    guest: str
    stack_id: str
    owner: str
    environment: str
    vmid: int | None
    node: str
    storage: str
    cores: int
    memory_mb: int
    disk_gb: int
    is_kept: bool = False


class Claims(Protocol):
    """Room and quota, claimed before a plan is shown: two plans made at the same moment see each other."""

    async def take(self, run: Run, decide: Callable[[Sequence[Claimed]], Sequence[Claimed]]) -> Sequence[Claimed]:
        """Decide under one lock what this run claims, given everything that is claimed by others, and keep it.

        ``decide`` is pure and quick; what it raises is raised, and nothing is kept. Claims of an earlier try of the
        same run are replaced. A run that ends without an apply gives its claims back in the move that ends it.
        """
        ...

    async def all(self) -> Sequence[Claimed]:
        """Everything that is claimed now."""
        ...

    async def keep(self, run: Run, guests: Iterable[str]) -> None:
        """The run was applied: its claims on these guests hold in place of the stack's earlier ones."""
        ...

    async def forget(self, stack_id: str, guests: Iterable[str]) -> None:
        """These guests of the stack are gone."""
        ...


class Trail(Protocol):
    """The audit trail, for what is noted by itself; what belongs to a change is written in the change's transaction."""

    async def note(self, noted: Noted) -> None:
        """Append one act for ever."""
        ...


class Usage(Protocol):
    """What live models have used."""

    async def of_month(self, month: str) -> Sequence[Used]:
        """Everybody's use of every model in that month (``2026-11``)."""
        ...


class Trust(Protocol):
    """Whether the records can be believed. Asked before an apply begins: in doubt, none does."""

    def check_trail(self) -> None:
        """``Refused("audit.broken")`` or ``Refused("audit.unread")`` unless the whole trail was read and adds up."""
        ...
