"""What happens while a plan waits: presses that count, presses that do not, and reminders; each is kept once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.domain.run import Run, RunState
from bot.ports.records import Outgoing


@dataclass(frozen=True, slots=True)
class Vote:
    """One person's word about one run, by the event that brought it: the same event never counts twice."""

    run_id: str
    person: str
    event: str
    at: float
    is_yes: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """What a vote does: ``to`` is where the run moves, or None while it stays; ``facts`` go into the audit row."""

    to: RunState | None
    changes: Mapping[str, Any]
    messages: Sequence[Outgoing]
    facts: Mapping[str, Any] = field(default_factory=dict)


Decide = Callable[[Run, Sequence[str]], Decision]
"""Pure and quick: the run as it stands under lock, and who has said yes to its plan; raises ``Refused``."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A press that was turned away: which run and plan it named, who pressed, and why not (the sentence's key)."""

    run_id: str
    person: str
    why: str
    pressed: str
    at: float


@dataclass(frozen=True, slots=True)
class Pending:
    """A yes to a loss that came by a way nobody vouches for: it counts when its person types the names in the thread.

    ``evidence`` is what spoke for it so far.
    """

    run_id: str
    digest: str
    person: str
    evidence: str
    event: str
    at: float


class Votes(Protocol):
    """What people said about plans."""

    async def cast(self, vote: Vote, decide: Decide) -> Run | None:
        """Decide on the locked row and record it: the vote, its audit row, its messages, and the move where it is one.

        One transaction; what ``decide`` raises is raised and nothing is kept. None where this very event has counted
        before: it was heard again.
        """
        ...

    async def turned_away(self, refusal: Refusal) -> bool:
        """Keep it as an audit row; False where the same person was turned away so within the last minute."""
        ...

    async def wait_for(self, pending: Pending) -> None:
        """Keep it as an audit row."""
        ...

    async def waiting(self, thread: str, person: str, since: float) -> Pending | None:
        """The newest yes of that person that waits since then in that thread for its names."""
        ...


class Reminders(Protocol):
    """What is said while nobody decides."""

    async def remind(self, run: Run, next_at: float | None, messages: Sequence[Outgoing]) -> bool:
        """Say it and set the next time, in one transaction; False where it was decided, or somebody else said it."""
        ...
