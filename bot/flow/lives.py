"""The lives of guests begin when they are made, and end when they are gone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.domain.lease import Lease, LeaseRules, begun
from bot.domain.outcome import Outcome
from bot.domain.run import Run
from bot.ports import Leases, People
from iac.spec import DEFAULT_ENVIRONMENT, PlacedGuest


@dataclass(frozen=True, slots=True)
class Lives:
    """What closing a run means for leases. The same run closed twice, after a crash, begins the same lives."""

    leases: Leases
    people: People

    async def begin(self, run: Run, outcome: Outcome, made: Iterable[PlacedGuest]) -> None:
        """From the end of the apply on they live as long as the plan said."""
        if outcome.term is None:
            return
        environment = str(run.proposal.get("environment", DEFAULT_ENVIRONMENT))
        known = self.people.environments().get(environment)
        rules = (known.lease if known else None) or LeaseRules()
        at = run.updated_at
        ends_at = outcome.term.ends_at(at)
        leases = (
            Lease(run.stack_id, guest.spec.name, run.id, guest.vmid, run.requester, environment, ends_at, due_at=at)
            for guest in made
        )
        await self.leases.begin([begun(lease, rules) for lease in leases])

    async def end(self, stack_id: str, guests: Sequence[str]) -> None:
        """They are gone."""
        if guests:
            await self.leases.forget(stack_id, guests)
