"""The hands: terraform as planning sees it, the detached runner, and the check that a guest is usable."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from typing import Literal, Protocol

from bot.domain.outcome import Ending, Progress, Usable
from iac.acts import Seen, Step
from iac.plan import Plan
from iac.spec import FoundGuest, PlacedGuest, StackSpec


class Planner(Protocol):
    """Terraform, as planning sees it."""

    async def plan(self, run_id: str, stack: StackSpec, state: bytes | None) -> Plan:
        """Write the workspace, plan, save the plan file, and read it back; ``Broken`` with terraform's words."""
        ...


class Acts(Protocol):
    """Acts on guests, as planning sees them: a close look, and the steps kept for the runner. Nothing is done here."""

    async def look(self, vmids: Iterable[int]) -> Mapping[int, Seen]:
        """Those of these guests that are there, as they are now; ``ClusterSilent`` or ``Broken``."""
        ...

    async def keep(self, run_id: str, digest: str, steps: Sequence[Step]) -> None:
        """Keep the steps until the run is over, so that any machine can do exactly these; ``Lost`` where it is."""
        ...


class Runner(Protocol):
    """The detached process that owns one apply."""

    async def start(self, run_id: str, token: str) -> None:
        """Start it; it passes the guarded door by itself."""
        ...

    def follow(self, run_id: str) -> AsyncIterator[Progress | Ending]:
        """What it reports, until it ends; starting again from the beginning after our restart."""
        ...


Whereabouts = Literal["at_work", "here", "elsewhere"]
"""Of an apply: somebody still works in its directory; its directory is here, and left; this machine has no trace."""


class Remains(Protocol):
    """What runners have left on this machine."""

    async def look(self, run_id: str) -> Whereabouts:
        """Whether somebody still works on that apply here; a provider that lost its terraform is ended on the way."""
        ...

    async def state(self, run_id: str) -> tuple[int, bytes] | None:
        """The newest whole state in its directory: its serial and its bytes."""
        ...


class TakenIn(Protocol):
    """What came of taking guests into the state: the new state, and why some could not be taken."""

    @property
    def serial(self) -> int:
        """The serial of the new state."""
        ...

    @property
    def state(self) -> bytes | None:
        """The new state."""
        ...

    @property
    def failed(self) -> Mapping[str, str]:
        """By guest, in terraform's words, what went wrong."""
        ...

    @property
    def foreign(self) -> frozenset[str]:
        """The guests that somebody else made: they stay out."""
        ...


class Importer(Protocol):
    """Terraform's import, as recovery sees it: it changes a state and nothing in the cluster."""

    def known(self, state: bytes | None) -> frozenset[str]:
        """The names of the guests that a state knows."""
        ...

    def as_half_made(self, state: bytes, guests: Collection[str]) -> tuple[int, bytes]:
        """The state with these guests marked as not finished, and its serial; as it was where all of them are."""
        ...

    async def take_in(self, run_id: str, stack: StackSpec, found: Sequence[FoundGuest], state: bytes | None) -> TakenIn:
        """Take each guest into the state; what fails leaves the others alone."""
        ...


class UsableCheck(Protocol):
    """Done means usable."""

    async def check(self, guest: PlacedGuest, *, seconds: float) -> Usable:
        """Wait until the guest is usable, at most ``seconds``; say what is missing."""
        ...
