"""The truth: runs, their attempts, their stacks, and what is reserved for them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from bot.chat.port import Conversation
from bot.domain.run import Run, RunState
from bot.ports.records import Attempt, Outgoing, Stack, StateCopy
from iac.inventory import Inventory
from iac.spec import Address


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

    async def unsettled(self, stack_id: str) -> Sequence[Run]:
        """The runs that are about to change the stack, do so, or broke while doing so and were not looked at yet."""
        ...

    async def latest(self, limit: int, *, requester: str | None = None) -> Sequence[Run]:
        """The newest runs, newest first."""
        ...

    async def beginning(self, start: str, limit: int) -> Sequence[Run]:
        """The runs whose ids begin so, newest first."""
        ...

    async def in_states(self, states: Iterable[RunState]) -> Sequence[Run]:
        """Every run that is in one of these states, oldest first: for states that few runs are in at a time."""
        ...

    async def claim(self, run_id: str, states: Iterable[RunState], owner: str, lease_s: float) -> Run | None:
        """Take a run to work on if it is in one of these states and not claimed; raises its fence."""
        ...

    async def renew(self, run: Run, lease_s: float, *, messages: Sequence[Outgoing] = ()) -> None:
        """Keep the claim, and say something while it is ours; ``Lost`` where it is another's by now."""
        ...

    async def release(self, run: Run, *, due_at: float, messages: Sequence[Outgoing] = ()) -> None:
        """Give the claim back, and say why; the sweeper picks the run up again at ``due_at``."""
        ...

    async def move(
        self, run: Run, to: RunState, *, actor: str, changes: Mapping[str, Any], messages: Sequence[Outgoing] = ()
    ) -> Run:
        """Compare-and-set on state and fence, the audit row and the messages, in one transaction; ``Lost`` else.

        ``changes`` are columns: outcome, digest, state_serial, decided_by, decided_at, expires_at, updated_at.
        A run that ends without an apply gives back, in the same transaction, what it alone has reserved.
        """
        ...

    async def due(self, now: float, limit: int) -> Sequence[tuple[str, RunState]]:
        """Runs in a state that a worker must act on, unclaimed and due."""
        ...

    async def check_may_start(self, run: Run, templates: Sequence[str]) -> None:
        """What ``start_apply`` would refuse now, looked up without touching anything."""
        ...

    async def start_apply(
        self, run: Run, token: str, *, actor: str, beat_s: float, templates: Sequence[str] = ()
    ) -> Run:
        """APPROVED -> APPLYING, the attempt row and the hold of its templates in one transaction.

        ``Refused("freeze.on")`` while a freeze holds, ``Refused("lock.held")`` where another run of the same stack is
        applying, ``Refused("lock.template")`` where one clones from the same template; ``Lost`` where the state moved.
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

    async def overdue(self, by_s: float = 0.0) -> Sequence[Attempt]:
        """Attempts that have not ended and whose heartbeat is over by ``by_s`` seconds."""
        ...

    async def take_over(self, run_id: str, old: str, new: str, beat_s: float) -> Attempt | None:
        """Replace the token of an overdue attempt; None where it beat or ended meanwhile."""
        ...

    async def stop(self, run_id: str, by: str) -> Attempt | None:
        """Record once, with its audit row, who wants it stopped; the attempt as it then is. None: it has ended."""
        ...

    async def finish(self, run_id: str, token: str, exit_code: int, *, outcome: Mapping[str, Any]) -> Run:
        """End the attempt and move the run to APPLIED (exit code 0) or ERRORED, in one transaction.

        The same token twice changes nothing more; ``Lost`` where the token is no longer the attempt's.
        """
        ...


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

    async def save_state(self, copy: StateCopy, *, token: str) -> None:
        """Keep a new version (encrypted at rest); the same serial and bytes twice are one version.

        ``Lost`` where the run's attempt is not this token's or has ended: only who applies writes the state.
        """
        ...

    async def save_recovered(self, run: Run, copy: StateCopy, guests: Sequence[str], *, as_: str = "imported") -> None:
        """Keep the state of a broken run with what was found of it, and the audit row that names the guests.

        ``as_`` says there what became of them: "imported", or marked again as "half_made".
        ``Lost`` where the claim on the run is another's by now, or the run is closed.
        """
        ...


class Plans(Protocol):
    """The files of the plans that wait for a decision, so that any machine can apply exactly what was approved."""

    async def keep(self, run_id: str, digest: str, files: bytes) -> None:
        """Keep them (encrypted at rest) until the run is over; ``Lost`` where it is over already."""
        ...

    async def load(self, run_id: str, digest: str) -> bytes | None:
        """The files of exactly that plan, or None."""
        ...


class Reservations(Protocol):
    """VMIDs, addresses and names kept from plan to apply, and for as long as the guest lives."""

    async def reserve(
        self, run: Run, guest: str, *, taken: Inventory, vmids: range, addresses: Sequence[Address]
    ) -> tuple[int, Address | None]:
        """The VMID and address of a guest of this stack: those it holds already, else free ones; or ``Refused``.

        ``Lost`` where the run has ended meanwhile: it must not keep anything any more.
        """
        ...

    async def vmids(self, run_id: str) -> Mapping[str, int]:
        """The VMID that each guest of this run holds, by the guest's name."""
        ...

    async def keep(self, run_id: str) -> None:
        """The run was applied: its guests hold their reservations until they are destroyed."""
        ...

    async def forget(self, stack_id: str, guests: Iterable[str]) -> None:
        """These guests of the stack were destroyed: what they held is free."""
        ...
