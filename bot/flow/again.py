"""Planning again: the same wish as the next revision, with a new plan, a new card and a new yes."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.domain.run import Run, RunState
from bot.flow.telling import Telling
from bot.flow.wishes import replaces
from bot.ports import Clock, Jobs, Runs, Stack

PLAN_AGAIN = frozenset(
    {
        "apply.state_moved",
        "apply.vmid_taken",
        "apply.guest_moved",
        "apply.node_gone",
        "apply.template_moved",
        "apply.yes_too_old",
        "apply.yes_gone",
        "apply.no_room",
        "apply.rules_moved",
        "apply.rule_gone",
        "apply.not_reserved",
        "terraform.plan_gone",
        "terraform.plan_changed",
        "acts.moved",
        "acts.plan_gone",
        "acts.plan_changed",
    }
)
"""Refusals after which the wish still stands: only the way to it has moved."""


@dataclass(frozen=True, slots=True)
class Again:
    """Makes the next revision of a run that was refused because the world moved."""

    runs: Runs
    jobs: Jobs
    telling: Telling
    now: Clock

    async def plan(self, run: Run, stack: Stack, *, actor: str) -> None:
        """The same proposal as a new run, once, however often this is called; unless a newer wish is there."""
        at = self.now()
        known = await self.runs.of_stack(stack.id)
        newer = (other for other in known if other.revision > run.revision and not other.is_over)
        if any(replaces(other, run) for other in newer):
            return
        name = hashlib.sha256(f"{run.id}:again".encode()).hexdigest()[: len(run.id)]
        again = next_revision(run, name, known, at)
        await self.runs.create(again, actor=actor, messages=[self.telling.post(again, stack.conversation)])
        await self.jobs.send("plan", again.id)


def next_revision(run: Run, name: str, known: Sequence[Run], at: float) -> Run:
    """The same wish as the newest run of its stack, as if it had just been asked; ``known`` are the stack's runs."""
    return replace(
        run,
        id=name,
        revision=max(other.revision for other in known) + 1,
        state=RunState.PENDING,
        outcome={},
        created_at=at,
        updated_at=at,
        digest=None,
        state_serial=None,
        decided_by=None,
        decided_at=None,
        expires_at=None,
        remind_at=None,
        fence=0,
    )
