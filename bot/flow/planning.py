"""Planning: a proposal becomes a saved terraform plan with a digest, or a sentence that says why not."""

import errno
import os
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import structlog

from agents.contracts import StrategicPlan
from bot.domain.automatic import RULE, are_automatic, is_automatic
from bot.domain.errors import Lost, Refused, Sentence, ThreadformError, say
from bot.domain.outcome import Outcome, dump_outcome, parse_outcome
from bot.domain.reminder import first_reminder
from bot.domain.run import Run, RunState
from bot.flow.acting import Acting
from bot.flow.claiming import check_quotas, claims_of, place_wish
from bot.flow.deciding import environments_of_run
from bot.flow.judging import judge
from bot.flow.keeping import keeping
from bot.flow.rules import Rules, Violated
from bot.flow.steadily import Steadily, seen_standing
from bot.flow.telling import Telling
from bot.flow.waiting import SILENT_S, is_outage, note_of
from bot.flow.wishes import ACTS, MARK, Wish, term_of_wish, wish_of
from bot.ports import (
    Claimed,
    Claims,
    Clock,
    Cluster,
    Freezes,
    Jobs,
    Outgoing,
    People,
    Planner,
    Reservations,
    Runs,
    Stack,
    Stacks,
)
from iac.cost import cost_of
from iac.errors import Broken
from iac.grounding import ungrounded
from iac.inventory import Inventory
from iac.placement import NothingFits, Placement
from iac.spec import GuestSpec, PlacedGuest, StackSpec

log = structlog.get_logger()

ACTOR = "bot:planning"
WAIT_S = 1.0
DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.ENOTDIR})


@dataclass(frozen=True, slots=True)
class Planning:
    """One run, from PENDING to PLANNED or to a way out."""

    runs: Runs
    stacks: Stacks
    reservations: Reservations
    claims: Claims
    freezes: Freezes
    cluster: Cluster
    planner: Planner
    acting: Acting
    people: People
    jobs: Jobs
    telling: Telling
    rules: Rules
    owner: str
    now: Clock

    async def plan(self, run_id: str) -> None:
        """Plan one run. A run that another worker holds, or that has moved on, is left alone."""
        run = await self.runs.claim(run_id, [RunState.PENDING, RunState.PLANNING], self.owner, self.rules.lease_s)
        if run is None:
            return
        stack = await self.stacks.get(run.stack_id)
        holder = await self._holder(run)
        if holder is not None:
            await self.runs.release(run, due_at=self.now() + WAIT_S, messages=[self._waiting(run, stack, holder)])
            await self.jobs.send("tell", run.conversation)
            return
        async with keeping(self.runs, run, self.rules.lease_s), self._told(run, stack) as held:
            if run.state is RunState.PENDING:
                run = held.run = await self.runs.move(run, RunState.PLANNING, actor=ACTOR, changes=self._at())
            outcome = await self._outcome(run, stack)
            await self._record(run, stack, outcome)
        await self.jobs.send("tell", run.conversation)

    async def give_up(self, run_id: str, reference: str) -> None:
        """Planning broke in a way nobody foresaw: say so under the reference that the log has too."""
        run = await self.runs.get(run_id)
        if run.state in (RunState.PENDING, RunState.PLANNING):
            stack = await self.stacks.get(run.stack_id)
            fault = ThreadformError(say("broken.unexpected", reference=reference))
            await self._end(run, stack, RunState.ERRORED, fault)
            await self.jobs.send("tell", run.conversation)

    @asynccontextmanager
    async def _told(self, run: Run, stack: Stack) -> AsyncIterator["_Held"]:
        """Turn a no and a fault into the run's last card."""
        held = _Held(run)
        try:
            try:
                yield held
            except Lost:
                raise
            except Refused as no:
                await self._end(held.run, stack, RunState.REFUSED, no)
            except ThreadformError as fault:
                if is_outage(held.run, fault, self.now()):
                    note = self._noting(held.run, stack, note_of(fault), f"waiting:{fault.sentence.key}")
                    await self.runs.release(held.run, due_at=self.now() + SILENT_S, messages=[note])
                    return
                await self._end(held.run, stack, RunState.ERRORED, fault)
            except OSError as fault:
                await self._check_is_ours(held.run)
                await self._end(held.run, stack, RunState.ERRORED, _of_the_disk(fault))
            except Exception:
                await self._check_is_ours(held.run)
                raise
        except Lost:
            # Superseded, or another worker plans it by now: it is not ours to end.
            log.info("run.moved_meanwhile", run=run.id)

    async def _check_is_ours(self, run: Run) -> None:
        """``Lost`` where another worker plans it by now: whatever broke here says nothing about that plan."""
        await self.runs.renew(run, self.rules.lease_s)

    async def _holder(self, run: Run) -> Run | None:
        """An earlier run of the same stack that is about to change it, or does: a plan made now would be stale."""
        known = await self.runs.unsettled(run.stack_id)
        return next((other for other in known if other.id != run.id), None)

    def _waiting(self, run: Run, stack: Stack, holder: Run) -> Outgoing:
        who = self.people.named(holder.decided_by or holder.requester).name
        return self._noting(run, stack, say("lock.held", holder=who, run=holder.id), "waiting")

    def _noting(self, run: Run, stack: Stack, note: Sentence, step: str) -> Outgoing:
        outcome = replace(parse_outcome(run.outcome), notes=(note,))
        return self.telling.edit(run, stack.conversation, outcome, step=step)

    async def _outcome(self, run: Run, stack: Stack) -> Outcome:
        if run.proposal.get("intent") == ACTS:
            return await self.acting.plan(run)
        inventory = await self.cluster.read()
        wish = wish_of(run, await self.runs.of_stack(stack.id), self.rules)
        own = frozenset(guest.spec.name for guest in wish.standing)
        for spec in () if wish.is_removal else wish.proposal.guests:
            _check_grounded(spec, inventory, wish, own)
        term = term_of_wish(wish, self.now())
        placements = await self._claim(wish, inventory)
        guests = list(wish.staying)
        for placement, spec in zip(placements, wish.fresh, strict=True):
            guests.append(await self._placed(wish, spec, placement, inventory))
        kept = await self.stacks.state(stack.id)
        whole = StackSpec(stack.id, wish.environment.name, tuple(guests))
        steadily = Steadily(self.planner, seen_standing(wish.standing, inventory))
        plan = await steadily.plan(run.id, whole, kept[1] if kept else None)
        judge(plan, wish, guests, inventory, self.rules)
        strategy = tuple(StrategicPlan.of(spec.name, p) for spec, p in zip(wish.fresh, placements, strict=True))
        return Outcome(
            guests=tuple(guests),
            plan=plan,
            strategy=strategy,
            cluster=inventory.cluster,
            cost=cost_of(plan, self.rules.prices),
            term=term,
        )

    async def _record(self, run: Run, stack: Stack, outcome: Outcome) -> None:
        at = self.now()
        planned = outcome.has_changes
        to = RunState.PLANNED if planned else RunState.NO_CHANGES
        changes: dict[str, Any] = {
            "outcome": dump_outcome(outcome),
            "digest": outcome.digest,
            "state_serial": outcome.plan.state_serial if outcome.plan else None,
            "expires_at": at + self.rules.approval_s if planned else None,
            "remind_at": first_reminder(environments_of_run(run, outcome, self.people), at) if planned else None,
            "updated_at": at,
        }
        ended = replace(run, state=to, **changes)
        card = self.telling.edit(ended, stack.conversation, outcome)
        moved = await self.runs.move(run, to, actor=ACTOR, changes=changes, messages=[card])
        log.info("run.planned", run=run.id, to=to.value, digest=outcome.digest)
        if planned:
            await self._approve_by_rule(moved, stack, outcome)

    async def _approve_by_rule(self, run: Run, stack: Stack, outcome: Outcome) -> None:
        """Where an admin's rule says yes to such a plan and nothing is frozen, no person is asked.

        A process that dies before this leaves the plan to a person, which is always right.
        """
        if not await self._is_automatic(run, stack, outcome) or await self.freezes.current() is not None:
            return
        changes: dict[str, Any] = {"decided_by": RULE, "decided_at": self.now(), **self._at()}
        decided = replace(run, state=RunState.APPROVED, **changes)
        card = self.telling.edit(decided, stack.conversation, outcome)
        await self.runs.move(run, RunState.APPROVED, actor=RULE, changes=changes, messages=[card])
        await self.jobs.send("apply", run.id)

    async def _is_automatic(self, run: Run, stack: Stack, outcome: Outcome) -> bool:
        if outcome.acts:
            return are_automatic(environments_of_run(run, outcome, self.people), outcome)
        known = await self.runs.of_stack(stack.id)
        return is_automatic(wish_of(run, known, self.rules).environment, outcome, known)

    async def _end(self, run: Run, stack: Stack, to: RunState, why: ThreadformError) -> None:
        log.info("run.not_planned", run=run.id, to=to.value, why=str(why))
        outcome = replace(parse_outcome(run.outcome), error=why.sentence, notes=_reasons(why))
        changes = {"outcome": dump_outcome(outcome), **self._at()}
        card = self.telling.edit(replace(run, state=to), stack.conversation, outcome)
        await self.runs.move(run, to, actor=ACTOR, changes=changes, messages=[card])

    async def _claim(self, wish: Wish, inventory: Inventory) -> Sequence[Placement]:
        """Place the guests and claim their room and quota under one lock: plans of one moment see each other."""
        placements: list[Placement] = []

        def decide(others: Sequence[Claimed]) -> Sequence[Claimed]:
            placements[:] = place_wish(wish, inventory, others)
            mine = claims_of(wish, placements, others)
            check_quotas(self.rules.quotas, self.people, others, mine)
            return mine

        await self.claims.take(wish.run, decide)
        return placements

    async def _placed(self, wish: Wish, spec: GuestSpec, placement: Placement, inventory: Inventory) -> PlacedGuest:
        run, environment = wish.run, wish.environment
        addresses = self.rules.addresses.get(placement.network, ())
        vmid, address = await self.reservations.reserve(
            run, spec.name, taken=inventory, vmids=self.rules.vmids, addresses=addresses
        )
        person = self.people.named(run.requester)
        return PlacedGuest(
            spec=spec,
            vmid=vmid,
            node=placement.node,
            storage=placement.storage,
            network=placement.network,
            template_vmid=placement.template.vmid,
            template_node=placement.template.node,
            address=address,
            user=_login_user(placement.template.name, self.rules.login_users),
            ssh_keys=tuple(dict.fromkeys((*person.ssh_keys, *self.rules.shared_keys))),
            tags=tuple(sorted({MARK, environment.name, f"run-{run.id}", *environment.tags})),
            description=f"Asked for by {person.name} in thread {run.conversation}, run {run.id}",
        )

    def _at(self) -> Mapping[str, float]:
        return {"updated_at": self.now()}


@dataclass(slots=True)
class _Held:
    """The run as it was last moved, so that an ending moves it from there."""

    run: Run


def _check_grounded(spec: GuestSpec, inventory: Inventory, wish: Wish, own: Collection[str]) -> None:
    request = frozenset(guest.name for guest in wish.proposal.guests)
    for finding in ungrounded(spec, inventory, wish.environment.limits, own=own, request=request):
        raise Refused(finding.problem.key, **finding.problem.values)


def _of_the_disk(fault: OSError) -> ThreadformError:
    """The sentence for a disk that is full or cannot be written; any other fault of the system stays as it is."""
    if fault.errno not in DISK:
        raise fault
    return Broken("writing the files of a plan", os.strerror(fault.errno or 0), key="broken.disk")


def _reasons(why: ThreadformError) -> tuple[Sentence, ...]:
    """What stands below the sentence: one reason a node, or the other violations."""
    return why.reasons if isinstance(why, NothingFits | Violated) else ()


def _login_user(template: str, users: Mapping[str, str]) -> str:
    """Cloud images name their first user after the distribution."""
    return next((user for family, user in users.items() if template.lower().startswith(family)), "admin")
