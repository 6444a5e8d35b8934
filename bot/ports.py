"""What the stages need from the world, named by purpose. Implementations are built in ``bot.wiring`` alone."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from agents.contracts import Crew
from bot.chat.port import Actor, Card, Conversation, Event
from bot.domain.outcome import Ending, Progress, Usable
from bot.domain.person import Person
from bot.domain.run import Run, RunState
from iac.inventory import Cluster, Inventory
from iac.plan import Plan
from iac.spec import Address, PlacedGuest, StackSpec

__all__ = [
    "Attempt",
    "Attempts",
    "Clock",
    "Cluster",
    "Crew",
    "Ending",
    "Handler",
    "Inbox",
    "Job",
    "Jobs",
    "Outbox",
    "Outgoing",
    "People",
    "Planner",
    "Progress",
    "Reservations",
    "Runner",
    "Runs",
    "Stack",
    "Stacks",
    "ThreadMemory",
    "Threads",
    "Usable",
    "UsableCheck",
]

Clock = Callable[[], float]
"""Seconds since the epoch, UTC."""

Job = Literal["hear", "plan", "apply", "close", "tell"]

Handler = Callable[[str], Awaitable[None]]
"""Does one job for the id it is given."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What is to be said: a row of the outbox, written with the move that causes it.

    ``key`` names the message for ever: the same key is sent once, in order per conversation. An edit names in
    ``of`` the key of the post that it replaces; a whisper names in ``who`` its only reader. A later edit of the
    same post makes an unsent earlier one superfluous: the sender may skip it.
    """

    key: str
    conversation: Conversation
    card: Card
    kind: Literal["post", "edit", "whisper"] = "post"
    of: str | None = None
    who: Actor | None = None


class Inbox(Protocol):
    """Everything heard, stored before it is acknowledged."""

    async def store(self, event: Event, at: float) -> bool:
        """Keep the event under its key; False where that key is there already."""
        ...

    async def claim(self, key: str, owner: str, lease_s: float) -> Event | None:
        """Take one event to work on; None where it is done or another worker's."""
        ...

    async def done(self, key: str) -> None:
        """The event has had its whole effect."""
        ...

    async def waiting(self, limit: int) -> Sequence[str]:
        """Keys that are neither done nor claimed, oldest first."""
        ...


class Outbox(Protocol):
    """Everything to be said, in order per conversation."""

    async def add(self, messages: Iterable[Outgoing]) -> None:
        """Queue messages that no move causes; a key that is there already is left as it is."""
        ...


@dataclass(frozen=True, slots=True)
class Stack:
    """What one thread builds: one Terraform state."""

    id: str
    conversation: Conversation
    environment: str
    language: str
    title: str


class Stacks(Protocol):
    """One stack a conversation, and the Terraform states of each."""

    async def of(self, conversation: Conversation, *, environment: str, language: str, title: str, at: float) -> Stack:
        """The stack of that conversation, made where there is none."""
        ...

    async def get(self, stack_id: str) -> Stack:
        """The stack of that id."""
        ...

    async def state(self, stack_id: str) -> tuple[int, bytes] | None:
        """The newest Terraform state: its serial and its bytes; None before the first apply."""
        ...

    async def save_state(self, stack_id: str, run_id: str, serial: int, body: bytes, at: float) -> None:
        """Keep a new version (encrypted at rest); the same serial and bytes twice are one version."""
        ...


@dataclass(frozen=True, slots=True)
class Attempt:
    """The guarded apply of one run. ``exit_code`` is None until it has ended."""

    run_id: str
    token: str
    started_at: float | None
    finished_at: float | None
    exit_code: int | None
    beat_until: float


class Runs(Protocol):
    """The truth about every run."""

    async def create(self, run: Run, *, actor: str, messages: Sequence[Outgoing] = ()) -> None:
        """Insert a run in PENDING with its audit row and messages, in one transaction."""
        ...

    async def get(self, run_id: str) -> Run:
        """The run of that id; ``Refused("run.unknown")`` where there is none."""
        ...

    async def of_stack(self, stack_id: str) -> Sequence[Run]:
        """All runs of a stack, oldest first."""
        ...

    async def latest(self, limit: int, *, requester: str | None = None) -> Sequence[Run]:
        """The newest runs, newest first."""
        ...

    async def claim(self, run_id: str, states: Iterable[RunState], owner: str, lease_s: float) -> Run | None:
        """Take a run to work on if it is in one of these states and not claimed; raises its fence."""
        ...

    async def renew(self, run: Run, lease_s: float) -> None:
        """Keep the claim; ``Lost`` where it is another's by now."""
        ...

    async def release(self, run: Run, *, due_at: float) -> None:
        """Give the claim back; the sweeper picks the run up again at ``due_at``."""
        ...

    async def move(
        self, run: Run, to: RunState, *, actor: str, changes: Mapping[str, Any], messages: Sequence[Outgoing] = ()
    ) -> Run:
        """Compare-and-set on state and fence, the audit row and the messages, in one transaction; ``Lost`` else.

        ``changes`` are columns: outcome, digest, state_serial, decided_by, decided_at, expires_at, updated_at.
        """
        ...

    async def due(self, now: float, limit: int) -> Sequence[tuple[str, RunState]]:
        """Runs in a state that a worker must act on, unclaimed and due."""
        ...

    async def start_apply(self, run: Run, token: str, *, actor: str, beat_s: float) -> Run:
        """APPROVED -> APPLYING and the attempt row in one transaction.

        ``Refused("lock.held")`` where another run of the same stack is applying; ``Lost`` where the state moved.
        """
        ...

    async def attempt(self, run_id: str) -> Attempt | None:
        """The attempt row of that run."""
        ...

    async def close(self, run: Run, *, outcome: Mapping[str, Any], at: float, messages: Sequence[Outgoing] = ()) -> Run:
        """The last word on an applied or broken run: its report and messages, in one transaction; ``Lost`` else.

        The state stays; a closed run is no longer due.
        """
        ...


class Attempts(Protocol):
    """The guarded door to terraform, as the runner passes it. The token is the authority here, not the fence."""

    async def begin(self, run_id: str, token: str, beat_s: float) -> bool:
        """Mark the attempt as started; True exactly once for a token."""
        ...

    async def beat(self, run_id: str, token: str, beat_s: float) -> bool:
        """Keep it; False where the attempt is no longer this token's."""
        ...

    async def overdue(self) -> Sequence[Attempt]:
        """Attempts that have not ended and whose heartbeat is over."""
        ...

    async def take_over(self, run_id: str, old: str, new: str, beat_s: float) -> Attempt | None:
        """Replace the token of an overdue attempt; None where it beat or ended meanwhile."""
        ...

    async def finish(self, run_id: str, token: str, exit_code: int, *, outcome: Mapping[str, Any]) -> Run:
        """End the attempt and move the run to APPLIED (exit code 0) or ERRORED, in one transaction.

        The same token twice changes nothing more; ``Lost`` where the token is no longer the attempt's.
        """
        ...


class Threads(Protocol):
    """Short-term memory a thread: bounded, passing, safe for two processes. Losing it loses only the talk."""

    def turn(self, conversation: str) -> AbstractAsyncContextManager["ThreadMemory"]:
        """Hold the thread for one turn; waits for its holder, ``Refused("thread.busy")`` after a while."""
        ...


class ThreadMemory(Protocol):
    """What one thread remembers, while the turn lock is held."""

    history: Sequence[Mapping[str, str]]
    slots: Mapping[str, Any]

    async def add(self, event_key: str, *, role: str, author: str, text: str) -> None:
        """Append one thing said; an event key that was added before changes nothing."""
        ...

    async def remember(self, slots: Mapping[str, Any]) -> None:
        """Replace the slots."""
        ...


class Jobs(Protocol):
    """The doorbell: a job carries a name and an id, nothing else. Losing it costs only time."""

    async def send(self, job: Job, key: str) -> None:
        """Ring."""
        ...


class People(Protocol):
    """Who is who, from our own records."""

    def person(self, who: Actor) -> Person:
        """The person behind an actor; somebody unknown gets no role at all."""
        ...

    def named(self, person_id: str) -> Person:
        """The person of that id."""
        ...


class Reservations(Protocol):
    """VMIDs, addresses and names kept from plan to apply, and for as long as the guest lives."""

    async def reserve(
        self, run: Run, guest: str, *, taken: Inventory, vmids: range, addresses: Sequence[Address]
    ) -> tuple[int, Address | None]:
        """The VMID and address of a guest of this stack: those it holds already, else free ones; or ``Refused``."""
        ...

    async def release(self, run_id: str) -> None:
        """Give back what only this run holds (it was never applied)."""
        ...

    async def keep(self, run_id: str) -> None:
        """The run was applied: its guests hold their reservations until they are destroyed."""
        ...


class Planner(Protocol):
    """Terraform, as planning sees it."""

    async def plan(self, run_id: str, stack: StackSpec, state: bytes | None) -> Plan:
        """Write the workspace, plan, save the plan file, and read it back; ``Broken`` with terraform's words."""
        ...


class Runner(Protocol):
    """The detached process that owns one apply."""

    async def start(self, run_id: str, token: str) -> None:
        """Start it; it passes the guarded door by itself."""
        ...

    def follow(self, run_id: str) -> AsyncIterator[Progress | Ending]:
        """What it reports, until it ends; starting again from the beginning after our restart."""
        ...


class UsableCheck(Protocol):
    """Done means usable."""

    async def check(self, guest: PlacedGuest, *, seconds: float) -> Usable:
        """Wait until the guest is usable, at most ``seconds``; say what is missing."""
        ...
